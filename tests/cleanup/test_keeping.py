"""What `pytest --docker-cleanup` keeps, as it is in use, or of use later."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_docker_tools import cleanup, labels, lasting, locks
from pytest_docker_tools.driver import Driver
from pytest_docker_tools.reuse import use
from pytest_docker_tools.runs import Run as PytestRun
from pytest_docker_tools.testing import MemoryDriver

from .conftest import REUSABLE, Clean, Make, RunOver

ALL = "--docker-cleanup=all removes it"


@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize("marks", [{}, REUSABLE, {labels.KEEP: "failed"}, {labels.SHARED: "true"}], ids=str)
def test_what_a_run_that_goes_on_has_made_is_kept(
    make: Make, start: RunOver, clean: Clean, marks: dict[str, str], everything: bool
) -> None:
    """Nothing of a process is removed while it lives."""
    run = start()
    make(run, "network", "net", marks)
    assert clean(everything=everything) == ["kept network net its run goes on"]
    run.close()
    assert clean(everything=True) == ["removed network net"]


@pytest.mark.parametrize("everything", [False, True])
def test_what_a_worker_that_crashed_has_made(make: Make, start: RunOver, clean: Clean, everything: bool) -> None:
    """What its run shares is kept while any process of that lives; what the worker had of its own is not."""
    controller = start()
    worker = start("gw0", of=controller)
    make(worker, "network", "its-own")
    make(worker, "network", "shared", {labels.SHARED: "true"})
    worker.close()
    assert clean(everything=everything) == ["kept network shared its run goes on", "removed network its-own"]
    controller.close()
    assert clean() == ["removed network shared"]


def test_one_of_two_runs(make: Make, start: RunOver, clean: Clean) -> None:
    """Of two runs side by side, that of the one that is over is removed."""
    one, other = start(), start()
    make(one, "network", "of-one")
    make(other, "network", "of-the-other")
    one.close()
    assert clean() == ["kept network of-the-other its run goes on", "removed network of-one"]


def test_what_is_reusable(make: Make, over: PytestRun, clean: Clean) -> None:
    """What later runs would use again is kept, until all is to go."""
    make(over, "volume", "data", REUSABLE)
    assert clean() == [f"kept volume data reusable; {ALL}"]
    assert clean(everything=True) == ["removed volume data"]


@pytest.mark.parametrize(("seconds", "is_over"), [("1", True), ("9" * 11, False), ("9" * 5000, False), ("²", False)])
def test_what_has_expired(make: Make, over: PytestRun, clean: Clean, seconds: str, is_over: bool) -> None:
    """What is reusable is removed when its time to live is over; what is no time never is."""
    make(over, "network", "net", {**REUSABLE, labels.EXPIRES: seconds})
    assert clean() == ["removed network net" if is_over else f"kept network net reusable; {ALL}"]


@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize("expiry", [{}, {labels.EXPIRES: "1"}], ids=["lasting", "expired"])
def test_what_a_run_is_using_is_kept(
    make: Make, over: PytestRun, clean: Clean, driver: Driver, place: Path, everything: bool, expiry: dict[str, str]
) -> None:
    """What is reusable is kept while any run uses it, though the one that made it is over."""
    make(over, "network", "net", {**REUSABLE, **expiry})
    own = use.begin(place, lasting.key(driver, "network", "net"))
    assert clean(everything=everything) == ["kept network net a run is using it"]
    own.release(remove=True)
    assert clean(everything=True) == ["removed network net"]


@pytest.mark.parametrize("marks", [{}, REUSABLE], ids=["own", "reusable"])
def test_what_another_process_is_about_is_kept(
    make: Make, over: PytestRun, clean: Clean, driver: Driver, place: Path, marks: dict[str, str]
) -> None:
    """While a process looks for something, makes or removes it, it is left alone; the lock does not stay."""
    make(over, "network", "net", marks)
    turn = use.turn(place, lasting.key(driver, "network", "net"))
    with locks.held(turn):
        assert clean(everything=True) == ["kept network net another process is making or removing it"]
    assert clean(everything=True) == ["removed network net"]
    assert not turn.exists()


def test_nobody_begins_to_use_what_is_being_removed(
    make: Make, over: PytestRun, driver: Driver, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who wants what is reusable has to wait while it is removed."""
    make(over, "network", "net", REUSABLE)
    turn, taken = use.turn(place, lasting.key(driver, "network", "net")), []
    monkeypatch.setattr(MemoryDriver, "remove", lambda *arguments, **options: taken.append(locks.attempt(turn)))
    cleanup.run(driver, print, everything=True)
    assert taken == [None]


def test_what_is_kept_for_failed_tests(make: Make, over: PytestRun, clean: Clean) -> None:
    """What a run with --docker-keep=failed has left is kept, until all is to go."""
    make(over, "container", "db", {labels.KEEP: "failed"})
    assert clean() == [f"kept container db made with --docker-keep=failed; {ALL}"]
    assert clean(everything=True) == ["removed container db"]
