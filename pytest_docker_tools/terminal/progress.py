"""What a build or a pull reports, on the terminal for as long as a fixture waits for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ..driver import Progress
from ..factory import Setup
from . import writing
from .writing import printable

__tracebackhide__ = True


@contextmanager
def shown(setup: Setup, doing: str) -> Iterator[Progress | None]:
    """Give the `on_progress` with which each line is shown, None where nobody would see it.

    `doing` says what is done, such as "building 'app'". On a terminal there is one line, which changes, and in the end
    has how long it took; with -v all lines stay.
    """
    if not writing.is_seen(setup.config):
        yield None
        return
    shows = _Lines if setup.config.getoption("verbose") > 0 else _OneLine
    place = setup.definition.site.seen_from(setup.config.invocation_params.dir)
    lines = shows(setup.config, f"{doing} ({place})")
    started, how = time.monotonic(), "failed after "
    lines.begin()
    try:
        yield lines.show
        how = ""
    finally:
        lines.end(f"{how}{time.monotonic() - started:.1f} s")


class _Lines:
    """Writes each line below the one before, and the first below what pytest has written."""

    def __init__(self, config: pytest.Config, title: str) -> None:
        self.config, self.title = config, title
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
        """Write what is reported."""
        self.write(f"  {printable(line)}")

    def end(self, how: str) -> None:
        """Say how it went."""
        self.write(f"{self.title}: {how}")

    def write(self, line: str) -> None:
        """Write a line and its end."""
        with writing.uncaptured(self.config):
            self.reporter.line(line)
            self.reporter.flush()


class _OneLine(_Lines):
    """Writes each line in place of the one before."""

    def begin(self) -> None:
        with writing.uncaptured(self.config):
            self.begun = writing.make_room(self.config)
        self.write(self.title)

    def show(self, line: str) -> None:
        if line.strip():
            self.write(f"{self.title}: {printable(line).strip()}")

    def end(self, how: str) -> None:
        super().end(how)
        with writing.uncaptured(self.config):
            writing.go_on(self.config, self.begun)

    def write(self, line: str) -> None:
        width = self.config.get_terminal_writer().fullwidth
        with writing.uncaptured(self.config):
            self.reporter.rewrite(line.replace("\t", " ")[: width - 1], erase=True)
            self.reporter.flush()
