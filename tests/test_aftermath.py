"""What a watcher does when its process of pytest was killed, on an engine in memory."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools import aftermath, labels
from pytest_docker_tools.exceptions import EngineUnavailable
from pytest_docker_tools.runs import Run as PytestRun
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

from .conftest import leave, names

Opened = list[tuple[str, Mapping[str, Any]]]


@pytest.fixture
def opened(engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """With what drivers are opened."""
    opened: Opened = []

    def open_driver(backend: str, settings: Mapping[str, Any]) -> MemoryDriver:
        opened.append((backend, settings))
        return MemoryDriver(engine)

    monkeypatch.setattr("pytest_docker_tools.drivers.open_driver", open_driver)
    return opened


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that are made, which take no time."""
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    return pauses


@pytest.fixture
def remove_left(dead: PytestRun, opened: Opened) -> Callable[..., None]:
    """Remove what the dead run has left."""
    return partial(aftermath.remove_left, "", str(dead.meeting), dead.id, "mine", {"a": 1})


@pytest.mark.usefixtures("pauses")
def test_what_it_left_is_removed(
    engine: MemoryEngine,
    dead: PytestRun,
    place: Path,
    remove_left: Callable[[], None],
    opened: Opened,
) -> None:
    """It is what that run has made, on the engine that it used, but for what it kept on purpose."""
    other = PytestRun(place, uuid.uuid4().hex, "main")
    for name, marks in (
        ("left", {}),
        ("shared", {labels.SHARED: "true"}),
        ("kept", {labels.KEEP: "failed"}),
        ("reusable", {labels.REUSABLE: "true"}),
    ):
        leave(engine, dead, name, marks)
    leave(engine, other, "of-another-run")
    remove_left()
    assert names(engine) == {"kept", "reusable", "of-another-run"}
    assert set(map(repr, opened)) == {repr(("mine", {"a": 1}))}


def test_until_nothing_appears(
    engine: MemoryEngine,
    dead: PytestRun,
    remove_left: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the engine makes later goes as well, and from then on it is looked as long again."""
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) in (3, 6):
            leave(engine, dead, f"late-{len(pauses)}")

    monkeypatch.setattr("time.sleep", sleep)
    remove_left()
    assert names(engine) == set()
    rest = list(aftermath._PAUSES[1:])
    assert pauses == [0.0, *rest[:2], *rest[:3], *rest]


@pytest.mark.usefixtures("pauses")
def test_of_another_worker_that_goes_on(
    engine: MemoryEngine,
    dead: PytestRun,
    place: Path,
    remove_left: Callable[[], None],
) -> None:
    """Of a run that goes on only what the dead process alone had is removed."""
    leave(engine, dead, "own")
    leave(engine, dead, "shared", {labels.SHARED: "true"})
    other = PytestRun(place, dead.id, "gw1")
    assert other.owner
    remove_left()
    other.close()
    assert names(engine) == {"shared"}


@pytest.mark.usefixtures("pauses")
def test_an_engine_that_comes_back(
    engine: MemoryEngine,
    dead: PytestRun,
    remove_left: Callable[[], None],
) -> None:
    """An engine that is gone is waited for, and not for ever."""
    leave(engine, dead, "left")
    for _ in range(12):
        engine.fail("ids", EngineUnavailable("gone"))
    remove_left()
    assert names(engine) == set()


@pytest.mark.parametrize("is_there", [False, True])
def test_without_patience(
    engine: MemoryEngine, dead: PytestRun, remove_left: Callable[..., None], pauses: list[float], is_there: bool
) -> None:
    """Where probably there is no engine one look is enough, and where it is there, nothing of it stays."""
    leave(engine, dead, "left")
    if not is_there:
        engine.fail("ids", EngineUnavailable("gone"))
    remove_left(is_patient=False)
    assert names(engine) == (set() if is_there else {"left"})
    assert (len(pauses) == 1) is not is_there


def test_an_engine_that_does_not_come_back(
    engine: MemoryEngine,
    remove_left: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is given up after some minutes."""
    now = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    def fails(*arguments: object) -> MemoryDriver:
        raise EngineUnavailable("gone")

    monkeypatch.setattr("time.sleep", sleep)
    monkeypatch.setattr("time.monotonic", lambda: now)
    monkeypatch.setattr("pytest_docker_tools.drivers.open_driver", fails)
    remove_left()
    assert aftermath._PATIENCE < now < aftermath._PATIENCE + 10
