"""A command runs as a process of its own, and ends with all that it has started."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import process
from benchmarks.commands import Command
from benchmarks.process import CommandFailed, run


def shell(script: str) -> Command:
    return Command("shell", ("sh", "-c", script), {"ONE": "1"})


def test_figures_of_a_command() -> None:
    """Beside its time a run gives the figures that the command has written."""
    figures = run(shell('echo "{\\"memory\\": $ONE$TWO}" > "$BENCHMARK_FIGURES"'), {"TWO": "2"})
    assert list(figures) == ["time", "memory"]
    assert figures["memory"] == 12


def test_time_alone() -> None:
    """A command that writes no figures has a time."""
    assert list(run(shell("true"), {})) == ["time"]


def test_a_command_that_fails() -> None:
    """The error has the exit code, and what the command has said on both of its outputs."""
    with pytest.raises(CommandFailed, match=r"(?s)^shell ended with exit code 3: sh -c .*\none\ntwo\n$"):
        run(shell("echo one; echo two >&2; exit 3"), {})


@pytest.mark.parametrize("name", ["PYTEST_ADDOPTS", "PYTEST_DOCKER_REUSE", "PYTHONPATH", "PYTHONDEVMODE"])
def test_settings_of_this_process(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """What changes how pytest and Python run does not get to commands from outside."""
    monkeypatch.setenv(name, "1")
    run(shell(f'test -z "${name}"'), {})


def interrupt_when(ready: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupt whoever waits for a process, once, when a file is there."""
    wait = subprocess.Popen.wait

    def interrupted(self: subprocess.Popen[bytes], timeout: float | None = None) -> int:
        while not ready.exists():
            time.sleep(0.01)
        monkeypatch.setattr(subprocess.Popen, "wait", wait)
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess.Popen, "wait", interrupted)


def test_an_interrupt_ends_it_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, gone: Callable[[int], bool]) -> None:
    """An interrupt ends the command, and what that has started, also where these ignore it."""
    ready, pids, late = tmp_path / "ready", tmp_path / "pids", tmp_path / "late"
    interrupt_when(ready, monkeypatch)
    monkeypatch.setattr(process, "_GRACE", 0.1)
    with pytest.raises(KeyboardInterrupt):
        run(shell(f"trap '' INT; (sleep 20; touch '{late}') & echo $! $$ > '{pids}'; touch '{ready}'; wait"), {})
    assert not late.exists()
    assert [gone(int(pid)) for pid in pids.read_text().split()] == [True, True]


def test_time_to_tidy_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A command that is interrupted can tidy up before it ends."""
    ready, tidied = tmp_path / "ready", tmp_path / "tidied"
    interrupt_when(ready, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        run(shell(f"trap \"touch '{tidied}'; exit\" INT; touch '{ready}'; sleep 20 & wait"), {})
    assert tidied.exists()
