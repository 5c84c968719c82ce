"""The log of a container, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack

__tracebackhide__ = True


class LogStream(Iterator[bytes]):
    """Lines of a log, with their ends. `close` ends them, and so does the container where it is followed."""

    def __init__(self, lines: AbstractContextManager[Iterator[bytes]]) -> None:
        self._open = ExitStack()
        self._lines = self._open.enter_context(lines)

    def __next__(self) -> bytes:
        try:
            return next(self._lines)
        except StopIteration:
            self.close()
            raise

    def close(self) -> None:
        """End what reads the log."""
        self._lines = iter(())
        self._open.close()
