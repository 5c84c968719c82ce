"""Tests that pass with either scope, as each has a key of its own."""

from __future__ import annotations

import pytest

from pytest_docker_tools import wrappers


@pytest.mark.parametrize("key", ["apples", "pears", "plums"])
def test_counter(redis: wrappers.Container, key: str) -> None:
    """A counter begins at 1."""
    assert redis.exec_run(f"redis-cli incr {key}").output == b"1\n"
