"""What was measured, and what is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

#: What one run has given, by the name of the figure: "time" in seconds always; the others are in `FIGURES`.
Figures = dict[str, float]
#: The figures of the runs of each command, by its name.
Results = dict[str, list[Figures]]


@dataclass(frozen=True)
class Figure:
    """How a figure is shown. By `sign` those of two commands are compared: as a ratio, a difference, or not at all."""

    name: str
    title: str
    unit: str
    digits: int
    sign: Literal["/", "-"] | None


FIGURES = (
    Figure("time", "wall time of the whole command", "s", 2, "/"),
    Figure("growth", "median time of the last 50 tests to that of the first 50", "", 2, None),
    Figure("memory", "peak memory of the pytest process", "MiB", 1, "-"),
    Figure("files", "most open files of the pytest process after a test", "", 0, "-"),
)


def values(results: Results, command: str, figure: str) -> list[float]:
    """Give a figure of each run of a command."""
    return [run[figure] for run in results[command]]


def comparison(results: Results, figure: Figure, command: str, against: str) -> float:
    """Give the median of the ratios, or differences, of two commands, each of the runs of one round."""
    pairs = zip(values(results, command, figure.name), values(results, against, figure.name), strict=True)
    return median(one / other if figure.sign == "/" else one - other for one, other in pairs)


def spread(found: Sequence[float]) -> tuple[float, float, float]:
    """Give the median, the least and the most."""
    return median(found), min(found), max(found)
