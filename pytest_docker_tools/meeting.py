"""The folder in which the processes of one user on one machine meet. It outlives a restart of the machine."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import stat
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

from . import locks
from .exceptions import UsageError

__tracebackhide__ = True

_NAME = "pytest-docker-tools"


def folder() -> Path:
    """Give the folder, which is made if need be.

    It is below XDG_CACHE_HOME, LOCALAPPDATA or ~/.cache, and in the folder for temporary files where that cannot be
    written. Raises `UsageError` where there is no such folder, or one of somebody else.
    """
    tried = []
    for place in _places():
        tried.append(str(place))
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(place, os.W_OK | os.X_OK):
            _require_own(place)
            return place
    raise UsageError(
        f"pytest's processes meet in a folder of yours, and none of these can be written: {', '.join(tried)}. Let "
        "XDG_CACHE_HOME name a folder that can."
    )


def _places() -> Iterator[Path]:
    """Give where the folder may be, the best place first."""
    # The home of a user who has none stays "~", which is not to be made where pytest happens to run.
    cache = next(filter(os.path.isabs, _caches()), None)
    if cache is not None:
        # Several machines may have it in common, and not see each other's locks.
        yield Path(cache, f"{_NAME}-{_machine()}")
    with contextlib.suppress(FileNotFoundError):
        yield Path(tempfile.gettempdir(), _name_among_others())


def _machine() -> str:
    return re.sub(r"[^\w.-]", "-", platform.node()) or "unnamed"


def _caches() -> list[str]:
    variables = ["XDG_CACHE_HOME"]
    if sys.platform == "win32":
        variables.append("LOCALAPPDATA")
    return [*(os.environ.get(variable, "") for variable in variables), os.path.expanduser("~/.cache")]


def _name_among_others() -> str:
    """Give the name where other users have such a folder as well, as they have not on Windows."""
    if sys.platform == "win32":
        return _NAME
    return f"{_NAME}-{os.getuid()}"


def name_of(place: Path) -> str:
    """Give the name, a random one, by which a folder is told from those of other users and machines."""
    file = place / "name"
    with locks.held(place / "name.lock"):
        if not file.exists():
            write(file, uuid.uuid4().hex[:16])
        return file.read_text()


def write(file: Path, text: str) -> None:
    """Write a file so that nobody ever reads a part of the text, also where this process ends while it writes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{uuid.uuid4().hex}.unfinished")
    unfinished.touch(mode=0o600)
    unfinished.write_text(text, "utf-8", "backslashreplace")
    unfinished.replace(file)


def _require_own(place: Path) -> None:
    """Raise `UsageError` for a folder that another user has put there, or can write."""
    if sys.platform == "win32":
        return
    found = place.lstat()
    is_open = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or is_open:
        raise UsageError(
            f"{str(place)!r}, in which pytest's processes meet, is not a folder that only you can write. Remove it, or "
            "let XDG_CACHE_HOME name another one."
        )
