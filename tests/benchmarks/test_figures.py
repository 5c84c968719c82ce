"""Runs are compared within a round."""

from __future__ import annotations

from benchmarks.figures import FIGURES, Results, comparison, spread

TIME = next(figure for figure in FIGURES if figure.name == "time")
MEMORY = next(figure for figure in FIGURES if figure.name == "memory")


def results(figure: str, **found: list[float]) -> Results:
    return {command: [{figure: value} for value in values] for command, values in found.items()}


def test_spread() -> None:
    """What is told of a figure is its median, its least and its most."""
    assert spread([3.0, 1.0, 9.0]) == (3.0, 1.0, 9.0)


def test_ratios_are_of_one_round() -> None:
    """A round in which the machine was slow changes no ratio, though it changes medians."""
    found = results("time", ours=[1.0, 30.0, 20.0], reference=[2.0, 60.0, 10.0])
    assert comparison(found, TIME, "ours", "reference") == 0.5


def test_sizes_are_compared_by_their_difference() -> None:
    """Memory is so much more than another's, in each round."""
    found = results("memory", ours=[40.0, 50.0, 60.0], bare=[30.0, 45.0, 57.0])
    assert comparison(found, MEMORY, "ours", "bare") == 5.0
