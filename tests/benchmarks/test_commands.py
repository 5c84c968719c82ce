"""Each scenario has its commands, and what these run is there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import arguments
from benchmarks.commands import HERE, commands
from benchmarks.figures import FIGURES
from benchmarks.scenarios import SCENARIOS, Scenario
from benchmarks.targets import DOCKER_PY, TARGETS

ENVIRONMENTS = {name: Path("/venvs", name) for name in ("ours", "reference", "bare")}
BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}


def test_who_runs_what() -> None:
    """The library and the reference run one file in environments of their own; a script and bare pytest do as asked."""
    scenario = Scenario("x", "X", "x.py", script="x", bare_suite="y.py", arguments=("-n", "2"))
    found = {command.name: command for command in commands(scenario, ENVIRONMENTS)}
    assert list(found) == ["docker-cli", "docker-py", "reference", "shell", "bare pytest"]
    assert {name: command.argv[0] for name, command in found.items()} == {
        "docker-cli": "/venvs/ours/pytest",
        "docker-py": "/venvs/ours/pytest",
        "reference": "/venvs/reference/pytest",
        "shell": "bash",
        "bare pytest": "/venvs/bare/pytest",
    }
    assert found["docker-py"].env == {"PYTEST_DOCKER_BACKEND": "docker-py"}
    assert found["docker-cli"].argv[1:] == found["reference"].argv[1:]
    assert found["reference"].argv[-3:] == ("-n", "2", str(HERE / "suites" / "x.py"))
    assert found["bare pytest"].argv[-1] == str(HERE / "suites" / "y.py")


def test_one_backend() -> None:
    """Of the library only the chosen backends run; the others run all the same."""
    names = [command.name for command in commands(BY_NAME["reuse"], ENVIRONMENTS, ["docker-py"])]
    assert names == ["docker-py", "reference"]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_files_are_there(scenario: Scenario) -> None:
    """The suites and scripts of a scenario exist."""
    files = [command.argv[-1] for command in commands(scenario, ENVIRONMENTS)]
    assert [file for file in files if not Path(file).is_file()] == []


@pytest.mark.parametrize(("scenario", "tests"), [("containers", 30), ("ports", 20), ("workers", 40), ("many", 200)])
def test_suites_are_as_large_as_they_say(scenario: str, tests: int) -> None:
    """A suite has as many tests as the title of its scenario says."""
    env = {**os.environ, "BENCHMARK_IMAGE": "busybox", "BENCHMARK_RUN": "none"}
    suites = HERE / "suites"
    command = [sys.executable, "-m", "pytest", "-c", str(suites / "pytest.ini"), "--collect-only"]
    collected = subprocess.run(
        [*command, str(suites / BY_NAME[scenario].suite)], env=env, capture_output=True, text=True, check=True
    )
    assert collected.stdout.count("::test_") == tests
    assert BY_NAME[scenario].title.startswith(f"{tests} tests")


def test_targets_are_of_what_is_measured() -> None:
    """Each target is about a scenario, a figure and two commands that there are."""
    for target in TARGETS:
        names = {command.name for command in commands(BY_NAME[target.scenario], ENVIRONMENTS)}
        assert {target.command, target.against} <= names
        assert target.figure in {figure.name for figure in FIGURES}
    assert set(DOCKER_PY.scenarios) < set(BY_NAME)


def test_an_unknown_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    """A scenario that there is not is refused, with the names of those that there are."""
    with pytest.raises(SystemExit):
        arguments(["ports", "prots"])
    assert "there is no scenario prots: there are containers, ports," in capsys.readouterr().err


def test_no_round(capsys: pytest.CaptureFixture[str]) -> None:
    """No round at all is refused."""
    with pytest.raises(SystemExit):
        arguments(["--rounds", "0"])
    assert "--rounds takes a number above 0" in capsys.readouterr().err
