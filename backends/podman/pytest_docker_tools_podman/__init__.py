"""The driver for podman: what its command line does otherwise than docker's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pytest_docker_tools.hookspecs import hookimpl

if TYPE_CHECKING:
    from pytest_docker_tools.driver import Driver

__version__ = "4.0.0.dev0"

__all__ = ["open_driver"]


@hookimpl
def open_driver(settings: Mapping[str, Any]) -> Driver:
    """Give the driver of the engine that the environment or `settings` name."""
    from .driver import PodmanDriver

    return PodmanDriver(**settings)
