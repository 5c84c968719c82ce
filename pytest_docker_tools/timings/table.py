"""The section at the end of a run that says where the time went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..terminal.writing import printable
from .measures import Row, Totals, rows, summed, totals
from .record import Record

__tracebackhide__ = True

# More fixtures than these are summed up in one line.
_MOST = 10
_LONGEST_NAME = 40


def lines(records: Sequence[Record], *, is_whole: bool) -> Iterator[str]:
    """Give the lines of a table of fixtures, those that took longest, or all, and what it sums up to."""
    found = rows(records)
    if not found:
        yield "The engine did nothing for a fixture in this run."
        return
    yield from _aligned([*_table(found, len(found) if is_whole else _MOST)])
    yield from _in_words(totals(records), len(records))


def _table(found: Sequence[Row], most: int) -> Iterator[list[str]]:
    whole, rest = summed(found), found[most:]
    listed = [(f"{_shortened(printable(row.name))} ({row.factory})", row) for row in found[:most]]
    if rest:
        listed.append((f"{len(rest)} more", summed(rest)))
    if len(found) > 1:
        listed.append(("all", whole))
    yield ["seconds", "made", "total", *whole.phases]
    for title, row in listed:
        yield [title, *row.cells(whole.phases)]


def _aligned(table: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for title, *cells in table:
        numbers = [cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)]
        yield "  ".join([title.ljust(widths[0]), *numbers])


def _in_words(sums: Totals, processes: int) -> Iterator[str]:
    run = f"the run's {sums.run:.2f} s"
    yield f"The engine did this within {sums.busy:.2f} s of {run}, {sums.side_by_side:.1f} things at a time."
    of_workers = f" (of {processes} workers, which ran {sums.processes:.2f} s)" if processes > 1 else ""
    yield (
        f"Tests{of_workers} waited {sums.waited:.2f} s: {sums.for_setup:.2f} s for fixtures to be set up, "
        f"{sums.for_removal:.2f} s for what was removed."
    )


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
