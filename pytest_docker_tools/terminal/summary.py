"""What a run has to say at its end, also its xdist workers, which have no terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

__tracebackhide__ = True

# What the lines are about -> the lines, each once.
Lines = dict[str, list[str]]
_LINES = pytest.StashKey[Lines]()
# The name under which a worker hands its lines to the controller.
OUTPUT = "pytest-docker-tools"


def add(config: pytest.Config, title: str, line: str) -> None:
    """Say something at the end of the run, below a title. What was said already is not said again."""
    said = config.stash.setdefault(_LINES, {}).setdefault(title, [])
    if line not in said:
        said.append(line)


def hand_over(config: pytest.Config) -> None:
    """Give the controller what there is to say, where this is a worker of xdist."""
    output = getattr(config, "workeroutput", None)
    if output is not None:
        output[OUTPUT] = config.stash.get(_LINES, {})


def take_over(config: pytest.Config, said: Mapping[str, Sequence[str]]) -> None:
    """Say what a worker has handed over."""
    for title, lines in said.items():
        for line in lines:
            add(config, title, line)


def show(config: pytest.Config, terminal: pytest.TerminalReporter) -> None:
    """Write everything on the terminal."""
    for title, lines in config.stash.get(_LINES, {}).items():
        terminal.section(title)
        for line in lines:
            terminal.line(line)
