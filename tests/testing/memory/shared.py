"""What the tests of the driver in memory have in common."""

from __future__ import annotations

from typing import Any

from pytest_docker_tools.driver import Facts, Kind
from pytest_docker_tools.testing import MemoryDriver


def facts_of(driver: MemoryDriver, ref: str, kind: Kind = "container") -> Facts:
    """Give the inspect JSON of what is there."""
    [facts] = driver.inspect(kind, [ref])
    assert facts is not None
    return facts


def state_of(driver: MemoryDriver, ref: str) -> dict[str, Any]:
    """Give the state of a container."""
    state: dict[str, Any] = facts_of(driver, ref)["State"]
    return state


def running(driver: MemoryDriver, **options: Any) -> str:
    """Create and start a container of `server`."""
    ref = driver.create_container({"image": "server", **options})
    driver.start(ref)
    return ref
