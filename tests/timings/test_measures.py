"""Sums over records."""

from __future__ import annotations

import pytest

from pytest_docker_tools.timings.measures import Interval, length, rows, summed, totals
from pytest_docker_tools.timings.record import Fixture, Phase, Record, Span, read, written


@pytest.mark.parametrize(
    ("intervals", "expected"),
    [
        ([], 0),
        ([(1, 3)], 2),
        ([(4, 5), (1, 3)], 3),
        ([(1, 3), (2, 5)], 4),
        ([(1, 9), (2, 3), (4, 5)], 8),
        ([(1, 2), (2, 3)], 2),
    ],
)
def test_length(intervals: list[Interval], expected: float) -> None:
    """Each moment counts once, whatever the order."""
    assert length(intervals) == expected


def test_totals(record: Record) -> None:
    """Tests wait for fixtures of factories, and for what the run itself removes; the engine works side by side."""
    found = totals([record])
    assert (found.run, found.processes) == (10, 10)
    assert (found.engine, found.busy) == (7, 5.5)
    assert found.side_by_side == 7 / 5.5
    assert (found.for_setup, found.for_removal, found.waited) == (3.5, 0.5, 4)


def test_what_a_test_does_by_itself(record: Record) -> None:
    """What the engine does while no fixture is asked for, and nothing removed, is nothing that a test waits for."""
    record.spans.append(Span(record.fixtures[0], "copy", "", 106.0, 107.0))
    assert (totals([record]).engine, totals([record]).waited) == (8, 4)


def test_totals_of_workers(record: Record) -> None:
    """Workers wait each for itself, while the engine is one, and the run as long as all of them."""
    other = read(written(record))
    other.ended = 112.0
    found = totals([record, other])
    assert (found.run, found.processes) == (12, 22)
    assert (found.engine, found.busy, found.waited) == (14, 5.5, 8)


def test_nothing_was_done() -> None:
    """Without any work there is nothing side by side."""
    assert totals([Record("main", 1.0, 2.0)]).side_by_side == 1


def test_rows(record: Record) -> None:
    """Fixtures of one name and factory are one row, the longest first; those without work of an engine are none."""
    record.fixtures.append(Fixture("image", "", "image"))
    other = read(written(record))
    found = rows([record, other])
    assert [(row.name, row.count, row.total) for row in found] == [("db", 2, 8), ("api", 2, 3), ("web", 0, 3)]
    assert found[0].seconds == {"create": 1, "wait": 3, "remove": 4}
    whole = summed(found)
    assert (whole.count, whole.total) == (4, 14)
    assert whole.seconds == {"create": 1, "start": 2, "wait": 6, "remove": 5}


@pytest.mark.parametrize(
    ("phases", "count"),
    [
        (["pull"], 1),
        (["build", "build"], 1),
        (["create", "start", "copy", "wait", "remove"], 1),
        (["start", "wait"], 1),
        (["wait", "copy", "remove"], 0),
    ],
)
def test_what_was_made(phases: list[Phase], count: int) -> None:
    """A fixture counts once if the engine has made something for it, and not if that was found, or left to others."""
    fixture = Fixture("it", "", "container", turn=(0.0, 1.0))
    spans = [Span(fixture, phase, "", 0.0, 1.0) for phase in phases]
    found = rows([Record("gw0", 0.0, 9.0, [fixture], spans), Record("gw1", 0.0, 9.0, [Fixture("it", "", "container")])])
    assert [row.count for row in found] == [count]


def test_rows_of_one_name(record: Record) -> None:
    """A network is not summed up with a container of the same name."""
    record.fixtures[2].name, record.fixtures[2].factory = "db", "network"
    assert [(row.name, row.factory) for row in rows([record])][:2] == [("db", "container"), ("db", "network")]
