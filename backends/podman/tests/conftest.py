"""What podman has in place of docker's, for the conformance suite."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest


@pytest.fixture(scope="session")
def backend() -> str:
    """The driver that is tested, whichever is chosen for others."""
    return "podman"


@pytest.fixture(scope="session")
def image() -> str:
    """An image with the commands of busybox, with its tag, as podman reports it."""
    return "localhost/pytest-docker-tools/busybox:latest"


@pytest.fixture(scope="session")
def default_network() -> str:
    """The network that podman has by itself."""
    return "podman"


@pytest.fixture(scope="session")
def raw_log() -> dict[str, Any]:
    """Podman keeps all logs byte for byte."""
    return {}


@pytest.fixture
def choose_engine(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Name another engine."""
    return partial(monkeypatch.setenv, "CONTAINER_HOST")
