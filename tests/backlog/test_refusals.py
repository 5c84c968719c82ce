"""What comes of removals that the engine refuses, or does not answer."""

from __future__ import annotations

import pytest

from pytest_docker_tools.backlog import Backlog
from pytest_docker_tools.driver import Driver
from pytest_docker_tools.exceptions import (
    Conflict,
    DeadlineExceeded,
    DriverError,
    EngineError,
    EngineUnavailable,
)
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

from .conftest import REMOVED, asked, is_there, made, refs


class TestRefusals:
    def test_are_tried_once_more_and_told(
        self, backlog: Backlog, driver: MemoryDriver, engine: MemoryEngine, lines: list[str]
    ) -> None:
        """What the engine refuses is told with its fixture and the engine's words, and the others go."""
        used, free = made(driver, "network"), made(driver, "network")
        made(driver, network=used.ref)
        for entry in (used, free):
            entry.end(removed=True)
            backlog.put(entry)
        backlog.drain()
        [line] = lines
        assert line.startswith(f"network 'the_network': '{used.ref[:12]}' was not removed. ")
        assert "active endpoints" in line
        assert (is_there(driver, used), used.removed) == (True, False)
        assert (is_there(driver, free), free.removed) == (False, True)

    def test_that_were_none(
        self, backlog: Backlog, driver: MemoryDriver, engine: MemoryEngine, lines: list[str]
    ) -> None:
        """Where nobody knows what came of it, and all is gone after another try, there is nothing to tell."""
        engine.fail("begin_removal", EngineError("no"))
        entry = made(driver)
        backlog.put(entry)
        backlog.drain()
        assert [verb for verb, _, _ in asked(engine)] == ["begin_removal", "remove"]
        assert not is_there(driver, entry)
        assert lines == []

    def test_a_driver_that_cannot_begin(self, engine: MemoryEngine, backlog: Backlog) -> None:
        """A driver without a way to do it removes all with one call, when it would begin."""

        class Older(MemoryDriver):
            begin_removal = Driver.begin_removal

        driver = Older(engine)
        entries = [made(driver) for _ in range(3)]
        for entry in entries:
            backlog.put(entry)
        assert asked(engine) == []
        backlog.advance()
        assert asked(engine) == [("remove", "container", refs(*entries))]
        assert (len(backlog), len(engine.containers)) == (0, 0)

    @pytest.mark.parametrize("error", [EngineUnavailable("it is gone"), DeadlineExceeded("it is slow")])
    def test_of_an_engine_that_does_not_answer(
        self, backlog: Backlog, driver: MemoryDriver, engine: MemoryEngine, lines: list[str], error: DriverError
    ) -> None:
        """An engine that does not answer is not asked again for each, and all are told."""
        engine.fail("begin_removal", error)
        engine.fail("remove", error)
        entries = [made(driver) for _ in range(3)]
        for entry in entries:
            backlog.put(entry)
        backlog.drain()
        assert [verb for verb, _, _ in asked(engine)] == ["begin_removal", "remove"]
        assert len(lines) == 3
        assert all(str(error) in line for line in lines)

    def test_does_not_hold_up_what_is_behind(
        self, backlog: Backlog, driver: MemoryDriver, engine: MemoryEngine, lines: list[str]
    ) -> None:
        """After containers that cannot be removed it is the networks' turn."""
        for verb in REMOVED:
            engine.fail(verb, Conflict("not this one"))
        container, network = made(driver), made(driver, "network")
        backlog.put(container)
        backlog.put(network)
        backlog.drain()
        assert not is_there(driver, network)
        assert [line.partition(" was not removed. ")[2] for line in lines] == ["not this one"]
