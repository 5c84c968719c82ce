"""What a build or a pull reports, on the terminal for as long as a fixture waits for it."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from .driver import Progress
from .factory import Setup

__tracebackhide__ = True

# Sequences that move a terminal's cursor, colour its text, or give it a title.
_CONTROL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\].*?(\x07|\x1b\\)")


@contextmanager
def shown(setup: Setup, doing: str) -> Iterator[Progress | None]:
    """Give the `on_progress` with which each line is shown, None where nobody would see it.

    `doing` says what is done, such as "building 'app'". On a terminal there is one line, which changes, and in the end
    has how long it took; with -v all lines stay.
    """
    # A worker of xdist has none.
    reporter = setup.config.pluginmanager.getplugin("terminalreporter")
    if reporter is None or not _is_seen(setup.config, reporter):
        yield None
        return
    shows = _Lines if setup.config.getoption("verbose") > 0 else _OneLine
    terminal = shows(setup.config, reporter, f"{doing} ({_place(setup)})")
    started, how = time.monotonic(), "failed after "
    terminal.begin()
    try:
        yield terminal.show
        how = ""
    finally:
        terminal.end(f"{how}{time.monotonic() - started:.1f} s")


def _is_seen(config: pytest.Config, reporter: Any) -> bool:
    """Say whether somebody looks at a terminal, and whether it is ours to write on."""
    is_main = threading.current_thread() is threading.main_thread()
    return reporter.isatty and config.getoption("verbose") > -2 and is_main


def _place(setup: Setup) -> str:
    """Give where the fixture was written, from where pytest was started."""
    site, here = setup.definition.site, setup.config.invocation_params.dir
    file = Path(site.file)
    return f"{file.relative_to(here) if file.is_relative_to(here) else file}:{site.line}"


def printable(line: str) -> str:
    """Give a line without what a terminal would act upon."""
    return "".join(character for character in _CONTROL.sub("", line) if character.isprintable() or character == "\t")


class _Lines:
    """Writes each line below the one before, and the first below what pytest has written."""

    def __init__(self, config: pytest.Config, reporter: Any, title: str) -> None:
        self.config, self.reporter, self.title = config, reporter, title

    def begin(self) -> None:
        """Say what is done."""
        with self.uncaptured():
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
        with self.uncaptured():
            self.reporter.line(line)
            self.reporter.flush()

    def uncaptured(self) -> AbstractContextManager[object]:
        """Let what is written come to the terminal, while a test's output does not."""
        capture = self.config.pluginmanager.getplugin("capturemanager")
        return nullcontext() if capture is None else capture.global_and_fixture_disabled()


class _OneLine(_Lines):
    """Writes each line in place of the one before."""

    def show(self, line: str) -> None:
        if line.strip():
            self.write(f"{self.title}: {printable(line).strip()}")

    def end(self, how: str) -> None:
        super().end(how)
        with self.uncaptured():
            self.reporter.line("")

    def write(self, line: str) -> None:
        width = self.config.get_terminal_writer().fullwidth
        with self.uncaptured():
            self.reporter.rewrite(line.replace("\t", " ")[: width - 1], erase=True)
            self.reporter.flush()
