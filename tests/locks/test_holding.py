"""A lock has one holder, for whom others wait; what cannot be locked is told."""

from __future__ import annotations

import errno
import os
import threading
import time
from pathlib import Path

import pytest

from pytest_docker_tools import locks
from pytest_docker_tools.exceptions import UsageError

from .conftest import is_free


def test_one_holder(file: Path) -> None:
    """What was locked once cannot be locked again, by the same process either, until it is released."""
    lock = locks.attempt(file)
    assert lock
    assert locks.attempt(file) is None
    assert file.stat().st_mode & 0o777 == 0o600
    lock.release()
    assert file.exists()
    assert is_free(file)


def test_removal(file: Path) -> None:
    """A lock may take its file along, and to release it twice does nothing to who has it then."""
    first = locks.held(file)
    first.release(remove=True)
    assert not file.exists()
    second = locks.held(file)
    first.release(remove=True)
    assert file.exists()
    assert not is_free(file)
    second.release()


def test_threads_take_turns(file: Path) -> None:
    """Of the threads of one process, one has the lock at a time."""
    inside, seen = [0], []

    def work() -> None:
        for _ in range(20):
            with locks.held(file):
                inside[0] += 1
                time.sleep(0)
                seen.append(inside[0])
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [1] * 80


def test_held_waits(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """Who wants a lock waits for it, in pauses that grow to a tenth of a second, and lets it go when it is done."""
    other, pauses = locks.held(file), list[float]()

    def sleep(seconds: float) -> None:
        pauses.append(round(seconds, 3))
        if len(pauses) == 20:
            other.release()

    monkeypatch.setattr(time, "sleep", sleep)
    with locks.held(file):
        assert not is_free(file)
    assert file.exists()
    assert is_free(file)
    assert len(pauses) == 20
    assert pauses == sorted(pauses)
    assert (pauses[0] < 0.01, pauses[-1]) == (True, 0.1)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_held_lets_go_on_errors(file: Path, error: type[BaseException]) -> None:
    """Whatever ends what is done with a lock, others have it then."""
    with pytest.raises(error), locks.held(file):
        raise error
    assert is_free(file)


def test_a_file_system_without_locks(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """Where files cannot be locked, that is one sentence with what to do, and no file stays open."""
    fcntl = pytest.importorskip("fcntl", reason="Windows locks files by other means.")

    def flock(descriptor: int, operation: int) -> None:
        opened.append(descriptor)
        raise OSError(errno.ENOLCK, "No locks available")

    opened = list[int]()
    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(UsageError, match=r"another/file' cannot be locked: No locks available\. Let XDG_CACHE_HOME"):
        locks.attempt(file)
    [descriptor] = opened
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_a_file_that_cannot_be_opened(file: Path) -> None:
    """What cannot be opened as a file, or made, is one sentence with what to do."""
    file.mkdir(parents=True)
    with pytest.raises(UsageError, match="cannot be locked: Is a directory"):
        locks.attempt(file)
    (file / "file").touch()
    with pytest.raises(UsageError, match="cannot be locked: Not a directory"):
        locks.attempt(file / "file" / "folder" / "it")


def test_a_folder_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """A disk that is full is one sentence with what to do."""

    def mkdir(self: Path, **options: bool) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", mkdir)
    with pytest.raises(UsageError, match="cannot be locked: No space left on device"):
        locks.attempt(file)
