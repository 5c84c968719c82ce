"""The program that waits for the end of a process of pytest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools import locks, watcher

from .conftest import is_soon

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked for in /proc")

# Stands for the library.
AFTERMATH = """
import json, selectors, subprocess, sys
from pathlib import Path

def remove_left(**left):
    assert hasattr(subprocess, 'Popen') and hasattr(selectors, 'DefaultSelector')
    Path(left['file']).write_text(json.dumps(left))
"""
Process = subprocess.Popen[bytes]


class Watched:
    """A process that is watched: the test itself, by a lock that it holds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = locks.held(folder / "presence")
        self.removed = folder / "removed"
        library = folder / "library" / "pytest_docker_tools"
        library.mkdir(parents=True)
        (library / "__init__.py").touch()
        (library / "aftermath.py").write_text(AFTERMATH)
        self.told: dict[str, Any] = {
            "presence": str(folder / "presence"),
            "path": [str(library.parent)],
            "left": {"file": str(self.removed), "a": 1},
        }
        self.started: list[Process] = []

    def watch(self) -> Process:
        """Start a watcher, and wait until it watches."""
        # Where these tests run, the real library may be installed.
        command = [sys.executable, "-I", "-S", watcher.__file__]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, cwd="/", start_new_session=True)
        self.started.append(process)
        assert process.stdin is not None
        process.stdin.write(json.dumps(self.told).encode() + b"\n")
        process.stdin.flush()
        assert process.wait(30) == 0
        return process

    def end(self, process: Process, words: bytes = b"") -> None:
        """Let this process end, and wait for the watcher's end."""
        assert process.stdin is not None
        process.stdin.write(words)
        process.stdin.flush()
        self.lock.release()
        assert is_soon(lambda: not members(process.pid), within=30)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    """A process that may be watched. What has watched it is ended."""
    watched = Watched(tmp_path)
    yield watched
    for process in watched.started:
        process.communicate()
        for pid in members(process.pid):
            os.kill(pid, 9)


def members(session: int) -> list[int]:
    """Give the processes of a session that run."""
    found = []
    for folder in Path("/proc").glob("[1-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[3] == str(session) and fields[0] != "Z":
            found.append(int(folder.name))
    return found


def test_a_process_that_is_killed(watched: Watched) -> None:
    """Nothing is done while it runs; when it is no more, what it has told is removed."""
    process = watched.watch()
    [pid] = members(process.pid)
    time.sleep(0.3)
    assert members(process.pid) == [pid]
    assert not watched.removed.exists()
    watched.end(process)
    assert json.loads(watched.removed.read_text()) == {**watched.told["left"], "is_patient": True}


def test_a_process_without_an_engine(watched: Watched) -> None:
    """Where it says that there was probably none, nobody waits for one."""
    watched.end(watched.watch(), watcher.ONCE)
    assert json.loads(watched.removed.read_text())["is_patient"] is False


def test_a_process_that_ends(watched: Watched) -> None:
    """Where it says that all is done, nothing is, and the watcher ends with it."""
    watched.end(watched.watch(), watcher.DONE)
    assert not watched.removed.exists()


def test_a_process_that_is_gone_before(watched: Watched) -> None:
    """Where others have removed its file, it is no more."""
    watched.lock.release(remove=True)
    watched.end(watched.watch())
    assert watched.removed.exists()


def test_a_process_whose_child_goes_on(watched: Watched) -> None:
    """What it has forked, and has the other end of the watcher's input, holds up nothing."""
    process = watched.watch()
    assert process.stdin is not None
    child = subprocess.Popen(["sleep", "60"], pass_fds=[process.stdin.fileno()])
    watched.end(process)
    child.kill()
    child.wait()
    assert watched.removed.exists()


def test_a_process_that_tells_nothing(watched: Watched) -> None:
    """One that is killed before it could tell anything has made nothing."""
    command = [sys.executable, "-I", watcher.__file__]
    assert subprocess.run(command, stdin=subprocess.DEVNULL, check=True, start_new_session=True).returncode == 0
    assert not watched.removed.exists()


@pytest.mark.parametrize("name", ["selectors", "subprocess", "site", "token"])
def test_a_project_with_names_of_python(watched: Watched, name: str) -> None:
    """What a project calls as a module of Python's is not taken for that."""
    project = watched.folder / "project"
    project.mkdir()
    (project / f"{name}.py").write_text("raise SystemExit('taken')")
    watched.told["path"].insert(0, str(project))
    watched.end(watched.watch())
    assert watched.removed.exists()


def test_a_library_that_lies_elsewhere(watched: Watched, write_path_file: Callable[[Path], Path]) -> None:
    """What a file of `site` leads to is found, as where the library is installed to be edited."""
    watched.told["path"] = [str(write_path_file(watched.folder / "library"))]
    watched.end(watched.watch())
    assert watched.removed.exists()


@pytest.fixture
def write_path_file(tmp_path: Path) -> Callable[[Path], Path]:
    """Make a folder of packages that leads to another folder."""

    def write(target: Path) -> Path:
        packages = tmp_path / "site-packages"
        packages.mkdir()
        (packages / "library.pth").write_text(f"{target}\n")
        return packages

    return write
