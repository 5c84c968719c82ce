"""Recording what takes time, while the run goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from .. import ledger
from ..closure import Node, closure, upstream
from ..definition import ALWAYS, definition_of, of_factories
from .record import Body, Fixture, Phase, Record, Span, Where

if TYPE_CHECKING:
    from ..definition import Setup
    from ..ledger import Entry

__tracebackhide__ = True

T = TypeVar("T")
_RECORDER = pytest.StashKey["Recorder"]()
# Seconds below which nobody sees that a fixture of the test suite's own held up another one.
_SHORTEST = 0.01


def begin(config: pytest.Config) -> None:
    """Record from now on. Does nothing where that has begun already, nor where no fixture is set up."""
    if _RECORDER not in config.stash and not config.getoption("setupplan", False):
        config.stash[_RECORDER] = Recorder(getattr(config, "workerinput", {}).get("workerid", "main"))


def of(config: pytest.Config) -> Recorder | None:
    """Give the recorder of this process, None where nothing is recorded."""
    return config.stash.get(_RECORDER, None)


def making(setup: Setup, phase: Phase) -> AbstractContextManager[None]:
    """Give a context for something that an engine does to make a fixture."""
    made = setup.instance
    factory = setup.definition.factory
    return span(setup.config, phase, fixture=made.name, factory=factory, fixturedef=made.fixturedef)


def timed(setup: Setup, phase: Phase, function: Callable[..., T]) -> Callable[..., T]:
    """Give a function that does the same, and is measured where it is called, which may be in another thread."""
    measured = making(setup, phase)

    def timed(*arguments: Any, **keywords: Any) -> T:
        with measured:
            return function(*arguments, **keywords)

    return timed


def removing(config: pytest.Config, entry: Entry) -> AbstractContextManager[None]:
    """Give a context for the removal of what a fixture has made."""
    recorder = of(config)
    return nullcontext() if recorder is None else _Measured(recorder, recorder.maker(entry), "remove", _test(config))


def note(config: pytest.Config, entry: Entry, begin: float, end: float, *, failed: bool = False) -> None:
    """Record that what a fixture has made was removed in the background. Both moments are in seconds of the epoch."""
    recorder = of(config)
    if recorder is not None:
        maker, test = recorder.maker(entry), _test(config)
        recorder.record.spans.append(Span(maker, "remove", test, begin, end, "background", failed))


def waiting(config: pytest.Config) -> AbstractContextManager[None]:
    """Give a context in which the run waits for what is removed in the background."""
    recorder = of(config)
    return nullcontext() if recorder is None else _Waiting(recorder)


def span(
    config: pytest.Config, phase: Phase, *, fixture: str, factory: str, fixturedef: object = None
) -> AbstractContextManager[None]:
    """Give a context for something that an engine does for a fixture of the test that runs, also in another thread.

    `fixturedef` tells it from others of the same name.
    """
    recorder = of(config)
    if recorder is None:
        return nullcontext()
    test = _test(config)
    found = recorder.fixture(fixture, test, fixturedef)
    found.factory = factory
    return _Measured(recorder, found, phase, test)


def held(config: pytest.Config, by: str, *, fixture: str, fixturedef: object = None) -> None:
    """Record that a fixture was not begun before another one, which it does not need."""
    recorder = of(config)
    if recorder is not None:
        recorder.fixture(fixture, _test(config), fixturedef).held_by.append(by)


def turn(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> AbstractContextManager[None]:
    """Give a context for the set-up of a fixture as pytest sees it."""
    recorder = of(request.config)
    return nullcontext() if recorder is None else _Turn(recorder, fixturedef, request)


def called(item: pytest.Item, call: pytest.CallInfo[Any]) -> None:
    """Record when the function of a test ran that has a fixture of a factory."""
    recorder = of(item.config)
    if recorder is not None and call.when == "call" and recorder.concerns(item):
        recorder.record.bodies.append(Body(item.nodeid, call.start, call.stop))


def _test(config: pytest.Config) -> str:
    item = ledger.of(config).item
    return item.nodeid if item else ""


class Recorder:
    """Collects what becomes the record of a process."""

    def __init__(self, process: str) -> None:
        now = time.time()
        self.record = Record(process, now, now)
        self._lock = threading.Lock()
        self._fixtures: dict[tuple[object, str, str], Fixture] = {}
        # Of each definition the one that was set up last, which is what others get.
        self._present: dict[object, Fixture] = {}
        self._concerns: tuple[pytest.Item | None, bool] = (None, False)

    def fixture(self, name: str, test: str, fixturedef: object) -> Fixture:
        """Give the fixture of a name that is, or was, set up during a test."""
        key = fixturedef, name, test
        with self._lock:
            if key not in self._fixtures:
                self._fixtures[key] = Fixture(name, test)
                self.record.fixtures.append(self._fixtures[key])
            return self._fixtures[key]

    def finish(self) -> None:
        """Note that the run is over."""
        self.record.ended = time.time()

    def maker(self, entry: Entry) -> Fixture:
        """Give the fixture that has made something."""
        found = self.fixture(entry.fixture, entry.made_during or "", entry.fixturedef)
        found.factory = entry.kind
        return found

    def concerns(self, item: pytest.Item) -> bool:
        """Say whether a test has a fixture of a factory."""
        if self._concerns[0] is not item:
            self._concerns = item, bool(of_factories(closure(item) or ()))
        return self._concerns[1]

    def was_set_up(
        self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest, asked: float, taken: float
    ) -> Fixture | None:
        """Note that pytest has set up a fixture, None where that is of no interest."""
        definition = definition_of(fixturedef.func)
        if not definition and not self._holds_up(request, taken - asked):
            self._present.pop(fixturedef, None)
            return None
        found = self.fixture(fixturedef.argname, _test(request.config), fixturedef)
        found.factory = definition.factory if definition else ""
        found.scope, found.home = request.scope, getattr(request.node, "nodeid", "")
        found.turn = asked, taken
        found.needs = list(dict.fromkeys(self._needs(upstream(request)[:1])))
        self._present[fixturedef] = found
        return found

    def _holds_up(self, request: pytest.FixtureRequest, seconds: float) -> bool:
        item = getattr(request, "_pyfuncitem", None)
        return seconds >= _SHORTEST and item is not None and self.concerns(item)

    def _needs(self, nodes: list[Node]) -> Iterator[Fixture]:
        """Give what nodes ask for, through those in between of which nothing was recorded."""
        for node in nodes:
            for name, asked in node.inputs.items():
                if asked is None or name in ALWAYS:
                    continue
                found = self._present.get(asked.fixturedef)
                yield from [found] if found else self._needs([asked])


class _Measured:
    # With a generator for a context, pytest would show contextlib to who reads an error.
    def __init__(self, recorder: Recorder, fixture: Fixture, phase: Phase, test: str) -> None:
        self.recorder, self.fixture, self.phase, self.test = recorder, fixture, phase, test

    def __enter__(self) -> None:
        self.clock = _Clock()

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        begin, end = self.clock.read()
        where: Where = "main" if threading.current_thread() is threading.main_thread() else "thread"
        done = Span(self.fixture, self.phase, self.test, begin, end, where, _is_failure(error))
        self.recorder.record.spans.append(done)


class _Waiting:
    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder

    def __enter__(self) -> None:
        self.clock = _Clock()

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        self.recorder.record.waits.append(self.clock.read())


class _Turn:
    def __init__(self, recorder: Recorder, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> None:
        self.recorder, self.fixturedef, self.request = recorder, fixturedef, request

    def __enter__(self) -> None:
        self.clock = _Clock()

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        found = self.recorder.was_set_up(self.fixturedef, self.request, *self.clock.read())
        if found:
            found.failed = _is_failure(error)


class _Clock:
    """Measures from when it was made; a clock of the machine that is set meanwhile does not disturb it."""

    def __init__(self) -> None:
        self.begin, self._ticks = time.time(), time.perf_counter()

    def read(self) -> tuple[float, float]:
        """Give the begin, and now, in seconds of the epoch."""
        return self.begin, self.begin + time.perf_counter() - self._ticks


def _is_failure(error: BaseException | None) -> bool:
    return error is not None and not isinstance(error, pytest.skip.Exception)
