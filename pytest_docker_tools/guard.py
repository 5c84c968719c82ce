"""Nothing left behind, however a run ends: what it could not remove is, by a process that outlives it.

That is the watcher of each process of pytest that uses an engine. It has something to do where that was killed, or its
engine failed. Where the watcher was killed as well, or there was none, the next run removes what it finds.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from . import drivers, items, labels, ledger, locks, orphans, processes, runs, sharing
from .driver import Driver, Recipe
from .exceptions import EngineUnavailable
from .terminal import summary, writing
from .watcher import DONE, ONCE

__tracebackhide__ = True

_TITLE = "docker: left by runs that were killed"
_PROGRAM = Path(__file__).with_name("watcher.py")
# Seconds that a run takes at its begin to remove things, and to wait for others who do, and between two looks at these.
_PATIENCE_AT_BEGIN = 20.0
_GLANCE = 0.2
# Seconds that a watcher has to end with this process, where that has to wait for it.
_PATIENCE_AT_END = 5.0
# By what they open.
_WATCHERS = pytest.StashKey["dict[str, subprocess.Popen[bytes]]"]()
# What they are told at the end, where that is not to remove what is left.
_LAST_WORD = pytest.StashKey[bytes]()
# Whether no engine was found at the begin.
_IS_AWAY = pytest.StashKey[bool]()


def begin(config: pytest.Config, client: Any) -> bool:
    """Let a watcher wait for the end of this process, and remove what dead runs have left on a client's engine.

    Once for each engine. Gives False where there is no watcher. Nothing of it fails a test; what could not be removed
    is said at the end of the run.
    """
    is_watched = False
    # Whatever the client is.
    with contextlib.suppress(Exception):
        driver = drivers.driver_of(client)
        with contextlib.suppress(Exception):
            recipe = driver.recipe()
            is_watched = recipe is not None and watch(config, recipe)
        try:
            _remove_orphans(config, driver)
        except EngineUnavailable:
            config.stash[_IS_AWAY] = True
    return is_watched


def remove_shared(config: pytest.Config) -> None:
    """Remove, at the end of the controller of xdist, what its workers had in common."""
    # Their watchers have ended with them.
    for recipe in sharing.recipes(config):
        watch(config, recipe)
    sharing.remove_all(config)


def watch(config: pytest.Config, recipe: Recipe) -> bool:
    """Start a watcher for an engine, unless there is one, and say whether there is one then."""
    watchers, run = config.stash.setdefault(_WATCHERS, {}), runs.of(config)
    left: dict[str, Any] = {"process": processes.identity(), "place": str(run.meeting), "run": run.id}
    left |= {"backend": recipe.backend, "settings": dict(recipe.settings)}
    told = {
        "presence": str(run.presence),
        "path": [os.path.abspath(folder) for folder in sys.path],
        "left": left,
    }
    key = json.dumps(left, sort_keys=True)
    if key not in watchers and sys.executable and _PROGRAM.is_file():
        watchers[key] = _started()
        _tell(watchers[key], json.dumps(told).encode() + b"\n")
    return key in watchers


def note_end(config: pytest.Config) -> None:
    """Note that this process has removed all that it is to remove, unless that is in doubt."""
    known = ledger.of(config)
    if not known.is_in_doubt:
        config.stash[_LAST_WORD] = DONE
    elif config.stash.get(_IS_AWAY, False) and not known.has_engine:
        # Most likely there was none all the time, and nobody is to wait for it.
        config.stash[_LAST_WORD] = ONCE


def end(config: pytest.Config) -> None:
    """Let go of the watchers. They have nothing to do where nothing is left; else they begin with it."""
    watchers = config.stash.get(_WATCHERS, {}).values()
    for watcher in watchers:
        _tell(watcher, config.stash.get(_LAST_WORD, b""))
    runs.close(config)
    for watcher in watchers:
        assert watcher.stdin is not None
        watcher.stdin.close()
        # Where it can, it has gone on without the one that was started; elsewhere it ends by itself.
        with contextlib.suppress(subprocess.TimeoutExpired):
            watcher.wait(_PATIENCE_AT_END)


def _started() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        # Nothing of the project is to be taken for a module of Python's.
        [sys.executable, "-I", str(_PROGRAM)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # A folder of the project may be removed.
        cwd=Path(sys.executable).anchor,
        **_apart(),
    )


def _apart() -> dict[str, Any]:
    if sys.platform == "win32":
        return {"creationflags": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _tell(watcher: subprocess.Popen[bytes], words: bytes) -> None:
    assert watcher.stdin is not None
    # By its input, as all users of the machine see arguments.
    with contextlib.suppress(OSError):
        watcher.stdin.write(words)
        watcher.stdin.flush()


def _remove_orphans(config: pytest.Config, driver: Driver) -> None:
    """Remove what dead runs have left, in the first process of a run that comes to it. The others wait for that."""
    run = runs.of(config)
    file = run.folder / "swept" / runs.key(driver.endpoint().url)
    done = file.with_suffix(".done")
    with locks.held(file):
        if not done.exists():
            done.touch()
            for item, outcome, why in _swept(driver, run.meeting):
                if outcome in ("removed", "failed"):
                    line = f"{item}: {outcome}{why and f', as {why}'}"
                    summary.add(config, _TITLE, writing.printable(" ".join(line.split())))


def _swept(driver: Driver, place: Path) -> Iterator[orphans.Fate]:
    """Remove what is dead, until the time for that is over."""
    end = time.monotonic() + _PATIENCE_AT_BEGIN
    # That spares looking at what is reusable. An image that a volume was filled through is in nobody's way.
    there = items.ours(driver, labels.REUSABLE, "false", ("container", "network", "volume"))
    while there:
        busy = []
        for fate in orphans.remove(driver, place, there, "dead"):
            yield fate
            if fate.why == orphans.BUSY:
                busy.append(fate.item)
            if time.monotonic() > end:
                return
        # A watcher that is about to remove it, for instance: what this run makes may need its name.
        there = busy
        if there:
            time.sleep(_GLANCE)
