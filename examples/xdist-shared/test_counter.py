"""Tests of several workers, which use one container at the same time."""

from __future__ import annotations

import pytest

from pytest_docker_tools import wrappers


@pytest.mark.parametrize("number", range(8))
def test_counter(redis: wrappers.Container, number: int) -> None:
    """Each test has a key of its own, so none minds what the others do."""
    assert redis.exec_run(f"redis-cli incr counter-{number}").output == b"1\n"
