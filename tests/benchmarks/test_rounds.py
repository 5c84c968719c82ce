"""Commands take turns, so that each is as often the first."""

from __future__ import annotations

from benchmarks.commands import Command
from benchmarks.figures import Figures
from benchmarks.rounds import measure, turns


def test_each_round_begins_with_the_next_one() -> None:
    """The command that was the first of a round is the last of the next."""
    assert [turns("abc", number) for number in range(4)] == [
        ["a", "b", "c"],
        ["b", "c", "a"],
        ["c", "a", "b"],
        ["a", "b", "c"],
    ]


def test_figures_are_in_the_order_of_rounds() -> None:
    """Whoever is the first of a round, the figures of a command are those of the first round, the second, and so on."""
    ran: list[str] = []

    def run(command: Command) -> Figures:
        ran.append(command.name)
        return {"time": float(len(ran))}

    results = measure([Command("a", ()), Command("b", ())], 3, run)
    assert ran == ["a", "b", "b", "a", "a", "b"]
    assert results == {
        "a": [{"time": 1.0}, {"time": 4.0}, {"time": 5.0}],
        "b": [{"time": 2.0}, {"time": 3.0}, {"time": 6.0}],
    }
