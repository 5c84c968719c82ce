"""Tar archives, in which files go into containers and come out."""

from __future__ import annotations

import io
import posixpath
import tarfile
import time
from collections.abc import Mapping
from typing import IO

from .exceptions import UsageError

__tracebackhide__ = True

# So that a process that does not run as root can read what was put in.
_FILE_MODE, _FOLDER_MODE = 0o644, 0o755


def read(archive: IO[bytes]) -> dict[str, bytes | None]:
    """Give the content of each file of an archive, None for a folder or a link, by its name."""
    found: dict[str, bytes | None] = {}
    with tarfile.open(fileobj=archive, mode="r|*") as members:
        for member in members:
            content = members.extractfile(member) if member.isreg() else None
            found[member.name] = content.read() if content else None
    return found


def write(files: Mapping[str, bytes | str | None]) -> bytes:
    """Give an archive of {name: content}; None makes a folder. Folders on the way to a file are made.

    Raises `UsageError` for a name that leads out of the archive.
    """
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in _with_folders(files).items():
            _add(archive, name, content.encode() if isinstance(content, str) else content)
    return buffer.getvalue()


def _with_folders(files: Mapping[str, bytes | str | None]) -> dict[str, bytes | str | None]:
    if not isinstance(files, Mapping):
        raise UsageError(f"Files are given as a dict of names and contents, not as {type(files).__name__}.")
    entries: dict[str, bytes | str | None] = {}
    for name, content in files.items():
        if not isinstance(name, str):
            raise UsageError(f"The name of a file is a string, not {name!r}.")
        if not isinstance(content, (bytes, str, type(None))):
            raise UsageError(f"The content of {name!r} is a {type(content).__name__}; it can be bytes, str or None.")
        path = posixpath.normpath(name.lstrip("/"))
        if path.split("/")[0] in (".", ".."):
            raise UsageError(f"{name!r} is no name of a file below the folder that is to be filled.")
        parts = path.split("/")
        for depth in range(1, len(parts)):
            entries.setdefault("/".join(parts[:depth]), None)
        entries[path] = content
    return entries


def _add(archive: tarfile.TarFile, name: str, content: bytes | None) -> None:
    member = tarfile.TarInfo(name)
    member.mtime = int(time.time())
    member.type, member.mode = (tarfile.DIRTYPE, _FOLDER_MODE) if content is None else (tarfile.REGTYPE, _FILE_MODE)
    member.size = len(content or b"")
    archive.addfile(member, io.BytesIO(content or b""))
