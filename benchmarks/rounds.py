"""In which order commands run, so that a machine that slows down is as unfair to each of them as to the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from .commands import Command
from .figures import Figures

T = TypeVar("T")


def turns(commands: Sequence[T], number: int) -> list[T]:
    """Give the commands in the order of a round: each round another one is the first."""
    first = number % len(commands)
    return [*commands[first:], *commands[:first]]


def measure(commands: Sequence[Command], rounds: int, run: Callable[[Command], Figures]) -> dict[str, list[Figures]]:
    """Run commands in turn, and give the figures of each by its name, in the order of rounds."""
    figures: dict[str, list[Figures]] = {command.name: [] for command in commands}
    for number in range(rounds):
        for command in turns(commands, number):
            figures[command.name].append(run(command))
    return figures
