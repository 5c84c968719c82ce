"""The contract, held against real engines and the chosen backend."""

from __future__ import annotations

import pytest

from pytest_docker_tools.driver import Driver
from pytest_docker_tools.testing.conformance import *  # noqa: F403
from pytest_docker_tools.testing.fixtures import Reported

from .conftest import api_of, has_addresses_by_network, refused, refused_by_engine

# What is for engines on Windows only, or for later ones.
REFUSED = {
    "docker-cli": frozenset({"cpu_count", "cpu_percent"}),
}
# What the docker client brings to another form.
REPORTED: dict[str, Reported] = {
    "docker-cli": {
        "device_requests": (
            "HostConfig.DeviceRequests",
            [{"Driver": "", "Count": -1, "DeviceIDs": None, "Capabilities": [["gpu"]], "Options": {"a": "b"}}],
        ),
        "entrypoint words": ("Config.Entrypoint", ["sh"]),
        "healthcheck words": ("Config.Healthcheck", {"Test": ["CMD-SHELL", "echo 'a b'"]}),
    }
}


@pytest.fixture(scope="session")
def refused_options(backend: str, driver: Driver) -> frozenset[str]:
    """What the backend refuses, with this client and this engine."""
    engine = driver.version()
    rows = REFUSED.get(backend, frozenset()) | refused_by_engine(engine)
    if backend == "docker-py":
        # It has no other builder.
        rows |= refused("classic", engine)
    elif has_addresses_by_network("docker", engine):
        rows |= {"mac_address"}
    return rows


@pytest.fixture(scope="session")
def only_from_the_start(backend: str, driver: Driver) -> frozenset[str]:
    """What docker-py asks of engines that take it when they create a container."""
    is_late = api_of(driver.version()) >= (1, 44)
    return frozenset({"mac_address"} if backend == "docker-py" and is_late else ())


@pytest.fixture(scope="session")
def reported(backend: str) -> Reported:
    """What the backend makes the engine report otherwise."""
    return REPORTED.get(backend, {})
