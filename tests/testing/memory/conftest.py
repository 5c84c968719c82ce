"""An engine in memory with a server image, and a driver of it."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_docker_tools.driver import Facts, Kind
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage


@pytest.fixture
def engine() -> MemoryEngine:
    """An engine that has `server`, an image that runs until it is stopped."""
    engine = MemoryEngine()
    engine.add_image("server:latest", MemoryImage(listens=("80/tcp",), exposed=("80/tcp",)))
    return engine


@pytest.fixture
def driver(engine: MemoryEngine) -> MemoryDriver:
    """A driver of `engine`."""
    return MemoryDriver(engine)


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
