"""A run of pytest, and which processes of it are alive, as other processes of this user and machine see them.

Each process that makes something holds a lock on a file of its own for as long as it lives, so that what a dead one has
left can be told from what is in use.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
import uuid
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from . import locks, meeting
from .exceptions import FailedElsewhere, UsageError

__tracebackhide__ = True

# The names under which the controller of xdist tells its workers which run they are of, and where they meet.
INPUT = "pytest-docker-tools-run"
FOLDER = "pytest-docker-tools-folder"
_ID = pytest.StashKey[str]()
_RUN = pytest.StashKey["Run"]()
_HAS_WORKERS = pytest.StashKey[bool]()


def id_of(config: pytest.Config) -> str:
    """Give the id of a run, which the workers of xdist have in common with their controller."""
    return config.stash.setdefault(_ID, _input(config).get(INPUT) or uuid.uuid4().hex)


def of(config: pytest.Config) -> Run:
    """Give the run that a process of pytest is of."""
    if _RUN not in config.stash:
        # The environment of a worker may be another one by now.
        told = Path(_input(config).get(FOLDER, ""))
        place = told if told.is_absolute() and told.is_dir() else meeting.folder()
        config.stash[_RUN] = Run(place, id_of(config), _input(config).get("workerid", "main"))
    return config.stash[_RUN]


def close(config: pytest.Config) -> None:
    """Note that this process of a run is over."""
    if _RUN in config.stash:
        config.stash[_RUN].close()


def tell_worker(node: Any) -> None:
    """Tell a worker of xdist, in the controller, which run it is of."""
    node.config.stash[_HAS_WORKERS] = True
    node.workerinput[INPUT] = id_of(node.config)
    # What workers have in common is in use also when the ones that made and used it have crashed. Without a folder to
    # meet in there is nothing in common.
    with contextlib.suppress(UsageError, OSError):
        of(node.config).appear()
        node.workerinput[FOLDER] = str(of(node.config).meeting)


def has_shared(config: pytest.Config) -> bool:
    """Say whether this is the controller of xdist, and its workers have had something in common."""
    return config.stash.get(_HAS_WORKERS, False) and _RUN in config.stash and bool(of(config).recipes())


def is_of_several(config: pytest.Config) -> bool:
    """Say whether this is one of the workers of xdist."""
    return INPUT in _input(config)


class Run:
    """A run, in a process of it: "main", or a worker of xdist by its name.

    `meeting` is the folder that all runs have in common, `folder` that of the processes of this one.
    """

    def __init__(self, meeting: Path, id: str, process: str) -> None:
        self.meeting, self.id, self.process = meeting, id, process
        self._presence: locks.Lock | None = None

    @property
    def folder(self) -> Path:
        """What the processes of this run have in common."""
        return self.meeting / "runs" / self.id

    @cached_property
    def owner(self) -> str:
        """What the labels of resources call this process. From now on others see whether it is alive."""
        return f"{meeting.name_of(self.meeting)}/{self.id}/{self.appear()}"

    def appear(self) -> str:
        """Let others see whether this process is alive, and give the name by which they do."""
        if self._presence is None:
            # A worker that takes the place of one that has crashed has a name of its own.
            name = re.sub(r"\W", "-", f"{self.process}-{uuid.uuid4().hex[:8]}")
            with locks.held(_turn(self.meeting)):
                # Who looks which processes are alive has a new file for a moment.
                self._presence = locks.held(_processes(self.meeting, self.id) / name)
        return self._presence.path.name

    @property
    def presence(self) -> Path:
        """The file whose lock this process holds for as long as it lives."""
        return _processes(self.meeting, self.id) / self.appear()

    def trying(self, file: Path, what: str) -> Attempt:
        """Give a context for what no other process of this run tries again if it fails; `file` stands for it."""
        return Attempt(self.process, what, file.with_suffix(".failed"))

    def note_recipe(self, text: str) -> None:
        """Let the controller know how to open an engine on which workers have something in common."""
        file = self.folder / "engines" / f"{key(text)}.json"
        if not file.exists():
            meeting.write(file, text)

    def recipes(self) -> list[str]:
        """Give what workers have noted of engines."""
        return [file.read_text("utf-8") for file in (self.folder / "engines").glob("*.json")]

    def spare(self, ref: str) -> None:
        """Let the controller not remove a resource at the end, as it is kept for a failed test."""
        file = self._spared(ref)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()

    def is_spared(self, ref: str) -> bool:
        """Say whether a worker has asked for that."""
        return self._spared(ref).exists()

    def _spared(self, ref: str) -> Path:
        return self.folder / "spared" / key(ref)

    def close(self) -> None:
        """Note that this process is over. The last one of a run takes along what they had in common."""
        if self._presence is not None:
            # With its file: a watcher that has waited for the lock has it for a moment then.
            self._presence.release(remove=True)
            forget_dead(self.meeting)


class Attempt:
    """A context that raises `FailedElsewhere` where another process of the run has failed in it."""

    # With a generator for a context, pytest would show contextlib to who reads that error.
    def __init__(self, process: str, what: str, note: Path) -> None:
        self.process, self.what, self.note = process, what, note

    def __enter__(self) -> None:
        if self.note.exists():
            said = self.note.read_text("utf-8")
            raise FailedElsewhere(f"{self.what} could not be made by this run's worker {said}")

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        # What cannot be meant may be about what is different in each process.
        if isinstance(error, (Exception, pytest.fail.Exception)) and not isinstance(error, UsageError):
            meeting.write(self.note, f"{self.process}: {type(error).__name__}: {error}")


def is_known(place: Path, owner: str) -> bool:
    """Say whether an owner, by a label, is a process that met others in that folder."""
    return _run_of(place, owner) is not None


def is_alive(place: Path, owner: str, *, anyone: bool = False) -> bool:
    """Say whether an owner who is known is alive, or, with `anyone`, any process of its run."""
    run = _run_of(place, owner)
    alive = locks.holders(_processes(place, run)) if run else []
    return bool(alive) if anyone else owner.rpartition("/")[2] in [file.name for file in alive]


def forget_dead(place: Path) -> None:
    """Remove what runs have left in that folder that are over, also those whose processes were all killed."""
    with locks.held(_turn(place)):
        for folder in (place / "runs").glob("*"):
            if not locks.holders(_processes(place, folder.name)):
                shutil.rmtree(folder, ignore_errors=True)


def key(*parts: str) -> str:
    """Give what tells these from any others, and can be the name of a file."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _run_of(place: Path, owner: str) -> str | None:
    # Anybody may have written the label.
    found = re.fullmatch(r"(\w+)/([0-9a-f]{32})/[^/]+", owner)
    return found[2] if found and found[1] == meeting.name_of(place) else None


def _turn(place: Path) -> Path:
    """Give the file whose lock is to be held while a run comes to that folder, or is taken out of it."""
    return place / "runs.lock"


def _processes(place: Path, run: str) -> Path:
    return place / "runs" / run / "processes"


def _input(config: pytest.Config) -> dict[str, Any]:
    given: dict[str, Any] = getattr(config, "workerinput", {})
    return given
