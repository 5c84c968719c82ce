"""A test that passes in a new environment, and in one that earlier runs have used."""

from __future__ import annotations

from pytest_docker_tools import wrappers


def test_visits(redis: wrappers.Container) -> None:
    """A visit is counted, be it the first one or not."""
    redis.exec_run("redis-cli incr visits")
    assert redis.exec_run("redis-cli exists visits").output == b"1\n"
