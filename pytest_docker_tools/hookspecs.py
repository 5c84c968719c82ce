"""The door for drivers: what a package implements to offer one.

A driver package has an entry point in the group `pytest_docker_tools.drivers`, whose name is what users write after
`--docker-backend`, and whose module implements `open_driver` with `hookimpl`. Only the chosen one is imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from .driver import Driver

__tracebackhide__ = True

PROJECT = "pytest_docker_tools"
ENTRY_POINTS = "pytest_docker_tools.drivers"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec(firstresult=True)
def open_driver(settings: Mapping[str, Any]) -> Driver | None:
    """Give a driver.

    `settings` is empty for the engine that the environment names, `{"timeout": seconds}` where the user set the
    deadline of one call, or what `Driver.recipe()` of another process gave. The engine need not be contacted: a
    driver that cannot run here may say so when it is first used, with `EngineUnavailable`.
    """


@hookspec(firstresult=True)
def adapt_client(client: Any) -> Driver | None:
    """Give a driver over a client that a user's own `docker_client` fixture returned, None for what is not known.

    Every installed driver is asked, so what is not known has to be told without an import of the client's library.
    The client stays its maker's, who closes it: the driver's `close` must not. Nor may the driver refer to the very
    object, or neither is ever freed.
    """
