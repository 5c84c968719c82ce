"""Sums over what was recorded."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

from .record import PHASES, Phase, Record, Span

__tracebackhide__ = True

Interval = tuple[float, float]
# What an engine does for a fixture only if that is not there already, or left to another worker.
_MAKING: Container[Phase] = ("pull", "build", "create", "start")


@dataclass(frozen=True)
class Totals:
    """Seconds, of all processes of a run together."""

    #: From the first test to the end of the run.
    run: float
    #: The same of each process, added up.
    processes: float
    #: How long the engine worked for fixtures, added up, and how long it did so for any.
    engine: float
    busy: float
    #: How long tests waited for fixtures to be set up, and for what was removed.
    for_setup: float
    for_removal: float

    @property
    def waited(self) -> float:
        """How long tests waited."""
        return self.for_setup + self.for_removal

    @property
    def side_by_side(self) -> float:
        """How many things the engine did at the same time, while it did any."""
        return self.engine / self.busy if self.busy else 1.0


@dataclass
class Row:
    """All that was done for the fixtures of one name."""

    name: str
    factory: str
    #: How many were made.
    count: int = 0
    seconds: dict[Phase, float] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """All phases together."""
        return sum(self.seconds.values())

    @property
    def phases(self) -> list[Phase]:
        """The phases of which there was any, in their order."""
        return [phase for phase in PHASES if phase in self.seconds]

    def cells(self, phases: Iterable[Phase]) -> list[str]:
        """Give the numbers of a table: how many were made, and the seconds of all phases and of some."""
        shown = [f"{self.seconds[phase]:.2f}" if phase in self.seconds else "-" for phase in phases]
        return [str(self.count), f"{self.total:.2f}", *shown]


def length(intervals: Iterable[Interval]) -> float:
    """Give the time that is in any of these, each moment once."""
    found, reached = 0.0, float("-inf")
    for begin, end in sorted(intervals):
        found += max(0.0, end - max(begin, reached))
        reached = max(reached, end)
    return found


def totals(records: Sequence[Record]) -> Totals:
    """Give the sums of a run."""
    spans = [span for record in records for span in record.spans]
    for_setup = sum(length(_turns(record)) for record in records)
    waited = sum(length(chain(_turns(record), _removals(record))) for record in records)
    return Totals(
        run=max(record.ended for record in records) - min(record.began for record in records),
        processes=sum(record.ended - record.began for record in records),
        engine=sum(span.seconds for span in spans),
        busy=length(_interval(span) for span in spans),
        for_setup=for_setup,
        for_removal=waited - for_setup,
    )


def rows(records: Sequence[Record]) -> list[Row]:
    """Give what was done for the fixtures of each name for which anything was, what took longest first."""
    found: dict[tuple[str, str], Row] = {}
    for record in records:
        for span in record.spans:
            key = span.fixture.name, span.fixture.factory
            seconds = found.setdefault(key, Row(*key)).seconds
            seconds[span.phase] = seconds.get(span.phase, 0.0) + span.seconds
        # What takes several steps is made once.
        for fixture in {span.fixture for span in record.spans if span.phase in _MAKING}:
            found[fixture.name, fixture.factory].count += 1
    return sorted(found.values(), key=lambda row: (-row.total, row.name))


def summed(rows: Iterable[Row]) -> Row:
    """Give all rows as one, without a name."""
    whole = Row("", "")
    for row in rows:
        whole.count += row.count
        for phase, seconds in row.seconds.items():
            whole.seconds[phase] = whole.seconds.get(phase, 0.0) + seconds
    return whole


def _interval(span: Span) -> Interval:
    return span.begin, span.end


def _turns(record: Record) -> list[Interval]:
    """Give when pytest, and with it a test, waited for a fixture of a factory."""
    return [fixture.turn for fixture in record.fixtures if fixture.factory and fixture.turn]


def _removals(record: Record) -> list[Interval]:
    """Give when a test waited for what was removed."""
    return [
        *record.waits,
        *(_interval(span) for span in record.spans if span.phase == "remove" and span.where == "main"),
    ]
