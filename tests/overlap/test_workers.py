"""Threads make calls, no more at a time than are allowed, and are gone when there is nothing to do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from pytest_docker_tools.overlap.workers import Workers
from pytest_docker_tools.tasks import Call, call

PATIENCE = 20.0


def test_a_call_is_made_in_a_thread_which_ends() -> None:
    """A call is made in a thread that the process does not wait for, whose end can be waited for."""
    workers, seen = Workers(2), []
    one = call(lambda: seen.append(threading.current_thread()))
    workers.submit(one)
    assert workers.join(PATIENCE)
    assert workers.changed.is_set()
    [thread] = seen
    assert thread is not threading.main_thread()
    assert thread.daemon
    assert not thread.is_alive()


def test_calls_are_made_at_the_same_time() -> None:
    """As many calls as are allowed go on at once."""
    workers, barrier = Workers(3), threading.Barrier(3)
    calls = [call(barrier.wait, PATIENCE) for _ in range(3)]
    for one in calls:
        workers.submit(one)
    assert workers.join(PATIENCE)
    assert {one._value for one in calls} == {0, 1, 2}


def test_no_more_than_so_many() -> None:
    """What is too much waits, in order, until a thread has nothing else to do."""
    workers, release = Workers(1), threading.Event()
    made: list[str] = []
    calls: list[Call[Any]] = [call(release.wait, PATIENCE), *(call(made.append, name) for name in "abc")]
    for one in calls:
        workers.submit(one)
    assert len(workers._threads) == 1
    assert made == []
    release.set()
    assert workers.join(PATIENCE)
    assert made == ["a", "b", "c"]


def test_what_waits_can_be_taken_back() -> None:
    """A call that was not begun is not made if it is taken back; one that was begun cannot be."""
    workers, release, begun = Workers(1), threading.Event(), threading.Event()
    made: list[str] = []

    def hold() -> None:
        begun.set()
        release.wait(PATIENCE)

    first, second, third = call(hold), call(made.append, "second"), call(made.append, "third")
    for one in (first, second, third):
        workers.submit(one)
    assert begun.wait(PATIENCE)
    assert workers.withdraw(second)
    assert not workers.withdraw(first)
    # An interrupt may have come before it was submitted.
    assert workers.withdraw(call(made.append, "fourth"))
    release.set()
    assert workers.join(PATIENCE)
    assert made == ["third"]
    assert not workers.withdraw(third)


def test_what_is_made_here_cannot_be_taken_back() -> None:
    """A call that was made in this thread is told from one that was never made."""
    one = call(int)
    one.be_done()
    assert not Workers(1).withdraw(one)


def test_what_a_thread_has_taken_cannot_be_taken_back() -> None:
    """From the moment in which a thread takes it, a call is one that is made."""
    taken, release = threading.Event(), threading.Event()

    class Slow(Call[int]):
        def be_done_elsewhere(self) -> None:
            taken.set()
            release.wait(PATIENCE)

    workers, one = Workers(1), Slow(int, None)
    workers.submit(one)
    assert taken.wait(PATIENCE)
    assert not workers.withdraw(one)
    release.set()
    assert workers.join(PATIENCE)


def test_waiting_for_threads_has_an_end() -> None:
    """Threads that do not end in time are said to be there, and waited for again the next time."""
    workers, release = Workers(1), threading.Event()
    workers.submit(call(release.wait, PATIENCE))
    assert not workers.join(0)
    release.set()
    assert workers.join(PATIENCE)


def test_threads_are_had_again() -> None:
    """After all threads have ended, calls are made in new ones, as many as before."""
    workers = Workers(1)
    for _ in range(3):
        one = call(threading.current_thread)
        workers.submit(one)
        assert workers.join(PATIENCE)
        assert one._value is not threading.main_thread()


def test_an_error_of_a_call_ends_no_thread() -> None:
    """What a call raises, whatever it is, belongs to the call."""
    workers = Workers(1)

    def fail(error: BaseException) -> None:
        raise error

    calls = [call(fail, error) for error in (SystemExit(1), KeyboardInterrupt(), ValueError())]
    for one in calls:
        workers.submit(one)
    assert workers.join(PATIENCE)
    assert [type(one._error) for one in calls] == [SystemExit, KeyboardInterrupt, ValueError]


def test_without_threads_calls_are_made_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system has no thread left, a call is made at once, and so are those after it."""
    start: Callable[[threading.Thread], None] = threading.Thread.start

    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    workers = Workers(1)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    for _ in range(2):
        one = call(threading.current_thread)
        workers.submit(one)
        assert one.is_done
        assert one._value is threading.main_thread()
    monkeypatch.setattr(threading.Thread, "start", start)
    assert workers.join(0)
    one = call(threading.current_thread)
    workers.submit(one)
    assert workers.join(PATIENCE)
    assert one._value is not threading.main_thread()
