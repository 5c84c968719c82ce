"""Each test runs twice, and each time finds nothing of the time before."""

from __future__ import annotations

from collections.abc import Callable

import pytest

pytestmark = pytest.mark.parametrize("turn", [1, 2])

Ask = Callable[[str], str]


def test_emptied(redis: Ask, turn: int) -> None:
    """Both turns use one container, which the fixture has emptied between them."""
    assert redis("INCR visits") == ":1"


def test_new(memcached: Ask, turn: int) -> None:
    """Each turn has a container of its own, in which nobody has added anything before."""
    assert memcached("add visits 0 0 1\r\n1") == "STORED"
