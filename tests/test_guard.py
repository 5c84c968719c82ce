"""What a run removes that others have left, and who sees to it that nothing of it is left."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from pytest_docker_tools import labels, resource
from pytest_docker_tools.exceptions import Conflict, EngineUnavailable
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
