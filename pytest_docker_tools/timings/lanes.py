"""What a timeline of a run shows: its processes, their tests and scopes, a lane for each fixture, and bars in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from .record import Body, Fixture, Phase, Record, Span, Where

__tracebackhide__ = True

# What a bar stands for, besides a phase: the function of a test, a fixture of the test suite's own, and the time for
# which pytest waited for a fixture.
Kind = Literal["body", "own", "turn"] | Phase
_WHERE: dict[Where, str] = {
    "main": "The run waited for it.",
    "thread": "Done in another thread.",
    "background": "Done while the run went on.",
}


@dataclass(frozen=True)
class Bar:
    """Something that took time, from `begin` to `end` in seconds of the epoch. `text` is what there is to say of it."""

    kind: Kind
    begin: float
    end: float
    text: str
    failed: bool = False


@dataclass(frozen=True)
class Lane:
    """A fixture. `needs` are the numbers of others, `about` says what it needed, and when it was asked for."""

    number: int
    title: str
    kind: str
    needs: Sequence[int]
    about: str
    bars: Sequence[Bar]
    failed: bool


@dataclass(frozen=True)
class Group:
    """What lives as long as a test, a class, a module, a package or the session."""

    title: str
    #: What tells most of the title.
    short: str
    lanes: Sequence[Lane]


@dataclass(frozen=True)
class Process:
    """A worker of xdist, or the only process of a run."""

    name: str
    bodies: Sequence[Bar]
    groups: Sequence[Group]


def processes(records: Sequence[Record]) -> list[Process]:
    """Give the lanes of each process, their fixtures numbered throughout, on a timeline that begins with the first."""
    began = min(record.began for record in records)
    numbers: dict[Fixture, int] = {}
    for record in records:
        for fixture in record.fixtures:
            numbers[fixture] = len(numbers)
    return [_Process(record, began, numbers).lanes() for record in records]


class _Process:
    def __init__(self, record: Record, began: float, numbers: dict[Fixture, int]) -> None:
        self.record, self.began, self.numbers = record, began, numbers
        self.spans: dict[Fixture, list[Span]] = {}
        for span in sorted(record.spans, key=lambda span: span.begin):
            self.spans.setdefault(span.fixture, []).append(span)

    def lanes(self) -> Process:
        """Give all of the process, in order of time."""
        begins = {fixture: self._begin(fixture) for fixture in self.record.fixtures}
        known = {fixture: begin for fixture, begin in begins.items() if begin is not None}
        groups: dict[tuple[str, str], list[Lane]] = {}
        for fixture in sorted(known, key=known.__getitem__):
            groups.setdefault(_titles(fixture), []).append(self._lane(fixture))
        bodies = [self._body(body) for body in self.record.bodies]
        return Process(self.record.process, bodies, [Group(*titles, lanes) for titles, lanes in groups.items()])

    def _begin(self, fixture: Fixture) -> float | None:
        """Give when a fixture was begun or asked for, None where nothing is known of it."""
        first = [span.begin for span in self.spans.get(fixture, [])[:1]]
        return min([*first, *(fixture.turn or ())], default=None)

    def _lane(self, fixture: Fixture) -> Lane:
        return Lane(
            self.numbers[fixture],
            fixture.name,
            fixture.factory or "fixture",
            [self.numbers[needed] for needed in fixture.needs],
            "\n".join(self._about(fixture)),
            [*self._turn(fixture), *(self._bar(span) for span in self.spans.get(fixture, []))],
            fixture.failed or any(span.failed for span in self.spans.get(fixture, [])),
        )

    def _bar(self, span: Span) -> Bar:
        fixture = span.fixture
        said = [
            f"{fixture.name}: {span.phase}{', failed' if span.failed else ''}",
            self._interval(span.begin, span.end),
            # Who waits for a container lets other work go on.
            "" if span.phase == "wait" else _WHERE[span.where],
            f"During {span.test}" if span.test else "",
        ]
        return Bar(span.phase, span.begin, span.end, "\n".join(filter(None, said)), span.failed)

    def _body(self, body: Body) -> Bar:
        return Bar("body", body.begin, body.end, f"{body.test}\n{self._interval(body.begin, body.end)}")

    def _turn(self, fixture: Fixture) -> Iterator[Bar]:
        if fixture.turn:
            text = f"{fixture.name}: set up{', failed' if fixture.failed else ''}\n{self._interval(*fixture.turn)}"
            kind: Kind = "turn" if fixture.factory else "own"
            yield Bar(kind, *fixture.turn, text, fixture.failed and not fixture.factory)

    def _about(self, fixture: Fixture) -> Iterator[str]:
        """Say what a fixture waited for, and who waited for it."""
        ready = {needed: self._ready(needed) for needed in fixture.needs}
        if ready:
            names = ", ".join(needed.name for needed in ready)
            last = max(ready, key=ready.__getitem__)
            which = f"; {last.name}" if len(ready) > 1 else ", which"
            yield f"Needs {names}{which} was there at {self._at(ready[last])}."
        if fixture.held_by:
            yield f"Not begun before {', '.join(dict.fromkeys(fixture.held_by))}, to keep the order of fixtures."
        if fixture.factory and fixture.turn:
            asked, taken = map(self._at, fixture.turn)
            yield f"pytest asked for it at {asked}, and {'saw it fail' if fixture.failed else 'had it'} at {taken}."
        elif fixture.factory:
            yield "pytest has not asked for it."

    def _ready(self, fixture: Fixture) -> float:
        """Give when others could use a fixture, which may be before pytest had it."""
        ends = [span.end for span in self.spans.get(fixture, []) if span.phase != "remove"]
        return max(ends or fixture.turn or [self.began])

    def _interval(self, begin: float, end: float) -> str:
        return f"{end - begin:.3f} s, from {self._at(begin)} to {self._at(end)}"

    def _at(self, moment: float) -> str:
        return f"{moment - self.began:.3f} s"


def _titles(fixture: Fixture) -> tuple[str, str]:
    """Give what a fixture lives as long as, whole and in short."""
    is_of_test = fixture.scope == "function"
    home = fixture.home or (fixture.test if is_of_test else "")
    scope = "" if is_of_test else f"{fixture.scope} "
    # Parameters may have anything in them.
    place, bracket, parameters = home.partition("[")
    return f"{scope}{home}".strip(), f"{scope}{place.rpartition('::')[2]}{bracket}{parameters}".strip()
