"""A look at a container for a report: what is asked of the engine, and for how long."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_docker_tools.exceptions import DeadlineExceeded, EngineError, EngineUnavailable
from pytest_docker_tools.failures import look
from pytest_docker_tools.failures.look import Unknown, Wanted
from pytest_docker_tools.ledger import Entry, Ledger
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

LOG = b"one\ntwo\nthree\n"
TAIL = Wanted(lines=2, whole=False)


@pytest.fixture
def ref(engine: MemoryEngine) -> str:
    """A container that has written three lines."""
    engine.add_image("talks", MemoryImage(logs=LOG))
    driver = MemoryDriver(engine)
    ref = driver.create_container({"image": "talks"})
    driver.start(ref)
    engine.calls.clear()
    return ref


def ledger_and_entry(driver: MemoryDriver, ref: str, *, made_during: str = "this") -> tuple[Ledger, Entry]:
    """Give a container as the ledger has it while a test with the id "this" runs."""
    ledger = Ledger()
    ledger.item = SimpleNamespace(nodeid="this")  # type: ignore[assignment]
    ledger.began = time.time()
    return ledger, Entry("container", ref, driver, "db", object(), made_during, (ledger.began - 1, ledger.began))


def verbs(engine: MemoryEngine) -> list[str]:
    return [verb for verb, _ in engine.calls]


def test_state_and_end_of_the_log(engine: MemoryEngine, ref: str) -> None:
    """A look gives the inspect JSON and the last lines of the log, with one call for each."""
    seen = look.take(*ledger_and_entry(MemoryDriver(engine), ref), TAIL)
    assert isinstance(seen.facts, dict)
    assert seen.facts["Id"] == ref
    assert (seen.log, seen.whole_log) == (b"two\nthree\n", None)
    assert verbs(engine) == ["inspect", "logs"]


def test_all_of_the_log(engine: MemoryEngine, ref: str) -> None:
    """All of a log is read besides, where that is wanted, and nothing of it where nothing is."""
    assert look.take(*ledger_and_entry(MemoryDriver(engine), ref), Wanted(1, True)).whole_log == LOG
    assert look.take(*ledger_and_entry(MemoryDriver(engine), ref), Wanted(None, False)).log == LOG
    engine.calls.clear()
    assert look.take(*ledger_and_entry(MemoryDriver(engine), ref), Wanted(0, False)).log is None
    assert verbs(engine) == ["inspect"]


def test_only_what_was_written_since_the_test_began(engine: MemoryEngine, ref: str) -> None:
    """Of a container that was there before the test, only what it wrote since counts."""
    ledger, entry = ledger_and_entry(MemoryDriver(engine), ref, made_during="another")
    assert look.take(ledger, entry, TAIL).log == b""
    engine.write_log(ref, b"four\n")
    assert look.take(ledger, entry, TAIL).log == b"four\n"
    assert look.take(ledger, entry, TAIL).since == ledger.began


@pytest.mark.parametrize("ahead", [-3600, 0, 3600])
def test_an_engine_whose_clock_is_another(engine: MemoryEngine, ref: str, ahead: int) -> None:
    """The beginning of the test is taken by the clock of the engine, as the container's creation tells it."""
    ledger, entry = ledger_and_entry(MemoryDriver(engine), ref, made_during="another")
    asked, answered = ledger.began - 100.5, ledger.began - 100
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(asked + 0.4 + ahead))
    engine.containers[ref].created = f"{moment}.000000000Z"
    entry.created = (asked - 1, answered)
    since = look.take(ledger, entry, TAIL).since
    assert since is not None
    # Earlier by no more than the creation took.
    assert ledger.began + ahead - 1.5 <= since <= ledger.began + ahead


def test_a_container_that_is_used_again(engine: MemoryEngine, ref: str) -> None:
    """Of a container that this run did not create, the clocks are taken to agree."""
    ledger, entry = ledger_and_entry(MemoryDriver(engine), ref, made_during="another")
    entry.created = None
    assert look.take(ledger, entry, TAIL).since == ledger.began


def test_a_container_that_is_gone(engine: MemoryEngine, ref: str) -> None:
    """A container that the engine does not have is told as such, and has no log."""
    MemoryDriver(engine).remove("container", [ref], force=True)
    engine.calls.clear()
    assert look.take(*ledger_and_entry(MemoryDriver(engine), ref), TAIL) == look.Look(None)
    assert verbs(engine) == ["inspect"]


@pytest.mark.parametrize("error", [DeadlineExceeded("too late"), EngineUnavailable("no engine")])
def test_a_silent_engine_is_asked_once(engine: MemoryEngine, ref: str, error: Exception) -> None:
    """An engine that does not answer is not asked again in this test, for whichever container, but in the next one."""
    driver = MemoryDriver(engine)
    ledger, entry = ledger_and_entry(driver, ref)
    engine.fail("inspect", error)
    assert look.take(ledger, entry, TAIL).facts == str(error)
    assert (
        look.take(ledger, Entry("container", "other", driver, "x", 1, None), TAIL).facts == "the engine does not answer"
    )
    assert verbs(engine) == ["inspect"]
    ledger.begin(SimpleNamespace(nodeid="next", listchain=list))  # type: ignore[arg-type]
    assert isinstance(look.take(ledger, entry, TAIL).facts, dict)


@pytest.mark.parametrize("error", [EngineError("the log driver is 'none'"), ZeroDivisionError("a driver's fault")])
def test_a_log_that_cannot_be_read(engine: MemoryEngine, ref: str, error: Exception) -> None:
    """What a driver raises for the log stands in place of it, and the state is seen all the same."""
    engine.fail("logs", error)
    seen = look.take(*ledger_and_entry(MemoryDriver(engine), ref), TAIL)
    assert isinstance(seen.facts, dict)
    assert isinstance(seen.log, Unknown)
    assert str(seen.log) == str(error)


def test_no_call_takes_long(engine: MemoryEngine, ref: str) -> None:
    """Every call has a deadline of seconds, a longer one where a whole log is read."""
    given = []

    class Patient(MemoryDriver):
        def inspect(self, *arguments: Any, timeout: float | None = None) -> Any:
            given.append(("inspect", timeout))
            return super().inspect(*arguments, timeout=timeout)

        def logs(self, *arguments: Any, timeout: float | None = None, **options: Any) -> bytes:
            given.append(("logs", timeout))
            return super().logs(*arguments, timeout=timeout, **options)

    look.take(*ledger_and_entry(Patient(engine), ref), Wanted(1, True))
    assert given == [("inspect", look.PATIENCE), ("logs", look.PATIENCE), ("logs", look.PATIENCE_WITH_LOGS)]
    assert look.PATIENCE <= 10
    assert look.PATIENCE_WITH_LOGS <= 60
