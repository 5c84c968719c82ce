"""The one command: what it runs how often, and what it leaves behind."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from benchmarks import engine, environments, process
from benchmarks.__main__ import main
from benchmarks.commands import Command
from benchmarks.figures import Figures
from benchmarks.process import CommandFailed


class Machine:
    """Takes the place of processes and of the engine. `work` is what a command does, with the containers there are."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.there: set[str] = set()
        self.work: Callable[[Command, set[str]], object] = lambda command, there: None

    def run(self, command: Command, env: Mapping[str, str]) -> Figures:
        self.ran.append(command.name)
        self.work(command, self.there)
        return {"time": float(len(self.ran))}

    def remove(self, run: str) -> int:
        count = len(self.there)
        self.there.clear()
        return count


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """A machine on which nothing runs."""
    machine = Machine()
    monkeypatch.setattr(process, "run", machine.run)
    monkeypatch.setattr(engine, "remove", machine.remove)
    monkeypatch.setattr(engine, "containers", lambda run: set(machine.there))
    monkeypatch.setattr(engine, "description", lambda: "no engine")
    monkeypatch.setattr(environments, "make", lambda: dict.fromkeys(("ours", "reference", "bare"), Path()))
    handler = signal.getsignal(signal.SIGTERM)
    yield machine
    signal.signal(signal.SIGTERM, handler)


def test_the_first_round_does_not_count(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command runs once before the rounds, and that is in no table."""
    assert main(["services", "--rounds", "1", "--backend", "docker-cli"]) == 0
    assert machine.ran == ["docker-cli", "reference", "shell"] * 2
    assert "| docker-cli | 4.00 s | 4.00 to 4.00 | 0.80 | 0.67 <= 1.1 |\n" in capsys.readouterr().out


def test_short_commands_run_more_often(machine: Machine) -> None:
    """A round of start-up is five rounds, and what was not asked for does not run."""
    main(["start-up", "--rounds", "2", "--backend", "docker-py"])
    assert sorted(machine.ran) == ["bare pytest"] * 11 + ["docker-py"] * 11 + ["reference"] * 11


def test_what_a_command_leaves(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    """What a command has left is removed before the next one runs, and told."""
    seen: list[set[str]] = []

    def leave(command: Command, there: set[str]) -> None:
        seen.append(set(there))
        there.add(command.name)

    machine.work = leave
    assert main(["workers", "--rounds", "1", "--backend", "docker-py"]) == 0
    assert seen == [set()] * 4
    assert "workers: reference has left 1 containers, which are removed now\n" in capsys.readouterr().err


def test_what_is_kept(machine: Machine) -> None:
    """What is to be used again stays while the scenario runs, and no longer."""
    seen: list[set[str]] = []

    def keep(command: Command, there: set[str]) -> None:
        there.add(command.name)
        seen.append(set(there))

    machine.work = keep
    assert main(["reuse", "--rounds", "1", "--backend", "docker-py"]) == 0
    assert seen == [{"docker-py"}, *[{"docker-py", "reference"}] * 3]
    assert machine.there == set()


def test_what_was_not_used_again(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    """A time for reuse is not shown where containers were made anew."""
    machine.work = lambda command, there: there.add(f"{command.name} {len(machine.ran)}")
    assert main(["reuse", "--rounds", "1"]) == 1
    printed = capsys.readouterr()
    assert "reuse: containers that were to be used again were made anew." in printed.err
    assert "| docker-py |" not in printed.out
    assert machine.there == set()


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt(), 130), (CommandFailed("It was so."), 1)])
def test_the_end_in_the_middle(
    machine: Machine, error: BaseException, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing stays on the engine when a command is interrupted, or fails, and the error is told."""

    def fail(command: Command, there: set[str]) -> None:
        there.add("left")
        raise error

    machine.work = fail
    assert main(["ports"]) == code
    assert machine.there == set()
    assert capsys.readouterr().err == "".join(f"{text}\n" for text in error.args)


def test_being_ended(machine: Machine) -> None:
    """A SIGTERM is as an interrupt."""
    machine.work = lambda command, there: signal.raise_signal(signal.SIGTERM)
    assert main(["ports"]) == 130


def test_all_scenarios(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    """Without arguments everything runs, and the last line tells of docker-py as a whole."""
    assert main([]) == 0
    printed = capsys.readouterr().out
    assert printed.count("## ") == 7
    assert printed.splitlines()[-1].startswith("docker-py / reference: at most 1 in ")
