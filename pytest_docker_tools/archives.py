"""Tar archives, in which files go into containers and come out."""

from __future__ import annotations

import io
import os
import posixpath
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from .contexts import contextmanager
from .exceptions import EngineError
from .files import Entries, Entry

__tracebackhide__ = True

# What tarfile raises for what is no archive, or only the beginning of one.
_UNREADABLE = (tarfile.TarError, OverflowError, ValueError)
_FILE_MODE, _PROGRAM_MODE, _FOLDER_MODE = 0o644, 0o755, 0o755


@contextmanager
def packed(entries: Entries) -> Iterator[IO[bytes]]:
    """Give an archive of what `files.entries` gave, in a file on disk, as it may be large.

    It has no folder on the way to a file: one that is there would get another mode and owner. Engines make the others.
    """
    with tempfile.TemporaryFile() as archive:
        # In this format names are any bytes, of any length.
        with tarfile.open(
            fileobj=archive, mode="w", format=tarfile.GNU_FORMAT, encoding="utf-8", errors="surrogateescape"
        ) as members:
            for name, entry in entries.items():
                _add(members, name, entry)
        archive.seek(0)
        yield archive


def _add(members: tarfile.TarFile, name: str, entry: Entry) -> None:
    member = tarfile.TarInfo(name)
    member.mtime = int(time.time())
    if entry.is_folder:
        member.type, member.mode = tarfile.DIRTYPE, _FOLDER_MODE
    elif entry.target is not None:
        member.type, member.linkname = tarfile.SYMTYPE, entry.target
    else:
        member.mode = _PROGRAM_MODE if entry.executable else _FILE_MODE
    with _opened(entry.source or b"") as content:
        member.size = content.seek(0, os.SEEK_END)
        content.seek(0)
        members.addfile(member, content)


def _opened(source: bytes | str | Path) -> IO[bytes]:
    if isinstance(source, Path):
        return source.open("rb")
    return io.BytesIO(source.encode() if isinstance(source, str) else source)


def is_file(archive: IO[bytes]) -> bool:
    """Say whether an archive is one of a file, and not of a folder or a link. Raises `EngineError` for what is none."""
    return _first(archive).isreg()


def target(archive: IO[bytes]) -> str | None:
    """Give what a link leads to, None for an archive of anything else. Raises `EngineError` for what is none."""
    first = _first(archive)
    return first.linkname if first.issym() else None


def _first(archive: IO[bytes]) -> tarfile.TarInfo:
    with _read(archive) as members:
        first = members.next()
        if first is None:
            raise tarfile.ReadError("there is nothing in it")
    archive.seek(0)
    return first


@contextmanager
def _read(archive: IO[bytes]) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(fileobj=archive, mode="r:", encoding="utf-8", errors="surrogateescape") as members:
            yield members
    except _UNREADABLE as error:
        raise EngineError(
            f"The engine gave an archive that cannot be read: {error}. Try it again; if it stays so, see what the "
            "'cp' command of the engine's own client makes of that path."
        ) from None


def read(archive: IO[bytes], root: str) -> dict[str, bytes | None]:
    """Give the content of each file of an archive, None for a folder or a link, by its name.

    `root` is put in place of the first part of names, which is "" for the archive of "/". Raises `EngineError` for what
    is no archive.
    """
    # Not every engine has the root in an archive of all that is in it.
    found: dict[str, bytes | None] = {} if root else {"/": None}
    with _read(archive) as members:
        for member in members:
            name = _renamed(member.name, root)
            if member.islnk():
                # One more name of a file that has been read.
                other = _renamed(member.linkname, root)
                if other not in found:
                    raise tarfile.ReadError(f"{name!r} is one more name of {other!r}, which is not in it")
                found[name] = found[other]
            else:
                content = members.extractfile(member) if member.isreg() else None
                found[name] = content.read() if content else None
    return found


def _renamed(name: str, root: str) -> str:
    if not root:
        # Some begin with "./".
        return posixpath.normpath("/" + name.lstrip("/"))
    _, slash, below = name.partition("/")
    return f"{root}{slash}{below}"
