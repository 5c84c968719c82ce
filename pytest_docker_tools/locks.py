"""Locks on files, by which processes of one machine take turns, and see which of them are alive.

The operating system takes a lock from a process that ends, in whichever way it does.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from pathlib import Path

from .exceptions import UsageError
from .tasks import pause, run

__tracebackhide__ = True

_FIRST_PAUSE = 0.005
_LONGEST_PAUSE = 0.1


class Lock:
    """A lock that this process, and no child that it forks, holds on a file until it is released.

    As a context it is released at the end.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor
        _LOCKS.add(self)

    def release(self, *, remove: bool = False) -> None:
        """Let others have it, and, with `remove`, remove the file. Idempotent."""
        if self not in _LOCKS:
            return
        _LOCKS.remove(self)
        if remove:
            # Once it is unlocked, the file may be somebody else's.
            self._remove()
        _unlock(self._descriptor)
        os.close(self._descriptor)
        if remove and sys.platform == "win32":
            # What is open could not be removed there.
            self._remove()

    def __enter__(self) -> None: ...

    def __exit__(self, *error: object) -> None:
        self.release()

    def _remove(self) -> None:
        # On Windows, who has opened it in the meantime removes it.
        with contextlib.suppress(OSError):
            self.path.unlink()


_LOCKS: set[Lock] = set()


def _disown_all() -> None:
    for lock in _LOCKS:
        os.close(lock._descriptor)
    _LOCKS.clear()


if hasattr(os, "register_at_fork"):
    # What a child has open as well, a server that outlives a killed run for instance, would stay locked.
    os.register_at_fork(after_in_child=_disown_all)


def attempt(path: Path) -> Lock | None:
    """Lock a file, which is made with its folders if need be. None where somebody else has it.

    Raises `UsageError` where there can be no lock.
    """
    while True:
        try:
            return _attempt(path, os.O_CREAT)
        except FileNotFoundError:
            _make_folder(path)


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except (FileNotFoundError, FileExistsError):
        # Other processes are making the same folders, or removing them as nothing is in them.
        pass
    except OSError as error:
        raise _refusal(path, error) from None


async def taken(path: Path) -> Lock:
    """Lock a file, which is made with its folders if need be. Waits for as long as somebody else has it.

    Other work of this process goes on meanwhile: it may be what somebody who has this file waits for.
    """
    seconds = _FIRST_PAUSE
    while (lock := attempt(path)) is None:
        await pause(seconds)
        seconds = min(seconds * 1.5, _LONGEST_PAUSE)
    return lock


def held(path: Path) -> Lock:
    """Lock a file as `taken` does, while nothing else goes on."""
    return run(taken(path))


def holders(folder: Path) -> list[Path]:
    """Give the files of a folder that a process holds. Files of processes that are gone are removed, and so is a folder
    without others.
    """
    found = [path for path in _files(folder) if _is_held(path)]
    # With anything in it, it stays.
    with contextlib.suppress(OSError):
        folder.rmdir()
    return found


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_file())
    except FileNotFoundError:
        return []


def _is_held(path: Path) -> bool:
    try:
        lock = _attempt(path)
    except FileNotFoundError:
        return False
    if lock is not None:
        lock.release(remove=True)
    return lock is None


def _attempt(path: Path, flags: int = 0) -> Lock | None:
    """Lock a file, None where somebody else has it. Raises `FileNotFoundError` where it is not, or no longer, there."""
    with contextlib.ExitStack() as unless_locked:
        try:
            descriptor = os.open(path, os.O_RDWR | flags, 0o600)
            unless_locked.callback(os.close, descriptor)
            _lock(descriptor)
            _require_at(path, descriptor)
        except FileNotFoundError:
            raise
        except OSError as error:
            if _is_taken(error):
                return None
            raise _refusal(path, error) from None
        unless_locked.pop_all()
        return Lock(path, descriptor)


def _refusal(path: Path, error: OSError) -> UsageError:
    return UsageError(
        f"pytest's processes take turns by locks on files, and {str(path)!r} cannot be locked: {error.strerror}. Let "
        "XDG_CACHE_HOME name a folder, on a disk of this machine, that you can write."
    )


def _require_at(path: Path, descriptor: int) -> None:
    """Raise `FileNotFoundError` where another process has removed the file after it was opened."""
    # What is open cannot be removed on Windows, where os.fstat fails for some file systems and versions of Python.
    if sys.platform != "win32" and not os.path.samestat(os.fstat(descriptor), path.stat()):
        raise FileNotFoundError(path)


def _is_taken(error: OSError) -> bool:
    if sys.platform == "win32":
        # Also a file that somebody is removing cannot be opened there.
        return error.errno in (errno.EACCES, errno.EDEADLK)
    return error.errno == errno.EAGAIN


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        # From where the file is read, which is its start. There may be nothing yet.
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _unlock(descriptor: int) -> None:
    # Closing the file is not enough on Windows, nor while a child that another thread has just forked has it open.
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_UN)
