"""What the tests of readiness share: a container that is started, and not waited for."""

from __future__ import annotations

from typing import Any

from pytest_docker_tools.client import Client
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage
from pytest_docker_tools.wrappers import Container


def started(engine: MemoryEngine, image: MemoryImage, kind: type[Container] = Container, **options: Any) -> Container:
    """Give a started container, not waited for."""
    engine.add_image("tried", image)
    client = Client(MemoryDriver(engine))
    container = client.containers.create("tried", **options)
    container.start()
    return kind(client.containers.get(container.id))
