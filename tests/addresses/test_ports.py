"""How ports and URLs are written, and what a port is bound to."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_docker_tools import addresses
from pytest_docker_tools.client import Client
from pytest_docker_tools.exceptions import UsageError
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage
from pytest_docker_tools.wrappers import Container

from .conftest import FAMILIES, Driver, facts


def test_bindings() -> None:
    """All that a port is bound to is listed IPv4 first, in the engine's order otherwise."""
    found = addresses.bindings(facts(*FAMILIES, ("", "4713"), ("127.0.0.2", "4714")), "80/tcp")
    assert found == [("0.0.0.0", 4711), ("0.0.0.0", 4713), ("127.0.0.2", 4714), ("::", 4712)]


@pytest.mark.parametrize("mode", ["default", "host"])
def test_no_number(driver: Driver, mode: str) -> None:
    """The name of a service is an error that says what a port is."""
    with pytest.raises(UsageError, match="A port is a number, alone or with its protocol"):
        addresses.address_of(facts(mode=mode), "http", driver)


@pytest.mark.parametrize(("port", "key"), [(80, "80/tcp"), ("80", "80/tcp"), ("53/udp", "53/udp")])
def test_port_key(port: str | int, key: str) -> None:
    """A port may be written as a number, as a string, or with its protocol."""
    assert addresses.port_key(port) == key


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "http://127.0.0.1:4711"),
        ({"path": "/"}, "http://127.0.0.1:4711/"),
        ({"path": "/a?b=c"}, "http://127.0.0.1:4711/a?b=c"),
        ({"path": "a"}, "http://127.0.0.1:4711/a"),
        ({"scheme": "redis", "path": "/0"}, "redis://127.0.0.1:4711/0"),
        ({"port": 53, "scheme": "dns"}, "dns://[::1]:4712"),
    ],
)
def test_url(engine: MemoryEngine, given: dict[str, Any], expected: str) -> None:
    """A URL has the address, IPv6 in brackets, any scheme, and a path only if one is given."""
    engine.add_image("web", MemoryImage())
    client = Client(MemoryDriver(engine))
    ports = {"80/tcp": ("127.0.0.1", 4711), "53/tcp": ("::1", 4712)}
    made = client.containers.create("web", ports=ports)
    made.start()
    made.reload()
    assert Container(made).url(**{"port": "80/tcp", **given}) == expected
