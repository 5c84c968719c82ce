"""What a run removes that others have left, and who sees to it that nothing of it is left."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from pytest_docker_tools import guard, labels, lasting, locks, resource, watcher
from pytest_docker_tools.driver import Recipe
from pytest_docker_tools.exceptions import Conflict, DeadlineExceeded, DriverError, EngineError, EngineUnavailable
from pytest_docker_tools.reuse import use
from pytest_docker_tools.runs import Run as PytestRun
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

from .conftest import Run, RunWorkers, leave, names

TITLE = "docker: left by runs that were killed"
PROJECT = "from pytest_docker_tools import *\nit = network(name='the-net')\ndef test_it(it): ..."


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

    def test_what_another_process_is_removing(
        self,
        pytester: pytest.Pytester,
        run: Run,
        engine: MemoryEngine,
        dead: PytestRun,
        place: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """It is waited for, so that its name is free."""
        leave(engine, dead, "the-net")
        driver = MemoryDriver(engine)
        turn = locks.held(use.turn(place, lasting.key(driver, "network", "the-net")))
        pauses: list[float] = []

        def sleep(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 2:
                driver.remove("network", ["the-net"])
                turn.release(remove=True)

        monkeypatch.setattr("time.sleep", sleep)
        pytester.makepyfile(PROJECT)
        result = run()
        result.assert_outcomes(passed=1)
        assert len(pauses) >= 2
        assert TITLE not in result.stdout.str()

    def test_not_for_ever(
        self,
        pytester: pytest.Pytester,
        run: Run,
        engine: MemoryEngine,
        dead: PytestRun,
        place: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """What stays busy is left to others after some time, which is also that for many things."""
        for number in range(3):
            leave(engine, dead, f"net-{number}")
        monkeypatch.setattr(guard, "_PATIENCE_AT_BEGIN", 0.0)
        pytester.makepyfile(PROJECT)
        run().assert_outcomes(passed=1)
        assert len(names(engine)) == 2


class TestWatchers:
    """They are started with what they need, for each engine one, and let go of."""

    @pytest.fixture
    def told(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], list[list[str]]]:
        """Give the lines that each watcher was told: it is a program that only writes them down."""
        program = tmp_path / "program.py"
        program.write_text(
            "import sys, uuid, pathlib\n"
            f"pathlib.Path({str(tmp_path)!r}, uuid.uuid4().hex + '.told').write_bytes(sys.stdin.buffer.read())\n"
        )
        monkeypatch.setattr(guard, "_PROGRAM", program)
        return lambda: [file.read_text().splitlines() for file in tmp_path.glob("*.told")]

    @pytest.fixture
    def with_recipe(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let drivers have a recipe, with a secret."""
        recipe = Recipe("mine", MappingProxyType({"environment": {"HOST": "tcp://me:hunter2@there"}}))
        monkeypatch.setattr(MemoryDriver, "recipe", lambda driver: recipe)

    @pytest.mark.usefixtures("with_recipe", "place")
    def test_are_told(
        self, pytester: pytest.Pytester, run: Run, told: Callable[[], list[list[str]]], place: Path
    ) -> None:
        """One gets the recipe, what is to be removed, and the word that all is done; nothing is said of it."""
        pytester.makepyfile(PROJECT + "\ndef test_again(it): ...")
        result = run()
        result.assert_outcomes(passed=2)
        [[line, word]] = told()
        found = json.loads(line)
        assert found["left"]["backend"] == "mine"
        assert found["left"]["settings"] == {"environment": {"HOST": "tcp://me:hunter2@there"}}
        assert found["left"]["place"] == str(place)
        assert set(map(os.path.isabs, found["path"])) == {True}
        assert Path(found["presence"]).parent.parent.name == found["left"]["run"]
        assert word.encode() == watcher.DONE
        assert "if pytest is killed" not in result.stdout.str()
        assert "hunter2" not in result.stdout.str()

    @pytest.mark.usefixtures("with_recipe", "place")
    def test_of_a_run_that_does_not_get_to_its_end(
        self, pytester: pytest.Pytester, run: Run, told: Callable[[], list[list[str]]]
    ) -> None:
        """Nobody says that all is done where its end is interrupted as well."""
        pytester.makepyfile(
            PROJECT + "\nimport pytest\n@pytest.fixture(scope='session')\ndef ends():\n    yield\n"
            "    raise KeyboardInterrupt\ndef test_interrupt(it, ends):\n    raise KeyboardInterrupt"
        )
        with pytest.raises(KeyboardInterrupt):
            run()
        [[_]] = told()

    @pytest.mark.usefixtures("with_recipe", "place")
    @pytest.mark.parametrize(
        ("verbs", "error", "name", "word"),
        [
            (["create_network"], EngineError, None, watcher.DONE),
            (["create_network", "remove"], EngineError, None, b""),
            (["create_network"], DeadlineExceeded, None, b""),
            (["create_network"], EngineUnavailable, None, b""),
            (["ids", "create_network"], EngineUnavailable, None, watcher.ONCE),
            (["ids", "create_network"], DeadlineExceeded, None, b""),
            (["begin_removal"], EngineError, None, watcher.DONE),
            (["begin_removal", "remove"], EngineError, None, b""),
            (["remove"], EngineError, "named", b""),
        ],
        ids=[
            *("refused", "refused, and made", "no answer in time", "no answer", "no engine", "a slow engine"),
            *("removal that is tried again", "removal in the background", "removal at once"),
        ],
    )
    def test_of_a_run_whose_engine_fails(
        self,
        pytester: pytest.Pytester,
        run: Run,
        engine: MemoryEngine,
        told: Callable[[], list[list[str]]],
        verbs: list[str],
        error: type[DriverError],
        name: str | None,
        word: bytes,
    ) -> None:
        """Nobody says that all is done where something failed, of which something may be left."""
        for verb in verbs:
            engine.fail(verb, error("it broke"), after=True)
        pytester.makepyfile(f"from pytest_docker_tools import *\nit = network(name={name!r})\ndef test_it(it): ...")
        run()
        [[_, *words]] = told()
        assert "".join(words).encode() == word

    @pytest.mark.usefixtures("with_recipe", "place")
    @pytest.mark.parametrize(
        ("definition", "verb", "error", "word"),
        [
            ("it = network(name='named')", "create_network", DeadlineExceeded, b""),
            ("it = network(name='named')", "remove", EngineUnavailable, b""),
            ("app = image(name='app')\nit = container(image='{app.id}')", "create_container", EngineUnavailable, b""),
            ("it = volume()", "create_volume", EngineUnavailable, watcher.ONCE),
        ],
        ids=["no answer in time", "not removed", "after another fixture", "of the first fixture"],
    )
    def test_of_a_run_whose_engine_comes_late(
        self,
        pytester: pytest.Pytester,
        run: Run,
        engine: MemoryEngine,
        told: Callable[[], list[list[str]]],
        definition: str,
        verb: str,
        error: type[DriverError],
        word: bytes,
    ) -> None:
        """That there was none at the begin does not tell that nothing is left: it may have made something since."""
        engine.fail("ids", EngineUnavailable("it is not there"))
        engine.fail(verb, error("it broke"), after=True)
        pytester.makepyfile(f"from pytest_docker_tools import *\n{definition}\ndef test_it(it): ...")
        run()
        [[_, *words]] = told()
        assert "".join(words).encode() == word

    @pytest.mark.usefixtures("place")
    def test_need_a_recipe(self, pytester: pytest.Pytester, run: Run, told: Callable[[], list[list[str]]]) -> None:
        """There is none for an engine that another process cannot open, and the run says so."""
        pytester.makepyfile(PROJECT)
        result = run()
        result.assert_outcomes(passed=1)
        result.stdout.fnmatch_lines(["*; if pytest is killed, what it leaves stays until the next run"])
        assert told() == []

    @pytest.mark.usefixtures("place", "told")
    @pytest.mark.parametrize("settings", [{"object": object()}, {1, 2}], ids=["no JSON", "no mapping"])
    def test_of_a_driver_with_a_bad_recipe(
        self, pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch, settings: Any
    ) -> None:
        """What cannot be told is no watcher, and fails no test."""
        monkeypatch.setattr(MemoryDriver, "recipe", lambda driver: Recipe("mine", settings))
        pytester.makepyfile(PROJECT)
        result = run()
        result.assert_outcomes(passed=1)
        result.stdout.fnmatch_lines(["*; if pytest is killed, what it leaves stays until the next run"])
