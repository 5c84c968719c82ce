"""What the tests of the runner share: commands that start others, and their process ids."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pytest_docker_tools.deadline import Deadline
from pytest_docker_tools_docker_cli import Command

Gone = Callable[[int], bool]

NEVER = Deadline(None)

# Starts a child, which starts a grandchild; their ids are in a file, and none of them ends.
FAMILY = """
import os, subprocess, sys, time
sleeper = "import time; time.sleep(600)"
child = (
    "import subprocess, sys, time; "
    f"print(subprocess.Popen([sys.executable, '-c', {sleeper!r}]).pid, flush=True); time.sleep(600)"
)
started = subprocess.Popen([sys.executable, "-c", child], stdout=subprocess.PIPE, text=True)
grandchild = started.stdout.readline().strip()
path = os.path.join(os.path.dirname(sys.argv[0]), "family")
open(path + ".new", "w").write(f"{os.getpid()} {started.pid} {grandchild}")
os.rename(path + ".new", path)
print("ready", flush=True)
time.sleep(600)
"""
# Leaves behind a process that holds its output open, and writes the id of that.
HELD = """
import subprocess
print(subprocess.Popen(["sleep", "60"]).pid, flush=True)
"""


def family(folder: Path) -> list[int]:
    """Give the process ids of FAMILY once they are there."""
    patience = Deadline(60)
    while not (folder / "family").exists():
        assert not patience.passed, "They have not all begun."
        time.sleep(0.01)
    return [int(pid) for pid in (folder / "family").read_text().split()]


def end(pid: str) -> None:
    """End a process, which has to be running still."""
    os.kill(int(pid), signal.SIGKILL)


def command(*arguments: str, **more: Any) -> Command:
    """Give a command with these arguments."""
    return Command(arguments, **more)
