"""One run of a command, as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from .commands import Command
from .figures import Figures

# How long a command may take to tidy up after an interrupt, in seconds.
_GRACE = 20


class CommandFailed(Exception):
    """A command did not do its work, so that its time says nothing."""


def run(command: Command, env: Mapping[str, str]) -> Figures:
    """Run a command with an environment on top of this process's, and give its figures.

    Raises `CommandFailed`. What interrupts this ends the command, and what that has started.
    """
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures.json"
        everything = {**_environment(), **command.env, **env, "BENCHMARK_FIGURES": str(figures)}
        # A file, not a pipe, which a process that outlives the command would keep open.
        with tempfile.TemporaryFile("w+") as output:
            seconds = _timed(command, everything, output)
        return {"time": seconds, **(json.loads(figures.read_text()) if figures.exists() else {})}


def _environment() -> dict[str, str]:
    """Give this process's environment without what changes how pytest and Python start."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PYTHON"))}


def _timed(command: Command, env: Mapping[str, str], output: IO[str]) -> float:
    begin = time.perf_counter()
    process = subprocess.Popen(
        command.argv,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        # An interrupt of the terminal gets to it through `_end` alone.
        start_new_session=True,
    )
    try:
        code = process.wait()
    except BaseException:
        _end(process)
        raise
    seconds = time.perf_counter() - begin
    if code:
        output.seek(0)
        raise CommandFailed(f"{command.name} ended with exit code {code}: {' '.join(command.argv)}\n{output.read()}")
    return seconds


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a command and what it has started, after it had the time to tidy up."""
    try:
        with suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(process.pid, signal.SIGINT)
            process.wait(_GRACE)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
