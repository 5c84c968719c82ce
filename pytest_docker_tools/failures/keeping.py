"""Keeping what a failed test used, as `--docker-keep=failed` asks, and saying at the end of the run what was kept."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import pytest

from .. import runs
from ..exceptions import DriverError, UsageError
from ..terminal import summary
from . import commands

if TYPE_CHECKING:
    from ..driver import Facts, Kind
    from ..ledger import Entry

__tracebackhide__ = True

TITLE = "kept for failed tests (--docker-keep=failed)"
# Seconds for a look at what is kept.
_PATIENCE = 5.0


class Kept(NamedTuple):
    """What was kept, by what name the engine knows it, and with which words a command for that engine begins."""

    entry: Entry
    name: str
    client: Sequence[str]
    running: bool


_KEPT = pytest.StashKey["list[Kept]"]()


def is_on(config: pytest.Config) -> bool:
    """Say whether this run keeps what failed tests used."""
    return bool(config.getoption("docker_keep"))


def keep(config: pytest.Config, entry: Entry) -> bool:
    """Keep a resource if this run does that and a test that used it has failed. False where it is to be removed."""
    if not is_on(config) or not entry.failed_tests:
        return False
    facts: Facts | None = {}
    client: Sequence[str] = ()
    # An engine that does not answer now has it all the same.
    with contextlib.suppress(DriverError):
        client = tuple(entry.driver.client_command())
        [facts] = entry.driver.inspect(entry.kind, [entry.ref], timeout=_PATIENCE)
    if facts is None:
        return False
    name = str(facts.get("Name", entry.ref)).lstrip("/")
    running = entry.kind == "container" and facts.get("State", {}).get("Status") == "running"
    config.stash.setdefault(_KEPT, []).append(Kept(entry, name, client, running))
    if runs.is_of_several(config):
        # The controller removes what its workers have left.
        with contextlib.suppress(UsageError, OSError):
            runs.of(config).spare(entry.ref)
    return True


def has_kept(config: pytest.Config, kind: Kind, name: str) -> bool:
    """Say whether this run has kept a resource of that kind and name."""
    return any(kept.entry.kind == kind and kept.name == name for kept in config.stash.get(_KEPT, []))


def tell(config: pytest.Config) -> None:
    """Say at the end of the run, for each failed test, what was kept, and how to look at it and to remove it all."""
    kept = config.stash.get(_KEPT, [])
    for test in dict.fromkeys(test for one in kept for test in one.entry.failed_tests):
        summary.add(config, TITLE, "\n".join([test, *_lines([one for one in kept if test in one.entry.failed_tests])]))
    if kept:
        removals = [f"  {_removal(client, kept)}" for client in dict.fromkeys(one.client for one in kept) if client]
        summary.add(config, TITLE, "\n".join(["All of this keeps its names and ports until it is removed:", *removals]))


def _lines(kept: Sequence[Kept]) -> list[str]:
    lines = []
    for one in kept:
        shown = commands.to_look_at(one.client, one.entry.kind, one.name, running=one.running)
        lines += [f"  {one.entry.kind} {one.entry.fixture}: {one.name}", *(f"    {command}" for command in shown)]
    return lines


def _removal(client: Sequence[str], kept: Sequence[Kept]) -> str:
    names: dict[Kind, list[str]] = {}
    for one in kept:
        if one.client == client:
            names.setdefault(one.entry.kind, []).append(one.name)
    return commands.to_remove(client, names)
