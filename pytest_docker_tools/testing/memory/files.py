"""Files in memory: of an image, a container or a volume, taken out and put in as tar archives."""

from __future__ import annotations

import copy
import io
import posixpath
import shutil
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from ...exceptions import EngineError, NotFound

__tracebackhide__ = True

# What an engine itself makes in every container, and the folder that hardly an image is without.
FOLDERS = ("dev", "etc", "proc", "sys", "tmp")
# Names need not be UTF-8.
_NAMES: dict[str, Any] = {"encoding": "utf-8", "errors": "surrogateescape"}


@dataclass(frozen=True)
class Entry:
    """A file, folder or link: its tar header (whose name is not used) and its content."""

    header: tarfile.TarInfo
    content: bytes = b""


class FileTree:
    """Entries by path. A path is relative, with "" for the root; the folders above an entry are made with it."""

    def __init__(self, files: Mapping[str, bytes] | None = None, folders: Iterable[str] = ()) -> None:
        self.entries: dict[str, Entry] = {}
        self.add("", _folder())
        for folder in folders:
            self.add(relative(folder), _folder())
        for path, content in (files or {}).items():
            self.add(relative(path), _file(content))

    def add(self, path: str, entry: Entry) -> None:
        """Put an entry at a path, in place of what is there."""
        if path and posixpath.dirname(path) not in self.entries:
            self.add(posixpath.dirname(path), _folder())
        self.entries[path] = entry

    def is_empty(self) -> bool:
        """Say whether there is nothing but the root."""
        return len(self.entries) == 1

    def take(self, other: FileTree, path: str) -> None:
        """Copy what another tree has below a path to the root of this one."""
        for name, entry in other.below(relative(path)):
            self.add(name, entry)

    def below(self, path: str) -> Iterator[tuple[str, Entry]]:
        """Give the entry at a path and all below it, each with its path from there."""
        for name, entry in list(self.entries.items()):
            if name == path or not path or name.startswith(f"{path}/"):
                yield name[len(path) :].lstrip("/"), entry


@dataclass
class FileSystem:
    """What a container sees: its own tree, and the trees that are mounted into it, by destination."""

    root: FileTree
    mounts: dict[str, FileTree] = field(default_factory=dict)
    read_only: set[str] = field(default_factory=set)

    def pack(self, path: str, archive: IO[bytes]) -> None:
        """Write a path as a tar archive rooted at its last part, or at "." for a path that ends in "/."."""
        start = relative(path)
        members = sorted(self._view().below(start), key=lambda member: member[0])
        if not members:
            raise NotFound(f"Could not find the file {path}. Look at what is in the folder above it.")
        root = "." if path.endswith("/.") or not start else posixpath.basename(start)
        with tarfile.open(fileobj=archive, mode="w", **_NAMES) as packed:
            for name, entry in members:
                header = copy.copy(entry.header)
                header.name = posixpath.join(root, name) if name else root
                packed.addfile(header, io.BytesIO(entry.content))

    def unpack(self, path: str, archive: bytes | IO[bytes]) -> None:
        """Put the members of a tar archive, compressed or not, below an existing folder."""
        start = relative(path)
        target = self._view().entries.get(start)
        if target is None:
            raise NotFound(f"Could not find the file {path}. Make the folder first, or unpack into one above it.")
        if not target.header.isdir():
            raise EngineError(f"{path} is not a folder, so that no archive can be unpacked into it. Choose a folder.")
        for name, entry in list(_members(archive)):
            self._put(posixpath.normpath(posixpath.join(start, name)) if name else start, entry)

    def _put(self, path: str, entry: Entry) -> None:
        if path.split("/")[0] == "..":
            raise EngineError(f"The archive has a member that leads out of the folder: {path}. Rename it.")
        path = self._beyond_links("" if path == "." else path)
        destination, tree, inner = self._locate(path)
        if destination in self.read_only:
            raise EngineError(f"/{destination} is marked read-only. Unpack into a folder that is not.")
        _require_same_kind(path, tree.entries.get(inner), entry)
        tree.add(inner, entry)

    def _beyond_links(self, path: str) -> str:
        """Give a path without links on the way to its last part."""
        folder, name = posixpath.split(path)
        if not folder:
            return path
        folder = self._beyond_links(folder)
        _, tree, inner = self._locate(folder)
        header = tree.entries[inner].header if inner in tree.entries else _folder().header
        if header.issym():
            return self._beyond_links(relative(posixpath.join("/", posixpath.dirname(folder), header.linkname, name)))
        if not header.isdir():
            raise EngineError(f"open /{path}: not a directory. Choose a folder.")
        return posixpath.join(folder, name)

    def _locate(self, path: str) -> tuple[str, FileTree, str]:
        for destination in sorted(self.mounts, key=len, reverse=True):
            if path == destination or path.startswith(f"{destination}/"):
                return destination, self.mounts[destination], path[len(destination) :].lstrip("/")
        return "", self.root, path

    def _view(self) -> FileTree:
        view = FileTree()
        for path, entry in self.root.entries.items():
            if self._locate(path)[1] is self.root:
                view.add(path, entry)
        for destination in sorted(self.mounts, key=len):
            for path, entry in self.mounts[destination].below(""):
                view.add(posixpath.join(destination, path) if path else destination, entry)
        return view


def relative(path: str) -> str:
    """Give a path of a container as trees have it."""
    return posixpath.normpath("/" + path).strip("/")


def _require_same_kind(path: str, there: Entry | None, entry: Entry) -> None:
    if there and there.header.isdir() != entry.header.isdir() and (there.header.isdir() or there.header.isreg()):
        raise EngineError(f"cannot overwrite /{path}: of it and the archive's member, one is a folder. Rename it.")


def _folder() -> Entry:
    header = tarfile.TarInfo()
    header.type, header.mode = tarfile.DIRTYPE, 0o755
    return Entry(header)


def _file(content: bytes) -> Entry:
    header = tarfile.TarInfo()
    header.size = len(content)
    return Entry(header, content)


def _members(archive: bytes | IO[bytes]) -> Iterator[tuple[str, Entry]]:
    with tempfile.TemporaryFile() as file:
        # What it is copied from need not be a file that can be sought.
        shutil.copyfileobj(io.BytesIO(archive) if isinstance(archive, bytes) else archive, file)
        file.seek(0)
        try:
            with tarfile.open(fileobj=file, **_NAMES) as opened:
                for header in opened:
                    content = opened.extractfile(header) if header.isreg() or header.islnk() else None
                    data = content.read() if content else b""
                    yield posixpath.normpath(header.name).lstrip("/"), Entry(_unlinked(header, data), data)
        # The second and third for one more name of a file that is not there, or of a link to itself.
        except (tarfile.TarError, KeyError, RecursionError, OverflowError, ValueError) as error:
            raise EngineError(f"Error processing tar file: {error}. Give a tar archive.") from error


def _unlinked(header: tarfile.TarInfo, data: bytes) -> tarfile.TarInfo:
    """A hard link is one more file here, since entries know nothing of each other."""
    header = copy.copy(header)
    if header.islnk():
        header.type, header.size, header.linkname = tarfile.REGTYPE, len(data), ""
    return header
