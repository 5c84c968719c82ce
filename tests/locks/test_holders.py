"""Which files in a folder a process holds, also while others come and go."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pytest_docker_tools import locks

from .conftest import HOLD, SAY, WAIT, Start, during_open, is_free


def test_holders(start: Start, file: Path) -> None:
    """Of the files in a folder, those are given that a process holds. The others are removed; a folder in it stays."""
    folder = file.parent
    (folder / "folder").mkdir(parents=True)
    start(HOLD + SAY + WAIT, folder / "theirs")
    mine = locks.held(folder / "mine")
    killed = start(HOLD + SAY + WAIT, folder / "killed")
    killed.kill()
    killed.wait()
    (folder / "left").touch()
    for _ in range(2):
        assert locks.holders(folder) == [folder / "mine", folder / "theirs"]
        assert sorted(folder.iterdir()) == [folder / "folder", folder / "mine", folder / "theirs"]
    mine.release()


def test_holders_of_an_empty_folder(file: Path) -> None:
    """A folder without holders is removed, and there are none in a folder that is not there."""
    locks.held(file).release()
    assert locks.holders(file.parent) == []
    assert not file.parent.exists()
    assert locks.holders(file.parent) == []
    assert not file.parent.exists()


def test_a_holder_that_ends_during_the_look(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """A file that vanishes with its folder in between has no holder, and nothing is made anew."""
    lock = locks.held(file)

    def end() -> None:
        lock.release(remove=True)
        file.parent.rmdir()
        file.parent.parent.rmdir()

    during_open(monkeypatch, end, after=False)
    assert locks.holders(file.parent) == []
    assert not file.parent.parent.exists()


def test_a_holder_that_comes_during_the_look(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """A folder into which a file comes in between stays."""
    left, come = file.with_name("left"), list[locks.Lock]()
    locks.held(left).release()
    during_open(monkeypatch, lambda: come.append(locks.held(file)))
    assert locks.holders(file.parent) == []
    assert not left.exists()
    assert not is_free(file)
    assert locks.holders(file.parent) == [file]


def test_a_new_file_that_is_taken_for_one_that_was_left(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """Who looks at a new file before it is locked has it for a moment, and its owner has it then."""
    looking = list[locks.Lock]()

    def look() -> None:
        looking.append(locks.held(file))

    def sleep(seconds: float) -> None:
        looking.pop().release(remove=True)

    monkeypatch.setattr(time, "sleep", sleep)
    during_open(monkeypatch, look)
    lock = locks.held(file)
    assert not looking
    assert locks.holders(file.parent) == [file]
    lock.release()
