"""Nothing left behind, however a run ends: what killed ones have left is removed, by a process that outlives them.

That is the watcher of each process of pytest that uses an engine. Where it was killed as well, or there was none, the
next run removes what it finds.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from . import drivers, labels, locks, orphans, processes, runs
from .driver import Driver, Recipe
from .exceptions import DockerToolsError
from .terminal import summary

__tracebackhide__ = True

_TITLE = "docker: left by runs that were killed"
_PROGRAM = Path(__file__).with_name("watcher.py")
# Seconds between two looks for what is left: the engine may still be making what a process asked for that was killed.
_PAUSES = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
# Seconds after which an engine that does not answer is given up.
_PATIENCE = 300.0
# What a command does that ends by itself is whole. One that goes on after so many seconds is ended.
_PATIENCE_WITH_COMMANDS = 1.0
# By the address of the engine. None where another process cannot open it.
_WATCHERS = pytest.StashKey["dict[str, subprocess.Popen[bytes] | None]"]()


def begin(config: pytest.Config, client: Any) -> bool:
    """Remove what dead runs have left on a client's engine, and let a watcher wait for the end of this process.

    Once for each engine. Gives False where there is no watcher. Nothing of it fails a test; what could not be removed
    is said at the end of the run.
    """
    watchers = config.stash.setdefault(_WATCHERS, {})
    # Whatever the client is.
    with contextlib.suppress(Exception):
        driver = drivers.driver_of(client)
        engine = driver.endpoint().url
        if engine not in watchers:
            watchers[engine] = None
            run, recipe = runs.of(config), driver.recipe()
            watchers[engine] = _watcher(run, recipe) if recipe else None
            _remove_orphans(config, run, driver)
        return watchers[engine] is not None
    return False


def end(config: pytest.Config) -> None:
    """End the watchers: this process has removed all that it is to remove."""
    for watcher in config.stash.get(_WATCHERS, {}).values():
        if watcher is not None:
            watcher.kill()
            watcher.wait()


def _remove_orphans(config: pytest.Config, run: runs.Run, driver: Driver) -> None:
    """Remove what dead runs have left, in the first process of a run that comes to it. The others wait for that."""
    file = run.folder / "swept" / runs.key(driver.endpoint().url)
    done = file.with_suffix(".done")
    with locks.held(file):
        if not done.exists():
            # That spares looking at what is reusable. An image that a volume was filled through is in nobody's way.
            there = orphans.found(driver, labels.REUSABLE, "false", ("container", "network", "volume"))
            for item, outcome, why in orphans.remove(driver, run.meeting, there, "dead"):
                if outcome in ("removed", "failed"):
                    summary.add(config, _TITLE, f"{item}: {outcome}{why and f', as {why}'}")
            done.touch()


def _watcher(run: runs.Run, recipe: Recipe) -> subprocess.Popen[bytes] | None:
    """Start a watcher for what this process of a run is going to make."""
    if not sys.executable or not _PROGRAM.is_file():
        return None
    told = {
        "presence": str(run.folder / "processes" / run.appear()),
        "path": [os.path.abspath(folder) for folder in sys.path],
        "directory": os.getcwd(),
        "left": {
            "process": processes.identity(),
            "place": str(run.meeting),
            "run": run.id,
            "backend": recipe.backend,
            "settings": recipe.settings,
        },
    }
    watcher = subprocess.Popen(
        # Nothing of the project is to be taken for a module of Python's.
        [sys.executable, "-I", str(_PROGRAM)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **_apart(),
    )
    assert watcher.stdin is not None
    # In its arguments all users of the machine would see it.
    with contextlib.suppress(BrokenPipeError), watcher.stdin as pipe:
        pipe.write(json.dumps(told).encode())
    return watcher


def _apart() -> dict[str, Any]:
    if sys.platform == "win32":
        return {"creationflags": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def remove_left(process: str, place: str, run: str, backend: str, settings: Mapping[str, Any]) -> None:
    """End what a dead process has called, and remove what dead processes of its run have left.

    That is done until nothing new appears.
    """
    end, pauses, asked = time.monotonic() + _PATIENCE, list(_PAUSES), set[int]()
    while pauses and time.monotonic() < end:
        time.sleep(pauses[0])
        if pauses[0] >= _PATIENCE_WITH_COMMANDS:
            _end_commands(process, asked)
        try:
            with contextlib.closing(drivers.open_driver(backend, settings)) as driver:
                there = orphans.found(driver, labels.RUN, run)
                outcomes = [fate.outcome for fate in orphans.remove(driver, Path(place), there, "dead")]
        except DockerToolsError:
            # The engine may be started again.
            pauses = pauses[1:] or [_PAUSES[-1]]
            continue
        pauses = list(_PAUSES[1:]) if "removed" in outcomes else pauses[1:]


def _end_commands(process: str, asked: set[int]) -> None:
    """Ask the commands that a dead process has called to end, and kill those that were asked before."""
    for pid in processes.called_by(process):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL if pid in asked else signal.SIGTERM)
        asked.add(pid)
