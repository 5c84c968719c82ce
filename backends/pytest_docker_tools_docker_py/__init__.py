"""The driver over the docker-py library, whose own client the `docker_client` fixture then is.

Neither docker nor requests is imported before a driver is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pytest_docker_tools.hookspecs import hookimpl

if TYPE_CHECKING:
    from pytest_docker_tools.driver import Driver

__tracebackhide__ = True

__all__ = ["adapt_client", "open_driver"]

_CLIENT = ("docker.client", "DockerClient")


@hookimpl
def open_driver(settings: Mapping[str, Any]) -> Driver:
    """Give the driver of the engine that the environment, a context or `settings` name."""
    from . import library

    missing = library.missing()
    if missing:
        return library.unusable(missing)
    from .driver import DockerPyDriver

    return DockerPyDriver(**settings)


@hookimpl
def adapt_client(client: Any) -> Driver | None:
    """Give a driver over a `docker.DockerClient`, or one of a class derived from it."""
    if not any((kind.__module__, kind.__qualname__) == _CLIENT for kind in type(client).__mro__):
        return None
    from . import library

    missing = library.missing()
    if missing:
        return library.unusable(missing)
    from .driver import DockerPyDriver

    return DockerPyDriver(api=client.api)
