"""A removal that nobody waits for, until somebody does."""

from __future__ import annotations

import itertools

import pytest

from pytest_docker_tools.removal import Removal


class Looked(Removal):
    """Is over at the third look."""

    def __init__(self, said: bool) -> None:
        self.said, self.looks = said, itertools.count(1)

    def poll(self) -> bool | None:
        return self.said if next(self.looks) > 2 else None


@pytest.mark.parametrize("said", [False, True])
def test_waiting(said: bool) -> None:
    """Who waits gets what is said at the end."""
    assert Looked(said).wait() is said


def test_waiting_for_a_while() -> None:
    """Who waits for some seconds only is told that it goes on."""
    removal = Looked(True)
    assert removal.wait(0) is None
    assert removal.wait(60) is True
