"""The line that says which engine a run has."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from .. import drivers
from ..driver import Driver
from ..exceptions import DriverError
from . import summary, writing

__tracebackhide__ = True

T = TypeVar("T")

_TITLE = "docker"
_IS_SAID = pytest.StashKey[bool]()
_UNGUARDED = "; if pytest is killed, what it leaves stays until the next run"
# Seconds that an engine has to say its version.
_PATIENCE = 3.0


def announce(config: pytest.Config, client: Any, *, is_guarded: bool) -> None:
    """Say which engine is behind a client: at once on a terminal, else at the end of the run, and once.

    And whether there is nobody who removes what is left if this process is killed. With -qq, and where nobody reads
    it, nothing is asked.
    """
    has_reader = writing.reporter_of(config) is not None or hasattr(config, "workerinput")
    if not has_reader or config.getoption("verbose", 0) < -1 or config.stash.get(_IS_SAID, False):
        return
    config.stash[_IS_SAID] = True
    # Whatever the client is, and whoever writes on the terminal: no test depends on this line.
    with contextlib.suppress(Exception):
        line = described(drivers.driver_of(client)) + ("" if is_guarded else _UNGUARDED)
        if writing.is_seen(config):
            writing.insert(config, f"{_TITLE}: {line}")
        else:
            summary.add(config, _TITLE, line)


def described(driver: Driver) -> str:
    """Give backend, client, engine and address, without what does not answer."""
    recipe = _answer(driver.recipe)
    facts = _answer(lambda: driver.version(timeout=_PATIENCE)) or {}
    endpoint = _answer(driver.endpoint)
    client = facts.get("Client") or {}
    return "".join(
        [
            recipe.backend if recipe else type(driver).__name__,
            f" ({client['Name']} {client['Version']})" if client.get("Version") else "",
            f", engine {facts['Version']}" if facts.get("Version") else "",
            f" (API {facts['ApiVersion']})" if facts.get("ApiVersion") else "",
            f" at {endpoint.url}" if endpoint else "",
        ]
    )


def _answer(ask: Callable[[], T]) -> T | None:
    try:
        return ask()
    except DriverError:
        return None
