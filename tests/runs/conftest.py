"""What the tests of runs share: where they meet, and which files they have there."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_docker_tools import locks

ID, OTHER_ID = "0" * 32, "1" * 32


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder to meet in."""
    return tmp_path / "meeting"


@pytest.fixture(autouse=True)
def nothing_held() -> Iterator[None]:
    """Release, after a test, what it still has."""
    yield
    for lock in [*locks._LOCKS]:
        lock.release()


def files(folder: Path) -> list[str]:
    """Give what is in a folder, and in those in it."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def kill(process: subprocess.Popen[str]) -> None:
    """Kill a process, and wait for its end."""
    process.kill()
    process.communicate()
