"""A moment until which something may take. For drivers, whose calls all have one."""

from __future__ import annotations

import time

__tracebackhide__ = True


class Deadline:
    """A moment, `seconds` from now, on a clock that nobody sets. None: never."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        self._moment = None if seconds is None else time.monotonic() + seconds

    @property
    def left(self) -> float | None:
        """The seconds until then, None for ever."""
        return None if self._moment is None else max(0.0, self._moment - time.monotonic())

    @property
    def passed(self) -> bool:
        """Whether the moment is over."""
        return self.left == 0

    def at_most(self, seconds: float) -> float:
        """Give as many seconds as asked for, or as are left."""
        left = self.left
        return seconds if left is None else min(seconds, left)
