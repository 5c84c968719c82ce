"""What the tests of probes share: a container that is started, with its probes, and what its error says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_docker_tools import probes
from pytest_docker_tools.client import Client
from pytest_docker_tools.exceptions import ContainerNotReady
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage
from pytest_docker_tools.wrappers import Container

Started = Callable[..., Container]


@pytest.fixture
def started(engine: MemoryEngine) -> Started:
    """Give a started container with these probes, not waited for."""

    def started(image: MemoryImage, *wait_for: Any, **options: Any) -> Container:
        engine.add_image("tried", image)
        client = Client(MemoryDriver(engine))
        made = client.containers.create("tried", **options)
        made.start()
        container = Container(client.containers.get(made.id))
        container.wait_for = probes.checked(list(wait_for))
        container.timeout = 0.05
        return container

    return started


def last_words(container: Container) -> str:
    """Wait for a container in vain, and give what the error says was missing."""
    with pytest.raises(ContainerNotReady) as caught:
        container.wait_until_ready()
    assert container.waits_for is not None
    assert container.waits_for in str(caught.value)
    return container.waits_for
