"""What a timeline shows."""

from __future__ import annotations

import pytest

from pytest_docker_tools.timings.lanes import Lane, processes
from pytest_docker_tools.timings.record import Fixture, Record, Span, read, written

from .conftest import TEST


@pytest.fixture
def lanes(record: Record) -> dict[str, Lane]:
    """The lanes of the made-up run by their titles."""
    [process] = processes([record])
    return {lane.title: lane for group in process.groups for lane in group.lanes}


def test_groups(record: Record) -> None:
    """Fixtures stand with those that live as long, in the order of time, and tests have a lane of their own."""
    record.fixtures.append(record.fixtures.pop(1))
    [process] = processes([record])
    assert [(group.title, group.short) for group in process.groups] == [("session", "session"), (TEST, "test_it")]
    assert [[lane.title for lane in group.lanes] for group in process.groups] == [["db"], ["migration", "api", "web"]]
    assert [bar.text for bar in process.bodies] == [f"{TEST}\n1.500 s, from 5.500 s to 7.000 s"]


@pytest.mark.parametrize(
    ("fixture", "titles"),
    [
        (Fixture("it", "a.py::test_a"), ("a.py::test_a", "test_a")),
        (
            Fixture("it", "a.py::A::test_a[x::y]", home="a.py::A::test_a[x::y]"),
            ("a.py::A::test_a[x::y]", "test_a[x::y]"),
        ),
        (Fixture("it", "a.py::test_a", scope="module", home="b/a.py"), ("module b/a.py", "module b/a.py")),
        (Fixture("it", "a.py::A::test_a", scope="class", home="a.py::A"), ("class a.py::A", "class A")),
        (Fixture("it", "a.py::test_a", scope="session"), ("session", "session")),
    ],
    ids=lambda value: value.scope if isinstance(value, Fixture) else "",
)
def test_titles(fixture: Fixture, titles: tuple[str, str]) -> None:
    """A group says what its fixtures live as long as, in short without the file of a test."""
    [process] = processes([Record("main", 0.0, 1.0, [fixture], [Span(fixture, "pull", "", 0.0, 1.0)])])
    assert [(group.title, group.short) for group in process.groups] == [titles]


def test_bars(lanes: dict[str, Lane]) -> None:
    """A lane has what pytest waited for, and what was done, where, and whether that failed."""
    assert [(bar.kind, bar.begin, bar.end, bar.failed) for bar in lanes["web"].bars] == [
        ("turn", 105, 105.5, False),
        ("wait", 104, 105.5, True),
    ]
    assert [bar.kind for bar in lanes["migration"].bars] == ["own"]
    assert lanes["web"].bars[1].text.split("\n") == [
        "web: wait, failed",
        "1.500 s, from 4.000 s to 5.500 s",
        f"During {TEST}",
    ]
    assert "The run waited for it." in lanes["db"].bars[1].text
    assert "Done in another thread." in lanes["api"].bars[1].text
    assert "Done while the run went on." in lanes["db"].bars[-1].text
    assert [title for title, lane in lanes.items() if lane.failed] == ["web"]


def test_what_waited_for_what(lanes: dict[str, Lane]) -> None:
    """A lane says what had to be there before it, the last of which counts, and when pytest asked for it."""
    assert lanes["db"].about == "pytest asked for it at 1.000 s, and had it at 3.000 s."
    assert lanes["migration"].about == "Needs db, which was there at 3.000 s."
    assert lanes["api"].about.split("\n") == [
        "Needs db, migration; migration was there at 3.500 s.",
        "Not begun before tmp_path, to keep the order of fixtures.",
        "pytest asked for it at 4.000 s, and had it at 5.000 s.",
    ]
    assert lanes["web"].about.endswith("and saw it fail at 5.500 s.")
    assert lanes["api"].needs == [lanes["db"].number, lanes["migration"].number]


def test_what_was_there_last(record: Record) -> None:
    """Which of the fixtures that one needs was there last is told by the time, not by their order."""
    record.fixtures[1].turn = (100.5, 101.0)
    [process] = processes([record])
    [api] = [lane for group in process.groups for lane in group.lanes if lane.title == "api"]
    assert "Needs db, migration; db was there at 3.000 s." in api.about


def test_what_was_made_in_advance(record: Record) -> None:
    """What pytest never asked for is told of as such; what nothing is known of is left out."""
    record.fixtures[2].turn = None
    record.fixtures.append(Fixture("unknown", TEST, "container"))
    [process] = processes([record])
    lanes = {lane.title: lane for group in process.groups for lane in group.lanes}
    assert lanes["api"].about.endswith("\npytest has not asked for it.")
    assert "unknown" not in lanes


def test_workers(record: Record) -> None:
    """The lanes of workers are counted throughout, on one axis that begins with the first of them."""
    other = read(written(record))
    other.process, other.began = "gw1", 99.0
    first, second = processes([record, other])
    assert (first.name, second.name) == ("main", "gw1")
    numbers = [lane.number for process in (first, second) for group in process.groups for lane in group.lanes]
    assert len(set(numbers)) == 8
    assert "from 6.500 s to 8.000 s" in first.bodies[0].text
