"""A database, the migration that prepares it, and an app that is started when that has succeeded."""

from __future__ import annotations

import os
from pathlib import Path

from pytest_docker_tools import container, fetch, probes, volume

python = fetch(repository=os.environ.get("PYTHON_IMAGE", "python:3.12-slim"), policy="missing")

database = volume()

migration = container(
    image="{python.id}",
    command=["python3", "/migrate.py"],
    files={"/migrate.py": Path("migrate.py")},
    volumes={"{database.name}": {"bind": "/data"}},
    # Ready when it has ended, with exit code 0.
    wait_for=probes.Exited(),
)

app = container(
    image="{python.id}",
    command=["python3", "/server.py"],
    files={"/server.py": Path("server.py")},
    volumes={"{database.name}": {"bind": "/data"}},
    ports={"8080/tcp": None},
    # Nothing of it is needed here, but that it was before.
    depends_on=[migration],
)
