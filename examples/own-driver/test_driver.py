"""The driver does what docker's does, by way of the script."""

from __future__ import annotations

import os
from pathlib import Path

from pytest_docker_tools import wrappers


def test_container(web: wrappers.Container) -> None:
    """A container runs, and can be used."""
    assert web.exec_run("echo hello").output == b"hello\n"


def test_log(web: wrappers.Container) -> None:
    """The script has noted what was done with the container."""
    web.exec_run("echo hello")
    log = Path(os.environ.get("DOCKER_LOGGED_FILE", "docker-logged.log")).read_text()
    assert f"docker exec -- {web.id} echo hello\n" in log
