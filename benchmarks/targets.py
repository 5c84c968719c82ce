"""What the figures are to be, as ratios (of times) or differences (of sizes) of commands in one run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """What a figure of a command may be at most, next to the same figure of another command."""

    scenario: str
    figure: str
    command: str
    against: str
    most: float


@dataclass(frozen=True)
class Pace:
    """How the times of a command are to be next to another's over several scenarios."""

    command: str
    against: str
    scenarios: tuple[str, ...]
    #: What the ratio may be at most in at least so many of them, and in all of them.
    usual: float
    in_at_least: int
    most: float


TARGETS = (
    Target("containers", "time", "docker-cli", "reference", 0.9),
    Target("containers", "time", "docker-cli", "shell", 0.8),
    Target("ports", "time", "docker-cli", "reference", 0.7),
    Target("services", "time", "docker-cli", "shell", 1.1),
    Target("start-up", "time", "docker-cli", "bare pytest", 1.05),
    Target("start-up", "time", "docker-py", "bare pytest", 1.05),
    Target("many", "memory", "docker-cli", "bare pytest", 10.0),
)

DOCKER_PY = Pace(
    "docker-py",
    "reference",
    ("containers", "ports", "services", "start-up", "reuse", "workers"),
    usual=1.0,
    in_at_least=5,
    most=1.05,
)
