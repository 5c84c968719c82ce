"""The page that shows a run as a timeline. It is whole in one file, and needs nothing but a browser."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib.resources import files
from string import Template

from ..terminal.writing import printable
from . import lanes
from .lanes import Bar, Group, Lane
from .measures import Row, Totals, rows, summed, totals
from .record import Phase, Record

__tracebackhide__ = True

# With more fixtures than these, the page begins with a line for each test.
_MANY = 60


def page(records: Sequence[Record]) -> str:
    """Give the page about a run, of which there is at least one record."""
    found, sums = rows(records), totals(records)
    began, seconds = min(record.began for record in records), max(sums.run, 0.001)
    timeline = lanes.processes(records)
    is_open = sum(len(group.lanes) for process in timeline for group in process.groups) <= _MANY
    return Template(_part("page.html")).substitute(
        style=_part("page.css"),
        script=_part("page.js"),
        date=time.strftime("%Y-%m-%d %H:%M", time.localtime(began)),
        figures="\n".join(_figures(sums, summed(found).count, len(records))),
        share="".join(_shares(summed(found))),
        legend="\n".join(_legend(summed(found))),
        seconds=f"{seconds:.6f}",
        processes="\n".join(
            line
            for process in timeline
            for line in _Timeline(began, seconds, is_open=is_open).process(process, is_only=len(timeline) == 1)
        ),
        table="\n".join(_table(found)),
    )


def _part(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8").strip()


def _text(text: str) -> str:
    """Give a text so that it is nothing but text, also in an attribute."""
    return escape("\n".join(map(printable, text.split("\n"))))


def _figures(sums: Totals, count: int, processes: int) -> Iterator[str]:
    share = sums.waited / sums.processes if sums.processes else 0.0
    workers = f", on {processes} workers" if processes > 1 else ""
    for number, about in (
        (f"{sums.run:.2f} s", f"the run, from its first test{workers}"),
        (f"{sums.engine:.2f} s", f"work of the engine, {count} fixture{'' if count == 1 else 's'} made"),
        (f"{sums.busy:.2f} s", "in which it did that work"),
        (f"{sums.side_by_side:.1f}", "things at a time, while it did"),
        (f"{sums.waited:.2f} s", f"tests waited, {share:.0%} of their time"),
    ):
        yield f"<div><dt>{about}</dt><dd>{number}</dd></div>"


def _shares(whole: Row) -> Iterator[str]:
    for phase in whole.phases:
        yield f'<i class="{phase}" style="--w:{whole.seconds[phase]:.6f}"></i>'


def _legend(whole: Row) -> Iterator[str]:
    for phase in whole.phases:
        seconds = whole.seconds[phase]
        share = seconds / whole.total if whole.total else 0.0
        yield f'<li><i class="{phase}"></i>{phase} <b>{seconds:.2f} s</b> <small>{share:.0%}</small></li>'
    yield '<li class="also"><i class="body"></i>test</li>'
    yield '<li class="also"><i class="own"></i>fixture of the suite itself</li>'
    yield '<li class="also"><i class="turn"></i>a test waits for it</li>'


def _table(found: Sequence[Row]) -> Iterator[str]:
    whole = summed(found)
    titles = ("fixture", "factory", "made", "total, s", *whole.phases)
    heads = "".join(f'<th scope="col">{title}</th>' for title in titles)
    yield f"<thead><tr>{heads}</tr></thead>"
    yield "<tbody>"
    for row in found:
        name = _text(row.name)
        title = f'<th scope="row" title="{name}"><bdi>{name}</bdi></th><td>{_text(row.factory)}</td>'
        yield f"<tr>{title}{_cells(row, whole.phases)}</tr>"
    yield "</tbody>"
    yield f'<tfoot><tr><th scope="row">all</th><td></td>{_cells(whole, whole.phases)}</tr></tfoot>'


def _cells(row: Row, phases: Iterable[Phase]) -> str:
    return "".join(f"<td>{cell}</td>" for cell in row.cells(phases))


class _Timeline:
    """Writes what is on a timeline that begins at a moment and is so many seconds long."""

    def __init__(self, began: float, seconds: float, *, is_open: bool) -> None:
        self.began, self.seconds, self.is_open = began, seconds, is_open

    def process(self, process: lanes.Process, *, is_only: bool) -> Iterator[str]:
        """Write the lanes of a process, with its name unless there is no other one."""
        yield '<div class="process">'
        if not is_only:
            yield f"<h3>{_text(process.name)}</h3>"
        if process.bodies:
            yield '<div class="row" role="group" aria-label="tests"><span class="label">tests</span>'
            yield f"{self._lane(process.bodies)}</div>"
        for group in process.groups:
            yield from self._group(group)
        yield "</div>"

    def _group(self, group: Group) -> Iterator[str]:
        title = _text(group.title)
        # Those that are not in sight are drawn later, so that their height has to be known.
        size = f'style="--rows:{len(group.lanes)}"'
        yield f'<details class="group" {size} data-title="{title}"{" open" if self.is_open else ""}><summary>'
        yield f'<span class="label" title="{title}"><bdi>{_text(group.short)}</bdi></span>'
        # What is below, in one line, for as long as it is not shown.
        bars = [bar for lane in group.lanes for bar in lane.bars if bar.kind != "turn"]
        yield f"{self._lane(bars, is_outline=True)}</summary>"
        for lane in group.lanes:
            yield from self._row(lane)
        yield "</details>"

    def _row(self, lane: Lane) -> Iterator[str]:
        name, needs = _text(lane.title), " ".join(map(_id, lane.needs))
        yield (
            f'<div class="row" role="group" id="{_id(lane.number)}" data-needs="{needs}" data-title="{name}" '
            f'data-about="{_text(lane.about)}" aria-label="{name}, {_text(lane.kind)}">'
        )
        failure = '<span class="failure" title="failed">!</span>' if lane.failed else ""
        label = f"<bdi>{name}</bdi>{failure}<small>{_text(lane.kind)}</small>"
        yield f'<span class="label" title="{name}">{label}</span>{self._lane(lane.bars)}</div>'

    def _lane(self, bars: Iterable[Bar], *, is_outline: bool = False) -> str:
        hidden = ' aria-hidden="true"' if is_outline else ""
        return f'<span class="lane"{hidden}>{"".join(self._bar(bar, is_outline) for bar in bars)}</span>'

    def _bar(self, bar: Bar, is_outline: bool) -> str:
        begin, width = (bar.begin - self.began) / self.seconds, (bar.end - bar.begin) / self.seconds
        place = f'class="bar {bar.kind}{" failed" if bar.failed else ""}" style="--b:{begin:.6f};--w:{width:.6f}"'
        if is_outline:
            return f"<i {place}></i>"
        # A band is told of with its row.
        focus = "" if bar.kind == "turn" else ' role="img" tabindex="0"'
        return f'<i {place}{focus} title="{_text(bar.text)}"></i>'


def _id(number: int) -> str:
    return f"f{number}"
