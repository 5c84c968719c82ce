"""What a run removes that others have left, and who sees to it that nothing of it is left."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools import guard, labels, meeting, resource
from pytest_docker_tools.exceptions import Conflict, EngineUnavailable
from pytest_docker_tools.runs import Run as PytestRun
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

from .conftest import Run, RunWorkers

TITLE = "docker: left by runs that were killed"
PROJECT = "from pytest_docker_tools import *\nit = network(name='the-net')\ndef test_it(it): ..."


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the runs of a test meet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return meeting.folder()


@pytest.fixture
def dead(place: Path) -> PytestRun:
    """A run that is over."""
    run = PytestRun(place, uuid.uuid4().hex, "main")
    assert run.owner
    run.close()
    return run


def leave(engine: MemoryEngine, run: PytestRun, name: str, marks: Mapping[str, str] | None = None) -> None:
    """Make a network as a run does."""
    known = {labels.RUN: run.id, labels.OWNER: run.owner, labels.REUSABLE: "false", **(marks or {})}
    resource.create(MemoryDriver(engine), "network", labels.added({"name": name}, known))
    run.close()


def names(engine: MemoryEngine) -> set[str]:
    """Give the names of the networks that were made."""
    return {network.name for network in engine.networks.values()} - {"bridge", "host", "none"}


class TestBeforeARun:
    def test_what_dead_ones_have_left_is_removed(
        self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine, dead: PytestRun
    ) -> None:
        """What has the name that is wanted does not stand in the way, and the end of the run tells of it."""
        leave(engine, dead, "the-net")
        pytester.makepyfile(PROJECT)
        result = run()
        result.assert_outcomes(passed=1)
        result.stdout.fnmatch_lines([f"=* {TITLE} =*", "network the-net: removed"])
        assert names(engine) == set()

    def test_all_else_is_let_alone(
        self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine, dead: PytestRun, place: Path
    ) -> None:
        """What is reusable, was kept for a failed test, or may be of a run that goes on, stays, without a word."""
        leave(engine, dead, "reusable", {labels.REUSABLE: "true", labels.EXPIRES: "1"})
        leave(engine, dead, "kept", {labels.KEEP: "failed"})
        leave(engine, dead, "unknown", {labels.OWNER: ""})
        running = PytestRun(place, uuid.uuid4().hex, "main")
        resource.create(
            MemoryDriver(engine),
            "network",
            labels.added({"name": "running"}, {labels.RUN: running.id, labels.OWNER: running.owner}),
        )
        pytester.makepyfile(PROJECT)
        result = run()
        running.close()
        result.assert_outcomes(passed=1)
        assert TITLE not in result.stdout.str()
        assert names(engine) == {"reusable", "kept", "unknown", "running"}

    def test_what_cannot_be_removed_is_said(
        self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine, dead: PytestRun
    ) -> None:
        """No test fails by it."""
        leave(engine, dead, "theirs")
        engine.fail("remove", Conflict("it has active endpoints"))
        pytester.makepyfile(PROJECT)
        result = run()
        result.assert_outcomes(passed=1)
        result.stdout.fnmatch_lines(["network theirs: failed, as it has active endpoints"])

    @pytest.mark.parametrize("verb", ["ids", "inspect"])
    def test_an_engine_that_does_not_say(
        self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine, dead: PytestRun, verb: str
    ) -> None:
        """Where it cannot be told what there is, the run goes on."""
        leave(engine, dead, "theirs")
        engine.fail(verb, EngineUnavailable("gone"))
        pytester.makepyfile(PROJECT)
        run().assert_outcomes(passed=1)

    def test_once(self, pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine) -> None:
        """Of all workers and fixtures of a run, one looks."""
        pytester.makepyfile(PROJECT + "\ndef test_again(it): ...")
        _, workers = run_workers(2)
        for worker in workers:
            worker.assert_outcomes(passed=2)
        looked = [arguments["kind"] for verb, arguments in engine.calls if verb == "ids"]
        assert sorted(looked) == ["container", "network", "volume"]


class TestAfterARun:
    @pytest.fixture
    def opened(self, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Mapping[str, Any]]]:
        """With what drivers are opened."""
        opened: list[tuple[str, Mapping[str, Any]]] = []

        def open_driver(backend: str, settings: Mapping[str, Any]) -> MemoryDriver:
            opened.append((backend, settings))
            return MemoryDriver(engine)

        monkeypatch.setattr("pytest_docker_tools.drivers.open_driver", open_driver)
        return opened

    @pytest.fixture
    def pauses(self, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        """The pauses that are made, which take no time."""
        pauses: list[float] = []
        monkeypatch.setattr("time.sleep", pauses.append)
        return pauses

    @pytest.fixture
    def remove_left(self, dead: PytestRun) -> Callable[[], None]:
        """Remove what the dead run has left."""
        return lambda: guard.remove_left("", str(dead.meeting), dead.id, "mine", {"a": 1})

    def test_what_it_left_is_removed(
        self,
        engine: MemoryEngine,
        dead: PytestRun,
        place: Path,
        remove_left: Callable[[], None],
        opened: list[tuple[str, Mapping[str, Any]]],
        pauses: list[float],
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
        self,
        engine: MemoryEngine,
        dead: PytestRun,
        remove_left: Callable[[], None],
        opened: list[tuple[str, Mapping[str, Any]]],
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
        rest = list(guard._PAUSES[1:])
        assert pauses == [0.0, *rest[:2], *rest[:3], *rest]

    def test_of_another_worker_that_goes_on(
        self,
        engine: MemoryEngine,
        dead: PytestRun,
        place: Path,
        remove_left: Callable[[], None],
        opened: list[tuple[str, Mapping[str, Any]]],
        pauses: list[float],
    ) -> None:
        """Of a run that goes on only what the dead process alone had is removed."""
        leave(engine, dead, "own")
        leave(engine, dead, "shared", {labels.SHARED: "true"})
        other = PytestRun(place, dead.id, "gw1")
        assert other.owner
        remove_left()
        other.close()
        assert names(engine) == {"shared"}

    def test_an_engine_that_comes_back(
        self,
        engine: MemoryEngine,
        dead: PytestRun,
        remove_left: Callable[[], None],
        opened: list[tuple[str, Mapping[str, Any]]],
        pauses: list[float],
    ) -> None:
        """An engine that is gone is waited for, and not for ever."""
        leave(engine, dead, "left")
        for _ in range(12):
            engine.fail("ids", EngineUnavailable("gone"))
        remove_left()
        assert names(engine) == set()

    def test_an_engine_that_does_not_come_back(
        self,
        engine: MemoryEngine,
        remove_left: Callable[[], None],
        opened: list[tuple[str, Mapping[str, Any]]],
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
        assert guard._PATIENCE < now < guard._PATIENCE + 10
