"""What is put into volumes and containers: files by their paths.

They are written as {path: content}. Content is bytes, a str (stored as UTF-8), None for an empty folder, or a
`pathlib.Path` (any `os.PathLike`) of a file or a folder on disk. A folder goes with everything below it, in which links
stay links; {"/": Path("folder")} is what is in it, without the folder itself.

All of it belongs to root and can be read by everybody, whatever the umask and the modes on disk: folders have the mode
0755, files 0644, or 0755 where their owner may execute them on disk. A folder that is there already stays as it is.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeAlias

from .exceptions import UsageError

__tracebackhide__ = True

Content: TypeAlias = bytes | str | os.PathLike[str] | None

# Gives where a path on disk is looked for.
Places: TypeAlias = Callable[[os.PathLike[str]], list[Path]]

_PIECE = 1024 * 1024


@dataclass(frozen=True)
class Entry:
    """A file, whose `source` is its content or a place on disk, an empty folder (None), or a link to a `target`."""

    source: bytes | str | Path | None = field(default=None, repr=False)
    executable: bool = False
    target: str | None = None

    @property
    def is_folder(self) -> bool:
        """Whether it is an empty folder."""
        return self.source is None and self.target is None


Entries: TypeAlias = Mapping[str, Entry]


def entries(files: Mapping[str, Content], places: Places) -> dict[str, Entry]:
    """Give what is to be put below a folder, by relative path.

    A folder that has something in it is not among them. Raises `UsageError` for what has no meaning, and what is not on
    disk.
    """
    if not isinstance(files, Mapping):
        raise UsageError(f"Files are given as a dict of names and contents, not as {type(files).__name__}.")
    found: dict[str, Entry] = {}
    for name, content in files.items():
        found.update(_entries(name, content, places))
    _require_one_meaning(found)
    above = {parent for name in found for parent in _parents(name)}
    return {name: entry for name, entry in found.items() if name and name not in above}


def nowhere(places: Iterable[Path]) -> str:
    """Say where something was looked for in vain: "there is no /a/x and no /b/x"."""
    return "there is no " + " and no ".join(str(place) for place in dict.fromkeys(places))


def comparable(entries: Entries) -> dict[str, list[str | bool | None]]:
    """Give what tells these from others, and is the same wherever they are on disk."""
    return {name: [_digest(entry.source), entry.executable, entry.target] for name, entry in entries.items()}


def _entries(name: str, content: Content, places: Places) -> Iterator[tuple[str, Entry]]:
    path = _relative(name)
    if isinstance(content, os.PathLike):
        place = _place(name, places(content))
        if path or place.is_dir():
            yield from _on_disk(path, place)
            return
    elif content is not None and not isinstance(content, (bytes, str)):
        kind = type(content).__name__
        raise UsageError(f"The content of {name!r} is a {kind}; it can be bytes, str, None or a pathlib.Path.")
    elif isinstance(content, str) and not _is_text(content):
        raise UsageError(f"The content of {name!r} has half of a surrogate pair, which is no text: give it as bytes.")
    elif path:
        yield path, Entry(content)
        return
    raise UsageError(f"{name!r} is no name of a file below the folder that is to be filled.")


def _relative(name: str) -> str:
    """Give a name as it is below the folder, "" for the folder itself."""
    if not isinstance(name, str):
        raise UsageError(f"The name of a file is a string, not {name!r}.")
    path = posixpath.normpath(name.lstrip("/"))
    if path.split("/")[0] == ".." or "\0" in path or not _is_text(path, "surrogateescape"):
        raise UsageError(f"{name!r} is no name of a file below the folder that is to be filled.")
    return "" if path == "." else path


def _is_text(text: str, errors: str = "strict") -> bool:
    """Say whether a text can be written as UTF-8; names may have bytes in them that are none (surrogateescape)."""
    try:
        text.encode(errors=errors)
    except UnicodeEncodeError:
        return False
    return True


def _place(name: str, places: list[Path]) -> Path:
    for place in places:
        if place.exists():
            # A link that was named itself stands for what it leads to.
            return place.resolve()
    raise UsageError(f"{name!r} is to be copied from disk, but {nowhere(places)}.")


def _on_disk(name: str, place: Path) -> Iterator[tuple[str, Entry]]:
    mode = place.lstat().st_mode
    if stat.S_ISLNK(mode):
        yield name, Entry(target=os.readlink(place))
    elif stat.S_ISDIR(mode):
        yield name, Entry()
        for child in sorted(place.iterdir()):
            yield from _on_disk(posixpath.join(name, child.name), child)
    elif stat.S_ISREG(mode):
        yield name, Entry(place, executable=bool(mode & stat.S_IXUSR))
    else:
        raise UsageError(f"{str(place)!r} is to be copied, but is no file, folder or link.")


def _require_one_meaning(found: Entries) -> None:
    for name in found:
        for parent in _parents(name):
            if parent in found and not found[parent].is_folder:
                raise UsageError(f"{parent!r} cannot be a file and have {name!r} in it.")


def _parents(name: str) -> Iterator[str]:
    while name := posixpath.dirname(name):
        yield name


def _digest(source: bytes | str | Path | None) -> str | None:
    if source is None:
        return None
    if not isinstance(source, Path):
        return hashlib.sha256(source.encode() if isinstance(source, str) else source).hexdigest()
    digest = hashlib.sha256()
    with source.open("rb") as file:
        for piece in iter(partial(file.read, _PIECE), b""):
            digest.update(piece)
    return digest.hexdigest()
