"""Write the page of --docker-timings-page for a run that is made up, to look at it in a browser.

    python scripts/timings_page.py 400 page.html
    chromium --headless --no-sandbox --window-size=1280,1600 --screenshot=page.png page.html

The number is that of tests, each with five fixtures; some of their names are hostile.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from pytest_docker_tools.timings.page import page
from pytest_docker_tools.timings.record import Body, Fixture, Phase, Record, Span

BEGAN = 1_700_000_000.0
# Phases and about how long they take.
CONTAINER: dict[Phase, float] = {"create": 0.05, "start": 0.3, "wait": 0.8}
HOSTILE = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "数据库 دیتابیس \u202eexe",
    "${style} </style> {braces} & amp;",
    "very_long_" * 20,
]


class Worker:
    """A worker of xdist, whose tests run one after the other."""

    def __init__(self, name: str) -> None:
        self.record = Record(name, BEGAN, BEGAN)
        self.now = BEGAN

    def make(self, fixture: Fixture, phases: dict[Phase, float], begin: float) -> float:
        """Add what is done for a fixture, and give when it is done."""
        self.record.fixtures.append(fixture)
        for phase, seconds in phases.items():
            end = begin + seconds * random.uniform(0.5, 1.5)
            self.record.spans.append(Span(fixture, phase, fixture.test, begin, end, "thread"))
            begin = end
        return begin

    def take(self, fixture: Fixture, done: float) -> None:
        """Let the test wait for a fixture."""
        fixture.turn = self.now, max(self.now, done)
        self.now = fixture.turn[1]

    def begin(self) -> None:
        """Add an image and a network that live as long as the session."""
        for name, factory, phases in (("base", "fetch", {"pull": 3.0}), ("net", "network", {"create": 0.2})):
            fixture = Fixture(name, "test_it.py::test_0", factory, "session")
            self.take(fixture, self.make(fixture, phases, self.now))  # type: ignore[arg-type]

    def test(self, number: int) -> None:
        """Add a test, with a database, what is filled in before three others begin, and these side by side."""
        name = HOSTILE[number % len(HOSTILE)] if number % 7 == 6 else f"TestShop::test_{number}"
        test = f"tests/shop/test_it.py::{name}[{number}]"
        db = Fixture("db", test, "container", home=test, needs=self.record.fixtures[:2])
        self.take(db, self.make(db, {"create": 0.05, "copy": 0.1, "start": 0.3, "wait": 0.4}, self.now))
        migration = Fixture("migration", test, home=test, needs=[db])
        self.take(migration, self.make(migration, {}, self.now) + random.uniform(0.1, 0.5))
        others = []
        for other in ("api", HOSTILE[number % len(HOSTILE)] if number % 7 == 6 else "worker", "web"):
            fixture = Fixture(other, test, "container", home=test, needs=[db, migration], held_by=["tmp_path"])
            others.append((fixture, self.make(fixture, CONTAINER, self.now)))
        for fixture, done in others:
            fixture.failed = random.random() < 0.02
            self.take(fixture, done)
        self.record.bodies.append(Body(test, self.now, self.now + 0.4))
        self.now += 0.4
        for fixture in (db, *(fixture for fixture, _ in others)):
            self.record.spans.append(Span(fixture, "remove", test, self.now, self.now + 0.3, "background"))
        self.record.ended = self.now + 0.5


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tests", type=int)
    parser.add_argument("file", type=Path)
    parser.add_argument("--workers", type=int, default=1)
    arguments = parser.parse_args()
    random.seed(1)
    workers = [Worker("main" if arguments.workers == 1 else f"gw{number}") for number in range(arguments.workers)]
    for worker in workers:
        worker.begin()
    for number in range(arguments.tests):
        workers[number % len(workers)].test(number)
    arguments.file.write_text(page([worker.record for worker in workers]), "utf-8")


if __name__ == "__main__":
    main()
