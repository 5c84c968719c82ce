"""What the tests of locks share: a file, processes that hold it, and what happens while a file is opened."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pytest_docker_tools import locks

HEADER = "import os, subprocess, sys, time\nfrom pathlib import Path\nfrom pytest_docker_tools import locks\n"
HEADER += "path = Path(sys.argv[1])\n"
HOLD = "lock = locks.held(path)\n"
SAY = "print('ready', flush=True)\n"
WAIT = "sys.stdin.readline()\n"

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a process that runs code with `path`, and wait until it says that it is ready."""
    with contextlib.ExitStack() as started:

        def start(code: str, path: Path = tmp_path / "file") -> subprocess.Popen[str]:
            command = [sys.executable, "-c", HEADER + code, str(path)]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            started.enter_context(process)
            started.callback(process.kill)
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
            return process

        yield start


@pytest.fixture(autouse=True)
def nothing_held() -> Iterator[None]:
    """Release, after a test, what it still has."""
    yield
    for lock in [*locks._LOCKS]:
        lock.release()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file that is to be locked, in folders that are not there yet."""
    return tmp_path / "a folder" / "another" / "file"


def is_free(path: Path) -> bool:
    """Tell whether a file can be locked."""
    lock = locks.attempt(path)
    if lock:
        lock.release()
    return lock is not None


def during_open(monkeypatch: pytest.MonkeyPatch, *steps: Callable[[], object], after: bool = True) -> None:
    """Do one step after, or before, each of the next files are opened."""
    rest, really_open = list(steps), os.open

    def open(*arguments: object) -> int:
        step = rest.pop(0) if rest else lambda: None
        if not after:
            step()
        descriptor = really_open(*arguments)  # type: ignore[arg-type]
        if after:
            step()
        return descriptor

    monkeypatch.setattr(os, "open", open)
