"""Points in time, as engines write them."""

from __future__ import annotations

import pytest

from pytest_docker_tools import moments


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:01Z", 1.0),
        ("1970-01-01T00:00:01.5Z", 1.5),
        ("1970-01-01T00:00:01.123456789Z", 1.123456789),
        ("1970-01-01T01:00:01.25+01:00", 1.25),
        ("0001-01-01T00:00:00Z", None),
        ("", None),
    ],
)
def test_epoch(text: str, seconds: float | None) -> None:
    """A time with any number of digits, in any zone, is seconds of the epoch; never is None."""
    assert moments.epoch(text) == seconds


def test_last_end() -> None:
    """A container's facts say when it last ended, or that it never did."""
    assert moments.last_end({"State": {"FinishedAt": "1970-01-01T00:00:07Z"}}) == 7.0
    assert moments.last_end({"State": {"FinishedAt": "0001-01-01T00:00:00Z"}}) is None
    assert moments.last_end({"State": {}}) is None


def test_last_start() -> None:
    """A container's facts say when it was last started, or that it never was."""
    assert moments.last_start({"State": {"StartedAt": "1970-01-01T00:00:08Z"}}) == 8.0
    assert moments.last_start({"State": {"StartedAt": "0001-01-01T00:00:00Z"}}) is None
    assert moments.last_start({"State": {}}) is None


@pytest.mark.parametrize(
    ("end", "start", "moment"),
    [(7.0, 8.0, 7.5), (7.0, 7.0, 7.0), (8.0, 7.0, 8.0), (7.0, None, 7.0), (None, 8.0, None), (None, None, None)],
)
def test_between(end: float | None, start: float | None, moment: float | None) -> None:
    """Two runs are parted in the middle, where there were two; one that has ended, and no more, at its end."""
    assert moments.between(end, start) == moment
