"""Which processes use a reusable resource at this moment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pytest_docker_tools import locks
from pytest_docker_tools.reuse import use

USES = """
import sys
from pathlib import Path
from pytest_docker_tools.reuse import use

own = use.begin(Path(sys.argv[1]), "key")
print(own.path.name, flush=True)
sys.stdin.read()
"""


def test_each_use_is_one_of_its_own(tmp_path: Path) -> None:
    """Two uses of one thing see each other until the other one is released, and none sees itself."""
    assert not use.others(tmp_path, "key")
    first = use.begin(tmp_path, "key")
    assert use.others(tmp_path, "key")
    assert not use.others(tmp_path, "key", first)
    second = use.begin(tmp_path, "key")
    assert use.others(tmp_path, "key", first)
    assert use.others(tmp_path, "key", second)
    first.release(remove=True)
    assert not use.others(tmp_path, "key", second)
    assert use.others(tmp_path, "key")
    second.release(remove=True)
    assert not use.others(tmp_path, "key")


def test_other_things_are_not_in_use(tmp_path: Path) -> None:
    """The use of one thing is none of another one."""
    own = use.begin(tmp_path, "key")
    assert not use.others(tmp_path, "other")
    own.release(remove=True)


def test_it_ends_with_its_process(tmp_path: Path) -> None:
    """What another process uses is in use until that one ends, in whichever way, and leaves nothing."""
    command = [sys.executable, "-c", USES, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert use.others(tmp_path, "key")
        process.kill()
        process.wait()
    assert not use.others(tmp_path, "key")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_who_looks_does_not_hinder_who_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A use begins although somebody who looks has the new file for a moment."""
    attempt, seen = locks.attempt, []

    def second_time(path: Path) -> locks.Lock | None:
        seen.append(path)
        return attempt(path) if len(seen) > 1 else None

    monkeypatch.setattr(locks, "attempt", second_time)
    own = use.begin(tmp_path, "key")
    assert own.path == seen[-1]
    assert len(seen) > 1
    own.release(remove=True)


def test_a_turn_is_another_file_for_each(tmp_path: Path) -> None:
    """Whose turn it is has nothing to do with other things, nor with who uses this one."""
    with locks.held(use.turn(tmp_path, "key")):
        assert locks.attempt(use.turn(tmp_path, "key")) is None
        assert not use.others(tmp_path, "key")
        with locks.held(use.turn(tmp_path, "other")):
            own = use.begin(tmp_path, "key")
            own.release(remove=True)
