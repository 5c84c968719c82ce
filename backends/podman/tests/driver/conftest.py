"""What the tests of the driver share: a stand-in for podman, and what it was given."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_docker_tools_podman.driver import PodmanDriver

# Writes down what it is given, and prints what it was told to for the first word of a command.
STAND_IN = """
import json, os, sys
with open(os.path.join(os.path.dirname(sys.argv[0]), "calls"), "a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
print(OUTPUT.get(sys.argv[1], "1d" * 32))
"""

Podman = Callable[..., PodmanDriver]
Calls = Callable[[], list[list[str]]]


@pytest.fixture(autouse=True)
def _default_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONTAINER_HOST", "CONTAINER_CONNECTION"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def podman(tmp_path: Path) -> Podman:
    """Give a driver of a podman that prints {first word of a command: output}."""

    def podman(**output: str) -> PodmanDriver:
        return PodmanDriver(binary=written(tmp_path, f"OUTPUT = {output!r}\n{STAND_IN}"))

    return podman


@pytest.fixture
def calls(tmp_path: Path) -> Calls:
    """Give the arguments of each command that was run."""
    return lambda: [json.loads(line) for line in (tmp_path / "calls").read_text().splitlines()]


def written(folder: Path, code: str) -> str:
    """Write a podman in Python, and give its path."""
    program = folder / "podman"
    program.write_text(f"#!{sys.executable} -S\n{code}")
    program.chmod(0o755)
    return str(program)
