"""Logs of containers as files, in a folder for each test."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

__tracebackhide__ = True

# Characters of a test's id, or of a fixture's name, that a file's name has; file systems take about 255 in all.
_LONGEST = 100
_UNSAFE = re.compile(r"[^A-Za-z0-9_.]+")


def path_of(folder: Path, test: str, fixture: str, container: str) -> Path:
    """Give the file for the log of a container, by its id, of a fixture of a test, by its id.

    Names consist of what every file system takes, and those of different tests differ also where only case, or what
    was left out, does.
    """
    digest = hashlib.sha256(test.encode()).hexdigest()[:8]
    return folder / f"{_safe(test)}-{digest}" / f"{_safe(fixture)}-{container[:12]}.log"


def _safe(name: str) -> str:
    # The end of a test's id says more than the folder that it begins with.
    return _UNSAFE.sub("-", name)[-_LONGEST:].strip("-.")


def write(path: Path, log: bytes) -> str:
    """Write a log as the container wrote it, and say where it is, or why it could not be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(log)
    except OSError as error:
        return f"it cannot be written: {error}"
    return str(path)
