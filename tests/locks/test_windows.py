"""Locks on Windows, with its rules for files played on any system."""

from __future__ import annotations

import errno
import os
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

from pytest_docker_tools import locks
from pytest_docker_tools.exceptions import UsageError

from .conftest import during_open, is_free


class Windows(ModuleType):
    """The files and locks of Windows: a region belongs to who opened the file, and what is open cannot be removed.

    As documented, a lock goes from where the file is read for a number of bytes, also beyond its end, is refused with
    EACCES where there is one already, and is to be released before the file is closed, by the same region.
    """

    LK_UNLCK, LK_LOCK, LK_NBLCK = range(3)

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__("msvcrt")
        self.opened: dict[int, tuple[int, int]] = {}
        self.locked: dict[int, tuple[int, int]] = {}
        self.really_open, self.really_close, self.really_unlink = os.open, os.close, Path.unlink
        monkeypatch.setattr(os, "open", self.open)
        monkeypatch.setattr(os, "close", self.close)
        monkeypatch.setattr(os.path, "samestat", self.samestat)
        monkeypatch.setattr(Path, "unlink", lambda path, missing_ok=False: self.unlink(path))
        monkeypatch.delattr(os, "getuid")
        monkeypatch.setattr(sys, "platform", "win32")
        monkeypatch.setitem(sys.modules, "msvcrt", self)
        monkeypatch.setitem(sys.modules, "fcntl", None)

    def open(self, path: Path, flags: int, mode: int = 0o777) -> int:
        descriptor = self.really_open(path, flags, mode)
        self.opened[descriptor] = self.number(path)
        return descriptor

    def close(self, descriptor: int) -> None:
        assert descriptor not in self.locked, "closed while it was locked"
        del self.opened[descriptor]
        self.really_close(descriptor)

    def samestat(self, *found: os.stat_result) -> bool:
        # Python 3.12.0 has no result of os.fstat on FAT32.
        raise OSError(errno.EINVAL, "The parameter is incorrect")

    def unlink(self, path: Path) -> None:
        if self.number(path) in self.opened.values():
            raise PermissionError(errno.EACCES, "The process cannot access the file", str(path))
        self.really_unlink(path)

    def number(self, path: Path) -> tuple[int, int]:
        found = path.stat()
        return found.st_dev, found.st_ino

    def locking(self, descriptor: int, mode: int, count: int) -> None:
        region = os.lseek(descriptor, 0, os.SEEK_CUR), count
        if mode == self.LK_UNLCK:
            if self.locked.pop(descriptor, None) != region:
                raise PermissionError(errno.EACCES, "Permission denied")
            return
        assert mode == self.LK_NBLCK, "this one would wait for ten seconds"
        same = [other for other in self.locked if self.opened[other] == self.opened[descriptor]]
        if same:
            raise PermissionError(errno.EACCES, "Permission denied")
        self.locked[descriptor] = region


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> Windows:
    """Files and locks as on Windows, without fcntl."""
    return Windows(monkeypatch)


def test_one_holder_on_windows(windows: Windows, file: Path) -> None:
    """On Windows, too, a file has one holder, and stays where it is not to be removed."""
    lock = locks.attempt(file)
    assert lock
    assert not is_free(file)
    lock.release()
    assert file.exists()
    assert is_free(file)
    assert not windows.opened


def test_removal_on_windows(windows: Windows, file: Path) -> None:
    """A file is removed there after it was closed, and stays where somebody else has opened it by then."""
    locks.held(file).release(remove=True)
    assert not file.exists()
    lock = locks.held(file)
    other = os.open(file, os.O_RDWR)
    lock.release(remove=True)
    assert file.exists()
    os.close(other)
    assert locks.holders(file.parent) == []
    assert not file.parent.exists()
    assert not windows.opened


def test_holders_on_windows(windows: Windows, file: Path) -> None:
    """Of the files in a folder, those are given there as well that a process holds."""
    lock = locks.held(file)
    locks.held(file.with_name("left")).release()
    assert locks.holders(file.parent) == [file]
    assert list(file.parent.iterdir()) == [file]
    lock.release(remove=True)
    assert locks.holders(file.parent) == []
    assert not windows.opened


@pytest.mark.parametrize("number", [errno.EACCES, errno.EDEADLK])
def test_a_file_that_is_being_removed_on_windows(
    windows: Windows, monkeypatch: pytest.MonkeyPatch, file: Path, number: int
) -> None:
    """What cannot be opened there as somebody else removes it is waited for."""

    def deny() -> None:
        raise OSError(number, "Permission denied")

    pauses = list[float]()
    monkeypatch.setattr(time, "sleep", pauses.append)
    during_open(monkeypatch, lambda: None, deny, deny, after=False)
    file.parent.mkdir(parents=True)
    lock = locks.held(file.with_name("other"))
    lock.release()
    locks.held(file).release()
    assert len(pauses) == 2
    assert windows.locked == {}


def test_no_locks_on_windows(windows: Windows, monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """Where files cannot be locked there, that is one sentence with what to do."""

    def locking(descriptor: int, mode: int, count: int) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(windows, "locking", locking)
    with pytest.raises(UsageError, match="cannot be locked: Invalid argument"):
        locks.attempt(file)
    assert not windows.opened
