"""Finding a driver by name, the one that was chosen for a run, and the driver behind a client."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import pluggy

from . import hookspecs
from .client import Client
from .driver import Driver
from .exceptions import BackendNotFound, UsageError

if TYPE_CHECKING:
    import pytest

__tracebackhide__ = True

DEFAULT_BACKEND = "docker-cli"
# The drivers behind clients that are not this library's.
_DRIVERS: WeakKeyDictionary[Any, Driver] = WeakKeyDictionary()


def installed() -> list[str]:
    """Give the names of all drivers that are installed, without importing one."""
    return sorted({point.name for point in entry_points(group=hookspecs.ENTRY_POINTS)})


def open_driver(backend: str = DEFAULT_BACKEND, settings: Mapping[str, Any] | None = None) -> Driver:
    """Load the driver of that name, and no other, and open it.

    `settings` are those of `Driver.recipe()`. Raises `BackendNotFound` where no such driver is installed.
    """
    manager = _manager()
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


def backend_of(config: pytest.Config) -> str:
    """Give the name of the driver that was chosen for a run of pytest."""
    chosen = config.getoption("docker_backend") or os.environ.get("PYTEST_DOCKER_BACKEND")
    return str(chosen or config.getini("docker_backend") or DEFAULT_BACKEND)


def open_chosen(config: pytest.Config) -> Driver:
    """Open the driver that was chosen for a run of pytest, as `open_driver` does."""
    timeout = timeout_of(config)
    return open_driver(backend_of(config), {} if timeout is None else {"timeout": timeout})


def timeout_of(config: pytest.Config) -> float | None:
    """Give the seconds that one call of the engine may take in a run of pytest, if the user has said so."""
    # What is no number, the plugin has refused.
    text = config.getini("docker_timeout")
    return float(text) if text else None


def client_of(driver: Driver) -> Any:
    """Give the client that belongs to a driver: the one that it brings, else `client.Client`."""
    client = driver.native_client()
    if client is None:
        return Client(driver)
    _DRIVERS[client] = driver
    return client


def driver_of(client: Any) -> Driver:
    """Give the driver behind what the `docker_client` fixture returned.

    Raises `UsageError` for an object that neither is a client of this library nor is known to an installed driver.
    """
    driver = getattr(client, "driver", None)
    if isinstance(driver, Driver):
        return driver
    # Anything may be returned, also what cannot be referred to weakly.
    with contextlib.suppress(KeyError, TypeError):
        return _DRIVERS[client]
    return _DRIVERS.setdefault(client, _adapted(client))


def _adapted(client: Any) -> Driver:
    """Give a driver over a client that somebody else has made."""
    manager = _manager()
    for backend in installed():
        manager.load_setuptools_entrypoints(hookspecs.ENTRY_POINTS, name=backend)
    driver = manager.hook.adapt_client(client=client)
    if not isinstance(driver, Driver):
        raise UsageError(
            f"The docker_client fixture returned {type(client).__name__}, which no installed driver knows. Return "
            "pytest_docker_tools.client.Client(driver), or docker.DockerClient with pytest-docker-tools[docker-py] "
            "installed."
        )
    return driver


def _manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    return manager
