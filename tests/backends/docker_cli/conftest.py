"""Stand-ins for the client program: small scripts that the tests write."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools.testing.fixtures import children  # noqa: F401  for tests in this folder
from pytest_docker_tools_docker_cli import DockerCLIDriver, Runner

WriteClient = Callable[[str], Runner]
Recorded = Callable[[], dict[str, Any]]
Recording = tuple[Runner, Recorded]

# The id of what stand-ins create.
CREATED = "1d" * 32

_RECORDING = """
import json, os, sys
record = {"argv": sys.argv[1:], "environment": dict(os.environ), "directory": os.getcwd()}
for word in sys.argv:
    if word.startswith("--env-file="):
        record["file"] = open(word.partition("=")[2], newline="").read()
record.setdefault("stdin", sys.stdin.read())
json.dump(record, open(os.path.join(os.path.dirname(sys.argv[0]), "record"), "w"))
print("1d" * 32)
"""


@pytest.fixture
def write_client(tmp_path: Path) -> WriteClient:
    """Write a client program in Python, and give a runner of it."""

    def write(code: str) -> Runner:
        program = tmp_path / "client"
        program.write_text(f"#!{sys.executable} -S\n{code}")
        program.chmod(0o755)
        return Runner(str(program))

    return write


@pytest.fixture
def recording(write_client: WriteClient, tmp_path: Path) -> Recording:
    """A client that writes down what it was given, and what gives that."""
    runner = write_client(_RECORDING)

    def recorded() -> dict[str, Any]:
        found: dict[str, Any] = json.loads((tmp_path / "record").read_text())
        return found

    return runner, recorded


def driver_on(runner: Runner, kind: type[DockerCLIDriver] = DockerCLIDriver) -> DockerCLIDriver:
    """Give a driver that runs the same program as the runner."""
    return kind(binary=runner.program)
