"""The contract, held against the engine in memory."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import pytest

from pytest_docker_tools.driver import Driver
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage
from pytest_docker_tools.testing.conformance import *  # noqa: F403
from pytest_docker_tools.testing.fixtures import *  # noqa: F403
from pytest_docker_tools.testing.fixtures import Create, Publish
from pytest_docker_tools.testing.memory.image import content_id
from pytest_docker_tools.testing.registry import PASSWORD, USERNAME, Published
from pytest_docker_tools.testing.unresponsive import Open

ENGINE = MemoryEngine()


@pytest.fixture(scope="session")  # type: ignore[no-redef]
def open_backend() -> Open:
    """Drivers of one engine."""

    def open_backend(settings: Mapping[str, Any]) -> Driver:
        return MemoryDriver(ENGINE)

    return open_backend


@pytest.fixture(scope="session")  # type: ignore[no-redef]
def image() -> str:
    """An image without anything in it."""
    ENGINE.add_image("busybox", MemoryImage(cmd=("sh",)))
    return "busybox"


@pytest.fixture  # type: ignore[no-redef]
def server(run: Create) -> str:
    """A container that listens."""
    ENGINE.add_image("server", MemoryImage(listens=("8080/tcp",), listens_after=2))
    return run(image="server")


@pytest.fixture  # type: ignore[no-redef]
def publish() -> Publish:
    """Put a new image in the engine's registry."""

    def publish(
        *,
        repository: str | None = None,
        tag: str = "latest",
        labels: Mapping[str, str] | None = None,
        private: bool = False,
    ) -> Published:
        unique = uuid.uuid4().hex
        repository = repository or f"registry:5000/{unique}"
        image = MemoryImage(labels={**(labels or {}), "unique": unique})
        ENGINE.registry[f"{repository}:{tag}"] = image
        if private:
            ENGINE.logins[repository] = (USERNAME, PASSWORD)
        return Published(repository, tag, content_id(image), image.labels)

    return publish
