"""Times the scenarios, and prints what was found as Markdown. What happens meanwhile goes to the standard error."""

from __future__ import annotations

import argparse
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from uuid import uuid4

from . import engine, environments, process, rounds, table
from .commands import BACKENDS, Command, commands
from .figures import Figures, Results
from .scenarios import SCENARIOS, Scenario
from .targets import DOCKER_PY

IMAGE = "localhost/pytest-docker-tools/busybox"


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Give what the command line says."""
    names = [scenario.name for scenario in SCENARIOS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="scenario", help=f"{', '.join(names)} (default: all)")
    parser.add_argument(
        "--rounds", type=int, default=5, metavar="N", help="how often each command is timed (default: 5)"
    )
    parser.add_argument("--backend", action="append", choices=BACKENDS, help="only this one of ours; may be repeated")
    chosen = parser.parse_args(given)
    if unknown := set(chosen.scenarios) - set(names):
        parser.error(f"there is no scenario {', '.join(sorted(unknown))}: there are {', '.join(names)}")
    if chosen.rounds < 1:
        parser.error("--rounds takes a number above 0")
    return chosen


def main(given: Sequence[str] | None = None) -> int:
    """Run what the command line says, and leave nothing on the engine. Gives the exit code."""
    chosen = arguments(given)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _run_all(chosen)
    except (process.CommandFailed, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _run_all(chosen: argparse.Namespace) -> None:
    _show(f"{_machine()}\n")
    made = environments.make()
    run = uuid4().hex[:12]
    results: dict[str, Results] = {}
    try:
        for scenario in SCENARIOS:
            if not chosen.scenarios or scenario.name in chosen.scenarios:
                given = commands(scenario, made, chosen.backend or BACKENDS)
                results[scenario.name] = _measure(run, scenario, given, chosen.rounds * scenario.repeat)
                _show(table.section(scenario, results[scenario.name]))
    finally:
        engine.remove(run)
    _show(table.pace(DOCKER_PY, results))


def _show(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _machine() -> str:
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{environments.PYTEST}, {engine.description()}; reference: {environments.REFERENCE}, {environments.DOCKER_PY}."
    )


def _measure(run: str, scenario: Scenario, given: Sequence[Command], count: int) -> Results:
    """Give the results of a scenario, after a round that does not count."""
    once = partial(_once, run, scenario)
    for command in given:
        once(command)
    kept = engine.containers(run)
    results = rounds.measure(given, count, once)
    if engine.containers(run) != kept:
        raise process.CommandFailed(f"{scenario.name}: containers that were to be used again were made anew.")
    engine.remove(run)
    return results


def _once(run: str, scenario: Scenario, command: Command) -> Figures:
    env = {"BENCHMARK_IMAGE": IMAGE, "BENCHMARK_RUN": run, "BENCHMARK_NAME": f"benchmark-{run}-{command.name}"}
    figures = process.run(command, env)
    sys.stderr.write(f"{scenario.name}: {command.name} {figures['time']:.2f} s\n")
    left = 0 if scenario.keeps else engine.remove(run)
    if left:
        sys.stderr.write(f"{scenario.name}: {command.name} has left {left} containers, which are removed now\n")
    return figures


if __name__ == "__main__":
    sys.exit(main())
