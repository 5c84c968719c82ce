"""What podman has in place of docker's, for the conformance suite."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools.drivers import backend_of

ON_ENGINE = ("test_conformance.py", "test_effects.py")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what needs podman, where another backend is chosen."""
    return True if collection_path.name in ON_ENGINE and backend_of(config) != "podman" else None


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
