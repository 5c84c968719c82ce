"""An environment that stays between runs, if pytest is told so: what is kept is found again by its name."""

from __future__ import annotations

import os

from pytest_docker_tools import container, fetch, volume

# On an engine a name is there once. What begins with that of the project does not meet what others have.
project = os.environ.get("PROJECT", "example")

redis_image = fetch(repository=os.environ.get("REDIS_IMAGE", "redis:7"), policy="missing")

settings = volume(name=f"{project}-settings", initial_content={"redis.conf": "protected-mode no\nmaxmemory 50mb\n"})

redis = container(
    name=f"{project}-redis",
    image="{redis_image.id}",
    command=["redis-server", "/settings/redis.conf"],
    volumes={"{settings.name}": {"bind": "/settings", "mode": "ro"}},
    ports={"6379/tcp": None},
)
