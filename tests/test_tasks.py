"""Work goes on side by side in one thread, and only its calls may be made in others."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from pytest_docker_tools import tasks
from pytest_docker_tools.tasks import Call, Pause, Task, call, pause


def test_run_gives_what_the_work_gives() -> None:
    """Work that is run waits for its calls and pauses, in turn, and gives its value."""
    said = []

    async def work() -> int:
        said.append(await call(threading.current_thread))
        await pause(0.001)
        return await call(sum, [1, 2])

    assert tasks.run(work()) == 3
    assert said == [threading.main_thread()]


def test_run_raises_what_a_call_raises() -> None:
    """What a call raises is raised where it is awaited, and if nobody catches it there, where the work is run."""

    async def work() -> str:
        with pytest.raises(ZeroDivisionError):
            await call(lambda: 1 // 0)
        return await call({}.__getitem__, "missing")

    with pytest.raises(KeyError, match="missing"):
        tasks.run(work())


def test_two_tasks_take_turns() -> None:
    """A task goes on up to what it waits for, so that another one may go on meanwhile."""
    done: list[str] = []

    async def work(name: str) -> None:
        done.append(f"{name} begins")
        await call(done.append, f"{name} calls")
        done.append(f"{name} ends")

    first, second = Task(work("a")), Task(work("b"))
    first.go_on()
    second.go_on()
    for task in (second, first):
        assert isinstance(task.waits_for, Call)
        assert not task.can_go_on
        task.waits_for.be_done()
        assert task.can_go_on
        task.go_on()
    assert done == ["a begins", "b begins", "b calls", "b ends", "a calls", "a ends"]
    assert first.is_done
    assert not first.can_go_on


def test_what_was_said_elsewhere_is_reported_here() -> None:
    """The lines of a call that is made in another thread are reported in that of the work, all before it goes on."""
    reported: list[tuple[str, threading.Thread]] = []

    def pull(on_progress: Callable[[str], object]) -> None:
        on_progress("one")
        on_progress("two")

    async def work() -> None:
        await call(pull, report=lambda line: reported.append((line, threading.current_thread())))
        reported.append(("done", threading.current_thread()))

    task = Task(work())
    task.go_on()
    assert isinstance(task.waits_for, Call)
    thread = threading.Thread(target=task.waits_for.be_done_elsewhere)
    thread.start()
    thread.join()
    assert reported == []
    task.go_on()
    assert reported == [(line, threading.main_thread()) for line in ("one", "two", "done")]


def test_what_is_said_can_be_told_while_the_call_goes_on() -> None:
    """What was said so far can be reported before a call is done, and is not said again after it."""
    reported: list[str] = []
    one = call(lambda on_progress: on_progress("more"), report=reported.append)
    one._said.append("first")
    one.tell()
    assert reported == ["first"]
    one.be_done_elsewhere()
    one.tell()
    assert reported == ["first", "more"]


def test_a_call_here_reports_at_once() -> None:
    """A call that is made in the thread of the work reports while it is made."""
    reported: list[str] = []
    seen: list[list[str]] = []

    def pull(on_progress: Callable[[str], object]) -> None:
        on_progress("one")
        seen.append([*reported])

    call(pull, report=reported.append).be_done()
    assert seen == [["one"]]


def test_without_a_report_a_call_has_no_progress() -> None:
    """A function gets an `on_progress` only where somebody wants to know."""
    one: Call[dict[str, int]] = call(dict, a=1)
    one.be_done()

    async def work() -> dict[str, int]:
        return await one

    assert tasks.run(work()) == {"a": 1}


def test_an_error_ends_a_task_and_is_its_result() -> None:
    """What work raises, also what is no Exception, is kept, and raised as often as the result is asked for."""

    class Odd(BaseException): ...

    async def work() -> None:
        raise Odd

    task = Task(work())
    task.go_on()
    assert task.is_done
    for _ in range(2):
        with pytest.raises(Odd):
            task.result()


def test_a_system_exit_is_the_error_of_its_task() -> None:
    """Work that wants to end the process is told of where its result is asked for, as pytest tells it of a fixture."""

    async def work() -> None:
        raise SystemExit(3)

    task = Task(work())
    task.go_on()
    assert isinstance(task.error, SystemExit)


def test_an_interrupt_goes_through() -> None:
    """An interrupt of the work is raised at once, and ends the task."""

    async def work() -> None:
        raise KeyboardInterrupt

    task = Task(work())
    with pytest.raises(KeyboardInterrupt):
        task.go_on()
    assert task.is_done
    assert isinstance(task.error, KeyboardInterrupt)


@pytest.mark.parametrize("waits", [lambda interrupt: call(interrupt), lambda interrupt: pause(0.01)])
def test_an_interrupted_wait_is_for_the_work_to_clean_up_after(
    monkeypatch: pytest.MonkeyPatch, waits: Callable[[Callable[[], None]], Any]
) -> None:
    """Work that is run sees an interrupt of what it waits for, so that it can remove what it has made."""
    cleaned = []

    def interrupt(*seconds: float) -> None:
        raise KeyboardInterrupt

    async def work() -> None:
        try:
            await waits(interrupt)
        except KeyboardInterrupt:
            cleaned.append(True)
            raise

    monkeypatch.setattr(time, "sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        tasks.run(work())
    assert cleaned == [True]


@pytest.mark.parametrize("began", [True, False])
def test_giving_up(recwarn: pytest.WarningsRecorder, began: bool) -> None:
    """A task that is given up cleans up, and is done, without a value or an error."""
    cleaned = []

    async def work() -> None:
        try:
            await pause(1000)
        finally:
            cleaned.append(True)

    task = Task(work())
    if began:
        task.go_on()
    task.give_up()
    task.give_up()
    assert (task.is_done, task.waits_for, task.error) == (True, None, None)
    assert cleaned == [True] * began
    del task
    assert not recwarn.list


def test_a_task_at_work_cannot_go_on() -> None:
    """While a task works, which may lead to others' work, it is known that it does."""
    seen: list[tuple[bool, bool]] = []

    async def work() -> None:
        seen.append((task.is_running, task.can_go_on))

    task = Task(work())
    assert task.can_go_on
    task.go_on()
    assert seen == [(True, False)]
    assert not task.is_running


def test_a_pause_ends_while_the_clock_of_a_test_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that stops the clock, as some libraries do, does not stop the work."""
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    short = Pause(0.001)
    threading.Event().wait(0.01)
    assert short.is_done
    assert short.left == 0
    assert 0 < Pause(1000).left <= 1000


def test_an_error_is_not_kept_by_its_call() -> None:
    """The traceback of an error that work has raised refers to no frame of a call, so that no cycle keeps it."""

    async def work() -> None:
        await call(lambda: 1 // 0)

    with pytest.raises(ZeroDivisionError) as found:
        tasks.run(work())
    frames = [entry.frame for entry in found.traceback if entry.name == "__await__"]
    assert frames
    assert all("self" not in frame.f_locals for frame in frames)
