"""What one process hands to another."""

from __future__ import annotations

from typing import Any

from pytest_docker_tools.timings.record import Fixture, Record, read, written


def flat(record: Record) -> dict[str, Any]:
    """Give all that is in a record, with names in place of fixtures."""
    fixtures = [{**vars(one), "needs": [needed.name for needed in one.needs]} for one in record.fixtures]
    spans = [{**vars(one), "fixture": one.fixture.name} for one in record.spans]
    return {**vars(record), "fixtures": fixtures, "spans": spans, "bodies": [vars(one) for one in record.bodies]}


def test_what_is_written_is_read(record: Record) -> None:
    """A record is the same on the other side, where one fixture is one object, whoever refers to it."""
    found = read(written(record))
    assert flat(found) == flat(record)
    assert found.spans[0].fixture is found.fixtures[0] is found.fixtures[1].needs[0]


def test_what_is_written_is_ascii() -> None:
    """Names of any kind get through, also those that no encoding has."""
    fixture = Fixture("\udcff\u6570", "<&>")
    text = written(Record("gw0", 1.0, 2.0, [fixture]))
    assert text.isascii()
    assert read(text).fixtures[0].name == "\udcff\u6570"
