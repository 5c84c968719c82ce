"""A driver of pytest-docker-tools: as docker's, but it runs docker-logged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_docker_tools.driver import Driver
from pytest_docker_tools.hookspecs import hookimpl
from pytest_docker_tools_docker_cli import DockerCLIDriver


class LoggedDriver(DockerCLIDriver):
    backend = "docker-logged"
    program = "docker-logged"
    install = "Install it with pip, and put the folder that pip writes its script to on the PATH."


@hookimpl
def open_driver(settings: Mapping[str, Any]) -> Driver:
    return LoggedDriver(**settings)
