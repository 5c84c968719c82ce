"""What a build or a pull reports, on the terminal for as long as a fixture waits for it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from ..contexts import contextmanager
from ..definition import Setup
from ..driver import Progress
from . import writing
from .writing import printable

__tracebackhide__ = True


_GOING_ON = pytest.StashKey["list[_Lines]"]()


@contextmanager
def shown(setup: Setup, doing: str) -> Iterator[Progress | None]:
    """Give the `on_progress` with which each line is shown, None where nobody would see it.

    `doing` says what is done, such as "building 'app'". On a terminal there is one line, which changes, and in the end
    has how long it took; with -v all lines stay. Several builds and pulls at once have that line in common.
    """
    if not writing.is_seen(setup.config):
        yield None
        return
    shows = _Lines if setup.config.getoption("verbose") > 0 else _OneLine
    place = setup.definition.site.seen_from(setup.config.invocation_params.dir)
    going_on = setup.config.stash.setdefault(_GOING_ON, [])
    lines = shows(setup.config, f"{doing} ({place})", going_on)
    started, how = time.monotonic(), "failed after "
    lines.begin()
    going_on.append(lines)
    try:
        yield lines.show
        how = ""
    finally:
        going_on.remove(lines)
        lines.end(f"{how}{time.monotonic() - started:.1f} s")


class _Lines:
    """Writes each line below the one before, and the first below what pytest has written."""

    def __init__(self, config: pytest.Config, title: str, going_on: Sequence[_Lines]) -> None:
        self.config, self.title, self.going_on = config, title, going_on
        self.reporter = writing.reporter_of(config)

    def begin(self) -> None:
        """Say what is done."""
        with writing.uncaptured(self.config):
            self.reporter.ensure_newline()
            # With -q there are dots that do not belong to the name of a file.
            if self.config.get_terminal_writer().width_of_current_line:
                self.reporter.line("")
        self.write(self.title)

    def show(self, line: str) -> None:
        """Write what is reported, and of which it is, where that is not clear."""
        begin = " " if len(self.going_on) == 1 else f"{self.title}:"
        self.write(f"{begin} {printable(line)}")

    def end(self, how: str) -> None:
        """Say how it went."""
        self.write(f"{self.title}: {how}")

    def write(self, line: str) -> None:
        """Write a line and its end."""
        with writing.uncaptured(self.config):
            self.reporter.line(line)
            self.reporter.flush()


class _OneLine(_Lines):
    """Writes each line in place of the one before, whichever of those that go on has written that."""

    # Of the first one, what the last one goes on with.
    _begun = pytest.StashKey[Any]()

    def begin(self) -> None:
        if not self.going_on:
            with writing.uncaptured(self.config):
                self.config.stash[self._begun] = writing.make_room(self.config)
        self.write(self.title)

    def show(self, line: str) -> None:
        if line.strip():
            self.write(f"{self.title}: {printable(line).strip()}")

    def end(self, how: str) -> None:
        super().end(how)
        with writing.uncaptured(self.config):
            if self.going_on:
                self.reporter.line("")
            else:
                writing.go_on(self.config, self.config.stash[self._begun])

    def write(self, line: str) -> None:
        width = self.config.get_terminal_writer().fullwidth
        with writing.uncaptured(self.config):
            self.reporter.rewrite(line.replace("\t", " ")[: width - 1], erase=True)
            self.reporter.flush()
