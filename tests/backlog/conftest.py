"""What the tests of the backlog share: one with nothing in it, things to put there, and what was removed."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest

from pytest_docker_tools.backlog import Backlog
from pytest_docker_tools.driver import Driver, Kind
from pytest_docker_tools.ledger import Entry
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

REMOVED = ("begin_removal", "remove")


@pytest.fixture
def driver(engine: MemoryEngine) -> MemoryDriver:
    """A driver of the engine."""
    return MemoryDriver(engine)


@pytest.fixture
def lines() -> list[str]:
    """What the backlog has reported."""
    return []


@pytest.fixture
def backlog(lines: list[str]) -> Backlog:
    """A backlog with nothing in it."""
    return Backlog(lines.append, lambda *noted, **how: None, nullcontext)


def made(driver: Driver, kind: Kind = "container", **options: Any) -> Entry:
    """Make something, and give its entry."""
    number = len(driver.ids(kind))
    if kind == "container":
        ref = driver.create_container({"image": "app", **options})
        driver.start(ref)
    elif kind == "network":
        ref = driver.create_network({"name": f"net-{number}", **options})
    else:
        ref = driver.create_volume({"name": f"vol-{number}", **options})
    return Entry(kind, ref, driver, f"the_{kind}", None, None)


def asked(engine: MemoryEngine) -> list[tuple[str, str, list[str]]]:
    """Give what was to be removed: the verb, the kind and the refs."""
    return [
        (call.verb, call.arguments["kind"], call.arguments["refs"]) for call in engine.calls if call.verb in REMOVED
    ]


def refs(*entries: Entry) -> list[str]:
    """Give what the engine calls them."""
    return [entry.ref for entry in entries]


def is_there(driver: Driver, entry: Entry) -> bool:
    """Tell whether something is still on the engine."""
    return driver.inspect(entry.kind, [entry.ref]) != [None]
