"""Files and folders that other processes remove, or replace, while one is to be locked."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_docker_tools import locks

from .conftest import during_open, is_free


def test_a_file_that_is_removed_when_it_was_opened(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """Who has opened a file that its holder then removes locks a new one, which others see."""
    first = locks.held(file)
    during_open(monkeypatch, lambda: first.release(remove=True))
    second = locks.attempt(file)
    assert second
    assert file.exists()
    assert not is_free(file)


def test_a_file_that_is_replaced_when_it_was_opened(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """Who has opened a file in place of which another process then holds a new one does not have the lock."""
    first, others = locks.held(file), list[locks.Lock]()

    def replace() -> None:
        first.release(remove=True)
        others.append(locks.held(file))

    during_open(monkeypatch, replace)
    assert locks.attempt(file) is None
    assert len(others) == 1


def test_a_file_goes_before_its_lock(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """A file that is removed is removed before another process can lock it."""
    lock, seen = locks.held(file), list[bool]()
    really_unlock = locks._unlock

    def unlock(descriptor: int) -> None:
        seen.append(file.exists())
        really_unlock(descriptor)

    monkeypatch.setattr(locks, "_unlock", unlock)
    lock.release(remove=True)
    assert seen == [False]


def test_folders_that_vanish(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """Folders that another process removes before the file is in them are made again."""
    file.parent.mkdir(parents=True)

    def remove_folders() -> None:
        file.parent.rmdir()
        file.parent.parent.rmdir()

    during_open(monkeypatch, remove_folders, after=False)
    lock = locks.attempt(file)
    assert lock
    assert file.exists()


@pytest.mark.parametrize("error", [FileNotFoundError, FileExistsError])
def test_folders_that_vanish_while_they_are_made(
    monkeypatch: pytest.MonkeyPatch, file: Path, error: type[OSError]
) -> None:
    """Where another process makes and removes the same folders at the same time, they are made again."""
    really_make, failures = Path.mkdir, [error()]

    def mkdir(self: Path, mode: int = 0o777, parents: bool = False, exist_ok: bool = False) -> None:
        if failures:
            raise failures.pop()
        really_make(self, mode, parents, exist_ok)

    monkeypatch.setattr(Path, "mkdir", mkdir)
    assert locks.attempt(file)
