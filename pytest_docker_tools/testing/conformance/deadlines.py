"""Engines that hang, and engines that are not there."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable

import pytest

from ...driver import Driver
from ...exceptions import DeadlineExceeded, EngineUnavailable
from ..capabilities import needs
from .verbs import EVERY_BOUNDED_VERB, EVERY_VERB, Verb

Hanging = Callable[[float], Driver]


@needs("connection")
class TestDeadlines:
    @EVERY_VERB
    def test_of_the_call(
        self,
        hanging_driver: Hanging,
        verb: Verb,
        children: Callable[[], set[int]],
        threads: Callable[[], set[threading.Thread]],
    ) -> None:
        """Every verb ends at the deadline of the call, and leaves no process and no thread."""
        before, driver, started = children(), hanging_driver(60), time.monotonic()
        with pytest.raises(DeadlineExceeded, match=r"0\.5"):
            verb(driver, 0.5)
        assert time.monotonic() - started < 20
        assert children() == before
        assert not threads()

    @EVERY_BOUNDED_VERB
    def test_of_the_driver(self, hanging_driver: Hanging, verb: Verb, children: Callable[[], set[int]]) -> None:
        """A call without a deadline ends at the driver's, which the user may set."""
        before, started = children(), time.monotonic()
        with pytest.raises(DeadlineExceeded, match=r"0\.5"):
            verb(hanging_driver(0.5), None)
        assert time.monotonic() - started < 20
        assert children() == before


@needs("connection")
class TestDeadEngine:
    @EVERY_VERB
    def test_is_named(self, dead_driver: Driver, verb: Verb) -> None:
        """An engine that is not there is named by every verb."""
        with pytest.raises(EngineUnavailable, match=re.escape(dead_driver.endpoint().url)):
            verb(dead_driver, 10)
