"""Results are Markdown, with the targets beside the ratios."""

from __future__ import annotations

from benchmarks.figures import Figures, Results
from benchmarks.scenarios import Scenario
from benchmarks.table import pace, section
from benchmarks.targets import Pace, Target

SCENARIO = Scenario("ports", "20 tests", "a suite")
RESULTS: Results = {
    "docker-cli": [{"time": 1.0}, {"time": 2.0}, {"time": 1.5}],
    "reference": [{"time": 2.0}, {"time": 2.5}, {"time": 2.5}],
}


def target(most: float, scenario: str = "ports") -> Target:
    return Target(scenario, "time", "docker-cli", "reference", most)


def many(memory: float) -> Figures:
    return {"time": 1.0, "growth": 1.0, "memory": memory, "files": 12.0}


def test_a_table_can_be_pasted() -> None:
    """A scenario is a heading, and a table of medians, spreads and ratios."""
    assert section(SCENARIO, RESULTS, [target(0.7)]) == (
        "## ports: 20 tests\n"
        "\n"
        "| wall time of the whole command | median | min to max | / reference |\n"
        "| --- | ---: | ---: | ---: |\n"
        "| docker-cli | 1.50 s | 1.00 to 2.00 | 0.60 <= 0.7 |\n"
        "| reference | 2.50 s | 2.00 to 2.50 |  |\n"
    )


def test_what_misses_its_target_stands_out() -> None:
    """A ratio above its target is bold."""
    assert "| **0.60 > 0.5** |" in section(SCENARIO, RESULTS, [target(0.5)])


def test_targets_are_of_one_scenario() -> None:
    """The target of another scenario does not show."""
    assert "| 0.60 |" in section(SCENARIO, RESULTS, [target(0.5, "services")])


def test_each_figure_has_its_table() -> None:
    """What a run has counted besides its time is shown as well, sizes by their difference, and growth as it is."""
    results = {"docker-cli": [many(36.84)], "bare pytest": [many(32.3)]}
    targets = [Target("ports", "memory", "docker-cli", "bare pytest", 10)]
    tables = section(SCENARIO, results, targets).split("\n\n")[1:]
    assert [table.splitlines()[2] for table in tables] == [
        "| docker-cli | 1.00 s | 1.00 to 1.00 | 1.00 |",
        "| docker-cli | 1.00 | 1.00 to 1.00 |",
        "| docker-cli | 36.8 MiB | 36.8 to 36.8 | +4.5 <= 10 |",
        "| docker-cli | 12 | 12 to 12 | +0 |",
    ]


PACE = Pace("docker-py", "reference", ("a", "b", "c"), usual=1.0, in_at_least=2, most=1.05)


def ratio(value: float) -> Results:
    return {"docker-py": [{"time": value}], "reference": [{"time": 1.0}]}


def test_pace_over_scenarios() -> None:
    """A pace tells in how many of its scenarios it was kept, and where it was furthest from that."""
    line = pace(PACE, {"a": ratio(0.9), "b": ratio(1.0), "c": ratio(1.2), "elsewhere": ratio(7.0)})
    assert line == (
        "docker-py / reference: at most 1 in 2 of 3 scenarios (target: 2 of 3); "
        "the most is 1.20, in c (target: at most 1.05)."
    )


def test_pace_of_what_did_not_run() -> None:
    """Where the command did not run there is nothing to say."""
    assert pace(PACE, {"a": {"reference": [{"time": 1.0}]}}) == ""
