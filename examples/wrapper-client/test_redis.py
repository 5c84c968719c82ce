"""Tests speak to the service, and know nothing of sockets and ports."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Redis


def test_counter(redis: Redis) -> None:
    """The service counts."""
    assert [redis.ask("INCR visits") for _ in range(3)] == [":1", ":2", ":3"]


def test_restart(redis: Redis) -> None:
    """After a restart the service is ready again, and has what it was told to save."""
    redis.ask("SET name Ada")
    assert redis.ask("SAVE") == "+OK"
    redis.restart()
    assert redis.ask("STRLEN name") == ":3"
