"""Whether a run keeps what it makes, and for how long."""

from __future__ import annotations

import os
from typing import Literal, cast

import pytest

__tracebackhide__ = True

# "named" demands names, "auto" makes them.
Mode = Literal["off", "named", "auto"]


def mode(config: pytest.Config) -> Mode:
    """Give what PYTEST_DOCKER_REUSE, or else the ini option docker_reuse, says; --reuse-containers means no "off"."""
    chosen = cast("Mode", os.environ.get("PYTEST_DOCKER_REUSE") or config.getini("docker_reuse") or "off")
    return "named" if chosen == "off" and config.getoption("reuse_containers") else chosen


def is_on(config: pytest.Config) -> bool:
    """Say whether this run keeps what it makes."""
    return mode(config) != "off"


def time_to_live(config: pytest.Config) -> float | None:
    """Give the seconds after which what is kept is made anew, None where it stays for ever."""
    text = config.getini("docker_reuse_ttl")
    return float(text) if text else None
