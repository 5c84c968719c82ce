"""An engine in memory with a server image, and a driver of it."""

from __future__ import annotations

import pytest

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
