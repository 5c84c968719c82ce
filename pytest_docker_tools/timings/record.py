"""What is known of the time of one process of a run, and how it is handed to another process."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Literal, get_args

__tracebackhide__ = True

# What an engine does for a fixture, in this order.
Phase = Literal["pull", "build", "create", "start", "copy", "wait", "remove"]
PHASES: tuple[Phase, ...] = get_args(Phase)
# Where it was done: in the thread that runs the tests, in another one, or by the engine while nobody waited.
Where = Literal["main", "thread", "background"]


@dataclass(eq=False)
class Fixture:
    """A fixture that was set up once, for a test or for several."""

    name: str
    #: The test during which that was.
    test: str
    #: What made it, "" for a fixture of the test suite's own.
    factory: str = ""
    #: pytest's scope, and the id of the node that it lives as long as.
    scope: str = "function"
    home: str = ""
    #: What had to be there before it could be made.
    needs: list[Fixture] = field(default_factory=list, repr=False)
    #: Other fixtures before which it was not begun, although it does not need them.
    held_by: list[str] = field(default_factory=list)
    #: When pytest asked for it, and when pytest had it. None for what was made in advance and never asked for.
    turn: tuple[float, float] | None = None
    failed: bool = False


@dataclass(frozen=True)
class Span:
    """Something that an engine did for a fixture, from `begin` to `end`, in seconds of the epoch.

    `test` is the one during which it happened.
    """

    fixture: Fixture
    phase: Phase
    test: str
    begin: float
    end: float
    where: Where = "main"
    failed: bool = False

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.end - self.begin


@dataclass(frozen=True)
class Body:
    """When the function of a test ran."""

    test: str
    begin: float
    end: float


@dataclass(eq=False)
class Record:
    """What happened in one process of a run: "main", or a worker of xdist by its name."""

    process: str
    began: float
    ended: float
    fixtures: list[Fixture] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    bodies: list[Body] = field(default_factory=list)
    #: When tests waited for removals that went on in the background.
    waits: list[tuple[float, float]] = field(default_factory=list)


def written(record: Record) -> str:
    """Give a record as text that another process can read."""
    numbers = {fixture: number for number, fixture in enumerate(record.fixtures)}
    fixtures = [{**vars(one), "needs": [numbers[needed] for needed in one.needs]} for one in record.fixtures]
    spans = [{**vars(one), "fixture": numbers[one.fixture]} for one in record.spans]
    bodies = [vars(one) for one in record.bodies]
    return json.dumps({**vars(record), "fixtures": fixtures, "spans": spans, "bodies": bodies})


def read(text: str) -> Record:
    """Give the record that was written."""
    known = json.loads(text)
    fixtures = [Fixture(**one) for one in known.pop("fixtures")]
    for fixture in fixtures:
        fixture.needs = [fixtures[number] for number in fixture.needs]  # type: ignore[call-overload]
        fixture.turn = fixture.turn and (fixture.turn[0], fixture.turn[1])
    spans = [Span(**{**one, "fixture": fixtures[one["fixture"]]}) for one in known.pop("spans")]
    bodies = [Body(**one) for one in known.pop("bodies")]
    waits = [(begin, end) for begin, end in known.pop("waits")]
    return Record(**known, fixtures=fixtures, spans=spans, bodies=bodies, waits=waits)
