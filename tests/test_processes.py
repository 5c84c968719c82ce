"""Which process it is, and whether it is no more."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_docker_tools import processes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")

Process = subprocess.Popen[bytes]


@pytest.fixture
def process() -> Iterator[Process]:
    """A process that runs until it is killed."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as process:
        yield process
        process.kill()


def test_a_process_that_runs(process: Process) -> None:
    """It has not ended, and is told from others."""
    assert processes.has_ended(processes.identity(process.pid)) is False
    assert processes.has_ended(processes.identity()) is False
    assert processes.identity(process.pid) != processes.identity() == processes.identity(os.getpid())


def test_a_process_that_was_killed(process: Process) -> None:
    """It has ended, also while its parent has not asked how."""
    known = processes.identity(process.pid)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert processes.has_ended(known) is True
    process.wait()
    assert processes.has_ended(known) is True
    assert processes.identity(process.pid) == ""


def test_another_process_of_that_number() -> None:
    """What was started at another time is another process."""
    place, _, start = processes.identity().rpartition("/")
    assert processes.has_ended(f"{place}/{int(start) - 1}") is True


@pytest.mark.parametrize("part", [0, 1])
def test_a_process_of_elsewhere(part: int) -> None:
    """Of another boot or machine, and of another namespace of process ids, nothing is told."""
    parts = processes.identity().split("/")
    parts[part] = "1" + parts[part][1:] if not parts[part].startswith("1") else "2" + parts[part][1:]
    assert processes.has_ended("/".join(parts)) is None


@pytest.mark.parametrize("number", ["0", "-1", "x", "", "9" * 30, "1/2"])
def test_what_is_no_process(number: str) -> None:
    """Whatever a label says, it is not taken for a process that has ended, nor is anything raised."""
    boot, namespace, _, start = processes.identity().split("/")
    assert processes.has_ended(f"{boot}/{namespace}/{number}/{start}") is None
    assert processes.has_ended(number) is None


def test_the_process_of_another_user(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that may not be signalled runs; one whose start cannot be seen is not known to have ended."""
    known = processes.identity(process.pid)

    def refuse(*arguments: object) -> None:
        raise PermissionError("no")

    with monkeypatch.context() as context:
        context.setattr(os, "kill", refuse)
        assert processes.has_ended(known) is False
    read = Path.read_text

    def hidden(path: Path, *arguments: str) -> str:
        if path.name == "stat":
            raise FileNotFoundError(path)
        return read(path, *arguments)

    monkeypatch.setattr(Path, "read_text", hidden)
    assert processes.has_ended(known) is None


def test_without_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a system does not tell, nothing is told."""
    known = processes.identity()

    def missing(*arguments: object) -> str:
        raise FileNotFoundError("no /proc")

    monkeypatch.setattr(os, "readlink", missing)
    assert processes.identity() == ""
    assert processes.has_ended(known) is None
