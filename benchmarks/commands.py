"""The commands that are timed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .scenarios import Scenario

HERE = Path(__file__).parent
BACKENDS = ("docker-cli", "docker-py")
#: Where the programs of each environment are (see `environments`).
Environments = Mapping[str, Path]


@dataclass(frozen=True)
class Command:
    """What is run as a process, under the name that its row has. `env` comes on top of this process's environment."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)


def commands(scenario: Scenario, environments: Environments, backends: Sequence[str] = BACKENDS) -> list[Command]:
    """Give the commands of a scenario, of which those of this library use these backends."""
    return list(_commands(scenario, environments, backends))


def _commands(scenario: Scenario, environments: Environments, backends: Sequence[str]) -> Iterator[Command]:
    for backend in backends:
        argv = _pytest(environments["ours"], scenario.suite, scenario.arguments)
        yield Command(backend, argv, {"PYTEST_DOCKER_BACKEND": backend})
    yield Command("reference", _pytest(environments["reference"], scenario.suite, scenario.arguments))
    if scenario.script:
        yield Command("shell", ("bash", str(HERE / "shell" / scenario.script)))
    if scenario.bare_suite:
        yield Command("bare pytest", _pytest(environments["bare"], scenario.bare_suite, scenario.arguments))


def _pytest(folder: Path, suite: str, arguments: Sequence[str]) -> tuple[str, ...]:
    settings = HERE / "suites" / "pytest.ini"
    return str(folder / "pytest"), "-c", str(settings), *arguments, str(HERE / "suites" / suite)
