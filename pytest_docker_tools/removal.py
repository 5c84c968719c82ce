"""What an engine was asked to remove while nobody waits for it."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod

from .deadline import Deadline

__tracebackhide__ = True

# Seconds between two looks of who waits.
_GLANCE = 0.01


class Removal(ABC):
    """A removal that goes on without a thread, begun by `Driver.begin_removal`.

    It is over at its deadline at the latest. Where something is refused, others may stay as well: `Driver.remove` of
    the same refs removes those, and says why that one cannot be.
    """

    @abstractmethod
    def poll(self) -> bool | None:
        """Say, without waiting, whether all is gone, None while that goes on.

        False: something was refused, it took too long, or what came of it is not known. What is said once stays so.
        """

    @property
    def ended(self) -> float | None:
        """When it was over, in seconds of the epoch, None where that is not known."""
        return None

    def wait(self, timeout: float | None = None) -> bool | None:
        """Wait until it is over, or for so many seconds, and say what `poll` does."""
        deadline = Deadline(timeout)
        while self.poll() is None and not deadline.passed:
            time.sleep(_GLANCE)
        return self.poll()
