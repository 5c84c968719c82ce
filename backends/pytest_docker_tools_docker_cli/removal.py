"""A removal by a command that nobody waits for."""

from __future__ import annotations

import contextlib
import os
import tempfile

from pytest_docker_tools.deadline import Deadline
from pytest_docker_tools.driver import Removal

from .runner import Command, Runner

__tracebackhide__ = True


class RemovalByCommand(Removal):
    """A command that removes something, and whose exit code says whether it did."""

    def __init__(self, runner: Runner, command: Command, deadline: Deadline) -> None:
        self._runner, self._deadline = runner, deadline
        self._is_done: bool | None = None
        self._ended: float | None = None
        # The client writes there what it has removed, and when that was is in the file system.
        with contextlib.ExitStack() as unless_begun:
            self._output = unless_begun.enter_context(tempfile.TemporaryFile())
            self._child = runner.begin(command, self._output)
            unless_begun.pop_all()

    def poll(self) -> bool | None:
        if self._is_done is None and self._is_over():
            self._is_done = not self._child.is_lost and self._child.exit_code == 0
            self._ended = self._last_written()
            self._runner.finish(self._child)
        return self._is_done

    def _last_written(self) -> float | None:
        # It is closed where the command was ended, as the driver was closed.
        if self._output.closed:
            return None
        written = os.fstat(self._output.fileno())
        return written.st_mtime if written.st_size else None

    @property
    def ended(self) -> float | None:
        return self._ended

    def _is_over(self) -> bool:
        return self._child.is_lost or self._child.exit_code is not None or self._deadline.passed
