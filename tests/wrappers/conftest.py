"""A container that the tests of wrappers look at."""

from __future__ import annotations

import pytest

from pytest_docker_tools.client import Client
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage
from pytest_docker_tools.wrappers import Container


@pytest.fixture
def client(engine: MemoryEngine) -> Client:
    """A client of an engine that has an image `web`, too."""
    engine.add_image("web", MemoryImage(listens=("80/tcp",), logs=b"caf\xc3\xa9 \xff\n2\n3\n", env={"A": "image"}))
    return Client(MemoryDriver(engine))


@pytest.fixture
def web(client: Client) -> Container:
    """A container on a network, with a published port."""
    client.networks.create("net")
    made = client.containers.create(
        "web",
        name="web",
        network="net",
        ports={"80/tcp": None},
        environment={"B": "x=y", "C": ""},
        labels={"one": "1"},
    )
    made.start()
    made.reload()
    return Container(made)
