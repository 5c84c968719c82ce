"""What the tests of reuse share: what is on the engine, and another run that uses some of it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from pytest_docker_tools import lasting, meeting
from pytest_docker_tools.driver import Kind
from pytest_docker_tools.items import Item
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

TITLE = "docker reuse"
HEADER = "import pytest\nfrom pathlib import Path\nfrom pytest_docker_tools import *\n"
_PREDEFINED = ("bridge", "host", "none")
# Uses what its arguments say until its input ends.
_OTHER_RUN = """
import sys
from pathlib import Path
from pytest_docker_tools.reuse import use

held = [use.begin(Path(sys.argv[1]), key) for key in sys.argv[2:]]
print("begun", flush=True)
sys.stdin.read()
"""


def there(engine: MemoryEngine) -> dict[str, str]:
    """Give what is on the engine by its name, each with what is another for each creation."""
    driver = MemoryDriver(engine)
    kinds: list[Kind] = ["container", "network", "volume"]
    found = [Item(kind, facts) for kind in kinds for facts in driver.inspect(kind, driver.ids(kind)) if facts]
    made = {item.name: item.labels.get("pytest-docker-tools.creation", "") for item in found}
    return {name: creation for name, creation in sorted(made.items()) if name not in _PREDEFINED}


def verbs(engine: MemoryEngine, begin: str = "") -> list[str]:
    """Give the verbs that were called since the last time, of those that begin so."""
    found = [verb for verb, _ in engine.calls if verb.startswith(begin)]
    engine.calls.clear()
    return found


def said(result: pytest.RunResult) -> list[str]:
    """Give the lines of the summary about reuse."""
    _, title, text = result.stdout.str().partition(f"= {TITLE} =")
    lines = [line for line in text.partition("\n")[2].splitlines() if line] if title else []
    return lines[: next((number for number, line in enumerate(lines) if line.startswith("=")), len(lines))]


def key(engine: MemoryEngine, kind: Kind, name: str) -> str:
    """Give the key of a resource on the engine."""
    return lasting.key(MemoryDriver(engine), kind, name)


@contextlib.contextmanager
def used_elsewhere(engine: MemoryEngine, kind: Kind, name: str) -> Iterator[None]:
    """Let another process use a resource in this context."""
    command = [sys.executable, "-c", _OTHER_RUN, str(meeting.folder()), key(engine, kind, name)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        yield
        process.communicate()


def create(engine: MemoryEngine, kind: Kind, name: str, **options: Any) -> None:
    """Make something that no fixture has made."""
    driver = MemoryDriver(engine)
    verb = {"container": driver.create_container, "network": driver.create_network, "volume": driver.create_volume}
    verb[kind]({"name": name, **({"image": "app"} if kind == "container" else {}), **options})
