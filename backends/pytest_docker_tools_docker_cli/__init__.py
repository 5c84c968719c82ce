"""The driver for the `docker` command line: it runs the client as a child process and reads its JSON.

Drivers for other clients that speak docker's language derive from `DockerCLIDriver` and say what differs; the
names below are what they need. All but the hook are imported on first use.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pytest_docker_tools.hookspecs import hookimpl

if TYPE_CHECKING:
    from pytest_docker_tools.driver import Driver

    from .command import Option, Table
    from .driver import DockerCLIDriver
    from .environment import RESERVED
    from .errors import PHRASES, Phrases
    from .runner import Command, Result, Runner

__tracebackhide__ = True

__all__ = [
    "PHRASES",
    "RESERVED",
    "Command",
    "DockerCLIDriver",
    "Option",
    "Phrases",
    "Result",
    "Runner",
    "Table",
    "open_driver",
]

_MODULES = {
    "DockerCLIDriver": "driver",
    "Option": "command",
    "Table": "command",
    "RESERVED": "environment",
    "PHRASES": "errors",
    "Phrases": "errors",
    "Command": "runner",
    "Result": "runner",
    "Runner": "runner",
}


@hookimpl
def open_driver(settings: Mapping[str, Any]) -> Driver:
    """Give the driver of the engine that the environment or `settings` name."""
    from .driver import DockerCLIDriver

    return DockerCLIDriver(**settings)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_MODULES[name]}", __name__), name)
