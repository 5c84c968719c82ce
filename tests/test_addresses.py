"""Where a port of a container is reached."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_docker_tools import addresses
from pytest_docker_tools.driver import Endpoint
from pytest_docker_tools.exceptions import UsageError
from pytest_docker_tools.testing import MemoryDriver


def container(ports: dict[str, Any] | None = None, **networks: str) -> dict[str, Any]:
    """Give the facts of a container with these bindings and these addresses on networks."""
    return {
        "Name": "/web",
        "NetworkSettings": {
            "Ports": ports or {},
            "Networks": {
                name: {"NetworkID": f"id-{name}", "IPAddress": address, "Gateway": "172.17.0.1"}
                for name, address in networks.items()
            },
        },
    }


def bound(*addresses_and_ports: tuple[str, str]) -> dict[str, Any]:
    return {"80/tcp": [{"HostIp": host, "HostPort": port} for host, port in addresses_and_ports]}


class Driver(MemoryDriver):
    """A driver of an engine at some endpoint."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__()
        self._at = endpoint

    def endpoint(self) -> Endpoint:
        return self._at


LOCAL = Driver(Endpoint("unix:///run/engine.sock", "127.0.0.1", local=True))
REMOTE = Driver(Endpoint("tcp://engine.example:2376", "engine.example", local=False))


@pytest.fixture
def tests_in(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Say in which container the tests run; at first in none."""

    def tests_in(facts: dict[str, Any] | None) -> None:
        monkeypatch.setattr(addresses, "own_container", lambda driver: facts)

    tests_in(None)
    return tests_in


@pytest.mark.usefixtures("tests_in")
@pytest.mark.parametrize(
    ("driver", "bindings", "expected"),
    [
        (LOCAL, [("0.0.0.0", "4711")], ("127.0.0.1", 4711)),
        (LOCAL, [("::", "4712"), ("0.0.0.0", "4711")], ("127.0.0.1", 4711)),
        (LOCAL, [("127.0.0.5", "4711")], ("127.0.0.5", 4711)),
        (LOCAL, [("::1", "4712")], ("::1", 4712)),
        (LOCAL, [("", "4711")], ("127.0.0.1", 4711)),
        (REMOTE, [("0.0.0.0", "4711")], ("engine.example", 4711)),
        (REMOTE, [("10.0.0.7", "4711")], ("engine.example", 4711)),
    ],
)
def test_published_ports(driver: Driver, bindings: list[tuple[str, str]], expected: tuple[str, int]) -> None:
    """A published port is reached at the address it is bound to, IPv4 first, or at the remote engine's host."""
    assert addresses.address_of(container(bound(*bindings)), "80/tcp", driver) == expected


def test_on_a_shared_network(tests_in: Any) -> None:
    """Tests in a container that shares a network reach the container itself, published or not."""
    tests_in(container(app="172.20.0.2", other="172.21.0.2"))
    assert addresses.address_of(container(app="172.20.0.3"), 80, LOCAL) == ("172.20.0.3", 80)
    assert addresses.address_of(container(bound(("0.0.0.0", "4711")), app="172.20.0.3"), 80, LOCAL) == (
        "172.20.0.3",
        80,
    )


def test_without_a_shared_network(tests_in: Any) -> None:
    """Tests in a container without a shared network go by their own gateway and the published port."""
    tests_in(container(mine="172.17.0.9"))
    target = container(bound(("0.0.0.0", "4711")), theirs="172.30.0.3")
    assert addresses.address_of(target, "80", LOCAL) == ("172.17.0.1", 4711)


@pytest.mark.usefixtures("tests_in")
@pytest.mark.parametrize("ports", [{}, {"80/tcp": None}, {"80/tcp": []}])
def test_a_port_that_is_not_published(ports: dict[str, Any]) -> None:
    """A port that leads nowhere is an error that shows how to publish it."""
    with pytest.raises(UsageError, match=r"'web' is not published.*ports=\{'80/tcp': None\}"):
        addresses.address_of(container(ports), 80, LOCAL)


def test_outside_of_a_container_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where neither engine's marker file exists, the engine is not asked for an own container."""
    monkeypatch.setattr("pathlib.Path.exists", lambda path: False)
    driver = MemoryDriver()
    assert addresses.own_container(driver) is None
    assert driver.engine.calls == []


@pytest.mark.parametrize(("port", "key"), [(80, "80/tcp"), ("80", "80/tcp"), ("53/udp", "53/udp")])
def test_port_key(port: str | int, key: str) -> None:
    """A port may be written as a number, as a string, or with its protocol."""
    assert addresses.port_key(port) == key
