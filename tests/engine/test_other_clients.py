"""What keywords ask for is what the engine reports, also with the docker clients that are not the first on the PATH."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from pytest_docker_tools.driver import Driver
from pytest_docker_tools.drivers import open_driver
from pytest_docker_tools.testing.conformance import (  # noqa: F401
    TestAttachments,
    TestConnect,
    TestCreateContainer,
    TestCreateNetwork,
    TestCreateVolume,
    TestKeywords,
)
from pytest_docker_tools.testing.fixtures import Reported

from .conftest import clients, has_addresses_by_network, version_of
from .test_conformance import REFUSED, REPORTED


@pytest.fixture(scope="session", params=clients()[1:], ids=version_of)
def client(request: pytest.FixtureRequest) -> str:
    """A client."""
    return str(request.param)


@pytest.fixture(scope="session")
def driver(client: str) -> Iterator[Driver]:
    """A driver that runs it."""
    with closing(open_driver("docker-cli", {"binary": client})) as driver:
        yield driver


@pytest.fixture(scope="session")
def refused_options(client: str, driver: Driver) -> frozenset[str]:
    """What it refuses."""
    refused = REFUSED["docker-cli"]
    return refused | {"mac_address"} if has_addresses_by_network(client, driver.version()) else refused


@pytest.fixture(scope="session")
def reported() -> Reported:
    """What it makes the engine report otherwise."""
    return REPORTED["docker-cli"]
