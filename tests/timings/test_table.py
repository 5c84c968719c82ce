"""The section at the end of a run."""

from __future__ import annotations

from pytest_docker_tools.timings.record import Fixture, Record, Span, read, written
from pytest_docker_tools.timings.table import lines

TABLE = """
seconds          made  total  create  start  wait  remove
db (container)      1   4.00    0.50      -  1.50    2.00
api (container)     1   1.50       -   1.00     -    0.50
web (container)     0   1.50       -      -  1.50       -
all                 2   7.00    0.50   1.00  3.00    2.50
The engine did this within 5.50 s of the run's 10.00 s, 1.3 things at a time.
Tests waited 4.00 s: 3.50 s for fixtures to be set up, 0.50 s for what was removed.
"""


def test_table(record: Record) -> None:
    """There is a line for each fixture, a column for each phase that there was, and sums."""
    assert [*lines([record], is_whole=False)] == TABLE.strip().split("\n")


def test_workers(record: Record) -> None:
    """Of several workers it says how long they ran together."""
    *_, last = lines([record, read(written(record))], is_whole=False)
    assert last.startswith("Tests (of 2 workers, which ran 20.00 s) waited 8.00 s:")


def many(names: list[str]) -> Record:
    """Give a record with one thing done for each fixture, the first one longest."""
    record = Record("main", 0.0, 9.0, [Fixture(name, "", "network") for name in names])
    for number, fixture in enumerate(record.fixtures):
        record.spans.append(Span(fixture, "create", "", 0.0, 1.0 - number / 100))
    return record


def test_many(record: Record) -> None:
    """The slowest ten are listed, the others summed up, unless all are asked for."""
    record = many([f"net{number:02}" for number in range(12)])
    found = [*lines([record], is_whole=False)]
    assert [line.split()[0] for line in found[1:11]] == [f"net{number:02}" for number in range(10)]
    assert found[11].split() == ["2", "more", "2", "1.79", "1.79"]
    assert found[12].split() == ["all", "12", "11.34", "11.34"]
    whole = [*lines([record], is_whole=True)]
    assert [line.split()[0] for line in whole[11:14]] == ["net10", "net11", "all"]


def test_one() -> None:
    """A single fixture needs no sums."""
    assert [line.split()[0] for line in lines([many(["net"])], is_whole=False)] == ["seconds", "net", "The", "Tests"]


def test_names_that_disturb_a_terminal() -> None:
    """A long name is cut, and what a terminal would act upon is left out."""
    found = "\n".join(lines([many(["n" * 99, "red\x1b[31m\r"])], is_whole=True))
    assert f"\n{'n' * 39}… (network)" in found
    assert "\nred (network) " in found
    assert "\x1b" not in found


def test_nothing_was_done() -> None:
    """A run without work of an engine says so."""
    assert [*lines([Record("main", 0.0, 1.0)], is_whole=True)] == ["The engine did nothing for a fixture in this run."]
