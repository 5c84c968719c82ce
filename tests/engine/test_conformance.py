"""The contract, held against real engines and the chosen backend."""

from __future__ import annotations

import pytest

from pytest_docker_tools.testing.conformance import *  # noqa: F403
from pytest_docker_tools.testing.fixtures import Reported

# What the docker client has no flag for, and of what neither gives the one id that there should be.
REFUSED = {
    "docker-cli": frozenset({"all_tags", "auth_config", "networking_config"}),
    "docker-py": frozenset({"all_tags"}),
}
# What the docker client brings to another form.
REPORTED: dict[str, Reported] = {
    "docker-cli": {
        "entrypoint words": ("Config.Entrypoint", ["sh"]),
        "healthcheck words": ("Config.Healthcheck", {"Test": ["CMD-SHELL", "echo 'a b'"]}),
    }
}


@pytest.fixture(scope="session")
def refused_options(backend: str) -> frozenset[str]:
    """What the backend refuses."""
    return REFUSED.get(backend, frozenset())


@pytest.fixture(scope="session")
def reported(backend: str) -> Reported:
    """What the backend makes the engine report otherwise."""
    return REPORTED.get(backend, {})
