"""What a watcher does when its process of pytest was killed: nothing of it is left, also of what appears only then."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import drivers, items, labels, orphans, processes, runs
from .exceptions import DockerToolsError

__tracebackhide__ = True

# Seconds between two looks for what is left: the engine may still be making what a process asked for that was killed.
_PAUSES = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
# Seconds after which an engine that does not answer, or does not remove something, is given up.
_PATIENCE = 300.0
# What a command does that ends by itself is whole. One that goes on after so many seconds is ended.
_PATIENCE_WITH_COMMANDS = 1.0


def remove_left(
    process: str, place: str, run: str, backend: str, settings: Mapping[str, Any], *, is_patient: bool = True
) -> None:
    """End what a dead process has called, and remove what dead processes of its run have left.

    `process` is its identity, `place` where processes meet; backend and settings are those of a recipe. That is done
    until nothing new appears. An engine that does not answer is waited for, unless that is not `is_patient`.
    """
    end, pauses, asked = time.monotonic() + _PATIENCE, list(_PAUSES), set[int]()
    while pauses and time.monotonic() < end:
        time.sleep(pauses[0])
        if pauses[0] >= _PATIENCE_WITH_COMMANDS:
            _end_commands(process, asked)
        try:
            with contextlib.closing(drivers.open_driver(backend, settings)) as driver:
                there = items.ours(driver, labels.RUN, run)
                fates = list(orphans.remove(driver, Path(place), there, "dead"))
        except (DockerToolsError, OSError):
            # The engine may be started again.
            pauses = (pauses[1:] or [_PAUSES[-1]]) if is_patient else []
            continue
        is_patient = True
        is_to_come = any(fate.outcome == "failed" or fate.why == orphans.BUSY for fate in fates)
        is_new = any(fate.outcome == "removed" for fate in fates)
        pauses = list(_PAUSES[1:]) if is_new else pauses[1:] or list(_PAUSES[-1:] if is_to_come else ())
    with contextlib.suppress(DockerToolsError, OSError):
        runs.forget_dead(Path(place))


def _end_commands(process: str, asked: set[int]) -> None:
    """Ask the commands that a dead process has called to end, and kill those that were asked before."""
    for pid in processes.called_by(process):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL if pid in asked else signal.SIGTERM)
        asked.add(pid)
