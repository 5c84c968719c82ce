"""What is removed while tests go on: begun and looked at between tests, without a thread, and over with the client.

What one test has left is removed in one command of each kind.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial

import pytest

from . import ledger, timings
from .definition import definition_of
from .driver import KINDS, Driver, Kind, Removal
from .exceptions import DeadlineExceeded, DriverError, EngineUnavailable
from .ledger import Entry
from .references import quoted
from .terminal import summary

__tracebackhide__ = True

TITLE = "left on the engine (pytest --docker-cleanup removes it)"
# Removals that go on at the same time, and resources that are not gone yet, before a fixture waits for them.
_AT_ONCE = 2
_MOST = 16
Note = Callable[..., object]
Waiting = Callable[[], AbstractContextManager[None]]
_BACKLOG = pytest.StashKey["Backlog"]()


@dataclass(eq=False)
class _Batch:
    """Resources of one kind that are removed together. `removal` is None until that has begun."""

    driver: Driver
    kind: Kind
    entries: Sequence[Entry]
    removal: Removal | None = None
    #: In seconds of the epoch.
    begun: float = 0.0

    @property
    def refs(self) -> list[str]:
        return [entry.ref for entry in self.entries]

    @property
    def options(self) -> Mapping[str, bool]:
        return removal_options(self.kind)


class Backlog:
    """The resources of a run that are still to be removed.

    `report` takes a line for the end of the run, `note` what went, from when to when, and `waiting` gives a context in
    which the run waits.
    """

    def __init__(self, report: Callable[[str], object], note: Note, waiting: Waiting) -> None:
        self._report, self._note, self._waits = report, note, waiting
        self._waiting: list[Entry] = []
        # In the order in which they were asked for.
        self._batches: list[_Batch] = []

    def __len__(self) -> int:
        return len(self._waiting) + sum(len(batch.entries) for batch in self._batches)

    def put(self, entry: Entry) -> None:
        """Have a resource removed. Waits only where there are too many."""
        self._waiting.append(entry)
        while len(self) > _MOST:
            self._wait()

    def advance(self) -> None:
        """Begin what can be, and take note of what is over, without waiting."""
        self._gather()
        for batch in self._batches[:]:
            if batch.removal is not None:
                self._end(batch, batch.removal.poll())
        for batch in self._batches[:]:
            if batch.removal is None and self._is_next(batch):
                self._begin(batch)

    def drain(self) -> None:
        """Wait until all is removed. An interrupt comes out when it is."""
        try:
            self._drain()
        except Exception:
            raise
        except BaseException:
            # pytest calls no finalizer twice.
            self._drain()
            raise

    def _drain(self) -> None:
        while len(self):
            self._wait()

    def _wait(self) -> None:
        """Wait for what was begun first."""
        self.advance()
        begun = [batch.removal for batch in self._batches if batch.removal is not None]
        if begun:
            with self._waits():
                begun[0].wait()

    def _gather(self) -> None:
        for driver in dict.fromkeys(entry.driver for entry in self._waiting):
            for kind in KINDS:
                entries = [entry for entry in self._waiting if entry.driver is driver and entry.kind == kind]
                self._batches += [_Batch(driver, kind, entries)] if entries else []
        self._waiting.clear()

    def _is_next(self, batch: _Batch) -> bool:
        """Say whether a batch can begin: others do not hold it, and not too many go on."""
        before = self._batches[: self._batches.index(batch)]
        is_held = batch.kind != "container" and any(
            other.driver is batch.driver and other.kind == "container" for other in before
        )
        return not is_held and sum(other.removal is not None for other in self._batches) < _AT_ONCE

    def _begin(self, batch: _Batch) -> None:
        batch.begun = time.time()
        try:
            batch.removal = batch.driver.begin_removal(batch.kind, batch.refs, **batch.options)
        except DriverError:
            batch.removal = None
        if batch.removal is None:
            self._end(batch, False)

    def _end(self, batch: _Batch, is_done: bool | None) -> None:
        """Forget a batch that is over. What it has not removed is tried once more, and told if that fails."""
        if is_done is None:
            return
        refused: Mapping[str, DriverError] = {}
        if not is_done:
            with self._waits():
                refused = _refused(batch, batch.refs)
        ended = (batch.removal and batch.removal.ended) or time.time()
        for entry in batch.entries:
            if entry.ref in refused:
                entry.removed = False
                self._report(_line(entry, refused[entry.ref]))
            self._note(entry, batch.begun, ended, failed=entry.ref in refused)
        self._batches.remove(batch)


def of(config: pytest.Config) -> Backlog:
    """Give the backlog of a run."""
    if _BACKLOG not in config.stash:
        config.stash[_BACKLOG] = Backlog(
            partial(_tell, config), partial(timings.note, config), partial(timings.waiting, config)
        )
    return config.stash[_BACKLOG]


def _tell(config: pytest.Config, line: str) -> None:
    ledger.of(config).is_in_doubt = True
    summary.add(config, TITLE, line)


def removal_options(kind: Kind) -> Mapping[str, bool]:
    """Give how what fixtures have made is removed: containers also while they run, with their anonymous volumes."""
    return {"force": kind == "container", "volumes": kind == "container"}


def _refused(batch: _Batch, refs: Sequence[str]) -> Mapping[str, DriverError]:
    """Remove these, and give why those stay that cannot be."""
    try:
        batch.driver.remove(batch.kind, refs, **batch.options)
    except (DeadlineExceeded, EngineUnavailable) as error:
        return dict.fromkeys(refs, error)
    except DriverError as error:
        if len(refs) == 1:
            return {refs[0]: error}
        return {ref: error for one in refs for ref, error in _refused(batch, [one]).items()}
    return {}


def _line(entry: Entry, error: DriverError) -> str:
    definition = definition_of(getattr(entry.fixturedef, "func", None))
    fixture = definition.title(entry.fixture) if definition else f"{entry.kind} {entry.fixture!r}"
    return f"{fixture}: {quoted(entry.ref)} was not removed. {error}"
