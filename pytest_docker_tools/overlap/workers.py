"""Threads that make calls of an engine while pytest sets up a test."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any

from ..tasks import Call

__tracebackhide__ = True


class Workers:
    """No more than so many threads, each of which lives as long as there are calls to make."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        #: Set whenever a call is done.
        self.changed = threading.Event()
        self._waiting: deque[Call[Any]] = deque()
        self._working = 0
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    def submit(self, call: Call[Any]) -> None:
        """Let a thread make a call. Where no thread can be had it is made at once."""
        with self._lock:
            self._waiting.append(call)
            is_one_more = self._working < self.limit
            self._working += is_one_more
        if is_one_more:
            self._start()

    def withdraw(self, call: Call[Any]) -> bool:
        """See to it that a call is not made. False where it was begun already."""
        with self._lock:
            if call in self._waiting:
                self._waiting.remove(call)
            return not call.is_begun

    def join(self, seconds: float) -> bool:
        """Wait until no thread is left, and say whether that came true within so many seconds."""
        end = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        return not self._threads

    def _start(self) -> None:
        thread = threading.Thread(target=self._work, name="pytest-docker-tools", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            # The system has none left.
            self._work()
        else:
            self._threads.append(thread)

    def _work(self) -> None:
        while (call := self._next()) is not None:
            call.be_done_elsewhere()
            self.changed.set()

    def _next(self) -> Call[Any] | None:
        with self._lock:
            if self._waiting:
                call = self._waiting.popleft()
                call.is_begun = True
                return call
            self._working -= 1
            return None
