"""Stand-ins for the client program: small scripts that the tests write."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools_docker_cli import Runner

WriteClient = Callable[[str], Runner]
Recorded = Callable[[], dict[str, Any]]

_RECORDING = """
import json, os, sys
record = {"argv": sys.argv[1:], "environment": dict(os.environ), "directory": os.getcwd()}
for word in sys.argv:
    if word.startswith("--env-file="):
        record["file"] = open(word.partition("=")[2], newline="").read()
record.setdefault("stdin", sys.stdin.read())
json.dump(record, open(os.path.join(os.path.dirname(sys.argv[0]), "record"), "w"))
print("id")
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
def recording(write_client: WriteClient, tmp_path: Path) -> tuple[Runner, Recorded]:
    """A client that writes down what it was given, and what gives that."""
    runner = write_client(_RECORDING)

    def recorded() -> dict[str, Any]:
        found: dict[str, Any] = json.loads((tmp_path / "record").read_text())
        return found

    return runner, recorded


def is_gone(pid: int, within: float = 5) -> bool:
    """Tell whether a process ends soon."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if _is_zombie(pid):
            return True
        time.sleep(0.01)
    return False


def _is_zombie(pid: int) -> bool:
    """A grandchild waits for the machine's first process, which may be slow, to take note of its end."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False


@pytest.fixture
def gone() -> Callable[[int], bool]:
    """What tells whether a process ends soon."""
    return is_gone
