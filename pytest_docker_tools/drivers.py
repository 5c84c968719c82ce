"""Finding a driver by name, and the driver behind a client."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

import pluggy

from . import hookspecs
from .driver import Driver
from .exceptions import BackendNotFound, UsageError

if TYPE_CHECKING:
    from .client import Client

__tracebackhide__ = True

DEFAULT_BACKEND = "docker-cli"


def installed() -> list[str]:
    """Give the names of all drivers that are installed, without importing one."""
    return sorted({point.name for point in entry_points(group=hookspecs.ENTRY_POINTS)})


def open_driver(backend: str = DEFAULT_BACKEND, settings: Mapping[str, Any] | None = None) -> Driver:
    """Load the driver of that name, and no other, and open it.

    `settings` are those of `Driver.recipe()`. Raises `BackendNotFound` where no such driver is installed.
    """
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    if not manager.load_setuptools_entrypoints(hookspecs.ENTRY_POINTS, name=backend):
        raise BackendNotFound(
            f"There is no docker backend named {backend!r}. Installed: {', '.join(installed()) or 'none'}. Choose one "
            "with --docker-backend, PYTEST_DOCKER_BACKEND or the ini option docker_backend, or install the package "
            "that has it."
        )
    driver = manager.hook.open_driver(settings=dict(settings or {}))
    if not isinstance(driver, Driver):
        raise BackendNotFound(f"The docker backend {backend!r} is installed, but gave {driver!r} instead of a driver.")
    return driver


def driver_of(client: Client) -> Driver:
    """Give the driver behind what the `docker_client` fixture returned."""
    driver = getattr(client, "driver", None)
    if not isinstance(driver, Driver):
        raise UsageError(
            f"The docker_client fixture returned {type(client).__name__}, which is not a client of this library. "
            "Return pytest_docker_tools.client.Client(driver)."
        )
    return driver
