"""Writing on the terminal while a fixture is set up, in between what pytest writes there."""

from __future__ import annotations

import os
import re
import threading
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest

__tracebackhide__ = True

# Sequences that move a terminal's cursor, colour its text, or give it a title.
_CONTROL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\].*?(\x07|\x1b\\)")


def reporter_of(config: pytest.Config) -> Any:
    """Give pytest's reporter, None where there is none, as for a worker of xdist."""
    return config.pluginmanager.getplugin("terminalreporter")


def is_seen(config: pytest.Config) -> bool:
    """Say whether somebody looks at a terminal, and whether it is ours to write on."""
    reporter = reporter_of(config)
    is_main = threading.current_thread() is threading.main_thread()
    return reporter is not None and reporter.isatty and config.getoption("verbose") > -2 and is_main


def uncaptured(config: pytest.Config) -> AbstractContextManager[object]:
    """Let what is written come to the terminal, while a test's output does not."""
    capture = config.pluginmanager.getplugin("capturemanager")
    return nullcontext() if capture is None else capture.global_and_fixture_disabled()


def printable(line: str) -> str:
    """Give a line without what a terminal would act upon."""
    return "".join(character for character in _CONTROL.sub("", line) if character.isprintable() or character == "\t")


def insert(config: pytest.Config, line: str) -> None:
    """Write a line above the one that pytest is writing."""
    with uncaptured(config):
        begun = make_room(config)
        reporter_of(config).rewrite(printable(line), erase=True)
        go_on(config, begun)


def make_room(config: pytest.Config) -> Any:
    """Give what `go_on` needs, and let what is rewritten next be on a line of its own.

    The line that pytest is writing stays, if it has more than the name of a file, or with -v of a test.
    """
    reporter = reporter_of(config)
    begun, width = reporter.currentfspath, config.get_terminal_writer().width_of_current_line
    if width != len(_name(begun, reporter)):
        reporter.line("")
    reporter.currentfspath = None
    return begun


def go_on(config: pytest.Config, begun: Any) -> None:
    """End a line, and begin the next one as pytest had begun its own."""
    reporter = reporter_of(config)
    if isinstance(begun, Path):
        reporter.write_fspath_result(str(begun), "")
    elif begun:
        reporter.write_ensure_prefix(begun, "")
    else:
        reporter.line("")
    reporter.flush()


def _name(begun: Any, reporter: Any) -> str:
    """Give what a line begins with, of which pytest has the path, or the words."""
    return f"{os.path.relpath(begun, reporter.startpath)} " if isinstance(begun, Path) else str(begun or "")
