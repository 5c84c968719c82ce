"""References to objects of an engine."""

from __future__ import annotations

from pytest_docker_tools.references import quoted


def test_ids_are_shown_short() -> None:
    """An id is shown as engines show it, a name in full."""
    assert (quoted("a" * 64), quoted("a" * 63)) == (repr("a" * 12), repr("a" * 63))
