"""The app finds what the migration has made."""

from __future__ import annotations

from urllib.request import urlopen

from pytest_docker_tools import wrappers


def test_users(app: wrappers.Container) -> None:
    """The app knows the user."""
    with urlopen(app.url("8080/tcp"), timeout=30) as response:
        assert response.read() == b"Ada"


def test_migration(migration: wrappers.Container) -> None:
    """The migration is over, and what it wrote can be read."""
    assert migration.status == "exited"
    assert migration.logs() == "1 table, 1 user\n"
