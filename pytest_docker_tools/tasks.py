"""Work of which several pieces go on at once, in one thread but for the calls that they wait for.

A piece of work is a coroutine. Where it calls an engine it awaits `call(...)`, where it lets time pass `pause(...)`.
All the rest of it, such as functions of the user's, runs in the thread that drives it, which is pytest's.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from functools import partial
from typing import Any, Generic, TypeVar

__tracebackhide__ = True

T = TypeVar("T")
Report = Callable[[str], object]


class Call(Generic[T]):
    """A call that may be made in any thread. What is awaited is what it gives, or raises."""

    def __init__(self, function: Callable[..., T], report: Report | None) -> None:
        self.is_begun = self.is_done = False
        self._function, self._report = function, report
        self._said: deque[str] = deque()
        self._value: Any = None
        self._error: BaseException | None = None

    def be_done(self) -> None:
        """Make the call in this thread, which is that of the work."""
        self._make(self._report)

    def be_done_elsewhere(self) -> None:
        """Make the call in this thread, which is none in which anything may be reported."""
        self._make(self._report and self._said.append)

    def tell(self) -> None:
        """Report, in the thread of the work, what was said elsewhere meanwhile."""
        while self._said and self._report:
            self._report(self._said.popleft())

    def _make(self, report: Report | None) -> None:
        self.is_begun = True
        try:
            self._value = self._function(**({"on_progress": report} if report else {}))
        except BaseException as error:
            # It belongs to who awaits the call, wherever that goes on.
            self._error = error
        self.is_done = True

    def __await__(self) -> Generator[Call[T], None, T]:
        yield self
        self.tell()
        try:
            if self._error is not None:
                raise self._error
            value: T = self._value
            return value
        finally:
            # An error refers to this frame by its traceback.
            del self


class Pause:
    """A moment of the monotonic clock until which work does not go on."""

    # Tests may stop the clock of the module.
    _clock = staticmethod(time.monotonic)

    def __init__(self, seconds: float) -> None:
        self.end = self._clock() + seconds
        #: By how many seconds the work went on later than that, as the thread was busy with other work.
        self.late = 0.0

    @property
    def left(self) -> float:
        """The seconds until then, 0 when it is over."""
        return max(0.0, self.end - self._clock())

    @property
    def is_done(self) -> bool:
        """Whether it is over."""
        return not self.left

    def be_done(self) -> None:
        """Let the time pass."""
        time.sleep(self.left)

    def __await__(self) -> Generator[Pause, None, None]:
        yield self
        self.late = max(0.0, self._clock() - self.end)


Work = Coroutine["Call[Any] | Pause", None, T]


def call(function: Callable[..., T], *arguments: Any, report: Report | None = None, **keywords: Any) -> Call[T]:
    """Give what is to be awaited for a call. With `report` it gets an `on_progress`, whose lines are reported."""
    return Call(partial(function, *arguments, **keywords), report)


def pause(seconds: float) -> Pause:
    """Give what is to be awaited for some seconds to pass."""
    return Pause(seconds)


def run(work: Work[T]) -> T:
    """Do a piece of work here, and nothing else meanwhile."""
    task = Task(work)
    while not task.is_done:
        task.go_on_here()
    return task.result()


class Task(Generic[T]):
    """A piece of work that was begun, or is to be. `waits_for` is what it waits for before it goes on."""

    def __init__(self, work: Work[T]) -> None:
        self.waits_for: Call[Any] | Pause | None = None
        #: Whether it is at work in this moment: what it calls may in turn wait for other work.
        self.is_running = False
        self.is_done = False
        self.error: BaseException | None = None
        self._work = work
        self._value: Any = None

    @property
    def can_go_on(self) -> bool:
        """Whether what it waits for is there."""
        return not self.is_running and not self.is_done and (self.waits_for is None or self.waits_for.is_done)

    def go_on(self) -> None:
        """Work until it waits for something. Raises an interrupt only: what else is raised is its error."""
        self._step(partial(self._work.send, None))

    def go_on_here(self) -> None:
        """Work until it waits for something, and wait for that."""
        self.go_on()
        if self.waits_for is not None:
            try:
                self.waits_for.be_done()
            except BaseException as error:
                # An interrupt is for the work to clean up after.
                self._step(partial(self._work.throw, error))

    def give_up(self) -> None:
        """End it where it is."""
        self._work.close()
        self._end()

    def result(self) -> T:
        """Give what it gave, or raise what it raised."""
        if self.error is not None:
            raise self.error
        value: T = self._value
        return value

    def _step(self, step: Callable[[], Call[Any] | Pause]) -> None:
        self.is_running = True
        try:
            self.waits_for = step()
        except StopIteration as end:
            self._value = end.value
            self._end()
        except BaseException as error:
            self.error = error
            self._end()
            if isinstance(error, KeyboardInterrupt):
                raise
        finally:
            self.is_running = False

    def _end(self) -> None:
        self.is_done, self.waits_for = True, None
