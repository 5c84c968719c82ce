"""Which processes use a reusable resource at this moment, so that none is taken away from a run that goes on."""

from __future__ import annotations

import uuid
from pathlib import Path

from .. import locks

__tracebackhide__ = True


def begin(meeting: Path, key: str) -> locks.Lock:
    """Use a resource until the lock is released, with `remove`, or this process ends. `key` is that of `lasting`."""
    # Who looks whether it is in use has a new file for a moment.
    return locks.held(_folder(meeting, key) / uuid.uuid4().hex)


def others(meeting: Path, key: str, own: locks.Lock | None = None) -> bool:
    """Say whether anyone uses a resource, besides the use that `own` is."""
    return any(own is None or path != own.path for path in locks.holders(_folder(meeting, key)))


def turn(meeting: Path, key: str) -> Path:
    """Give the file whose lock is to be held while a resource is looked for, made or removed."""
    return meeting / "locks" / key


def _folder(meeting: Path, key: str) -> Path:
    return meeting / "uses" / key
