"""Networks, addresses and ports in memory."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_docker_tools.exceptions import (
    Conflict,
    Forbidden,
    NotFound,
    PortUnavailable,
    UnsupportedOption,
)
from pytest_docker_tools.testing import MemoryDriver

from .conftest import facts_of, running


def ports_of(driver: MemoryDriver, ref: str) -> dict[str, Any]:
    """Give the published ports of a container."""
    ports: dict[str, Any] = facts_of(driver, ref)["NetworkSettings"]["Ports"]
    return ports


def test_predefined_networks(driver: MemoryDriver) -> None:
    """An engine begins with bridge, host and none."""
    assert {facts_of(driver, ref, "network")["Name"] for ref in driver.ids("network")} == {"bridge", "host", "none"}


def test_a_network_and_its_containers(driver: MemoryDriver) -> None:
    """A running container has an address in its network, which lists it, and a stopped one has none."""
    network = driver.create_network({"name": "backend", "labels": {"a": "1"}, "internal": True})
    ref = running(driver, network="backend", name="db")
    facts = facts_of(driver, network, "network")
    assert (facts["Name"], facts["Labels"], facts["Internal"]) == ("backend", {"a": "1"}, True)
    attached = facts_of(driver, ref)["NetworkSettings"]["Networks"]["backend"]
    assert attached["NetworkID"] == network
    assert attached["Gateway"] == facts["IPAM"]["Config"][0]["Gateway"]
    assert facts["Containers"][ref]["IPv4Address"] == f"{attached['IPAddress']}/16"
    assert facts["Containers"][ref]["Name"] == "db"
    driver.stop(ref)
    assert facts_of(driver, ref)["NetworkSettings"]["Networks"]["backend"]["IPAddress"] == ""
    assert facts_of(driver, network, "network")["Containers"] == {}


def test_a_network_that_was_removed(driver: MemoryDriver) -> None:
    """A network may go when its container is stopped, which then cannot start again."""
    network = driver.create_network({"name": "backend"})
    ref = running(driver, network=network)
    driver.stop(ref)
    driver.remove("network", ["backend", "backend"])
    with pytest.raises(NotFound, match=f"network {network} not found"):
        driver.start(ref)


def test_a_pool_is_a_subnet(driver: MemoryDriver) -> None:
    """A pool without a subnet is refused, and so is one within a subnet of the engine's own."""
    with pytest.raises(UnsupportedOption, match="subnet"):
        driver.create_network({"name": "other", "ipam": {"Config": [{"Gateway": "10.0.0.1"}]}})
    with pytest.raises(Forbidden, match="Pool overlaps"):
        driver.create_network({"name": "other", "ipam": {"Config": [{"Subnet": "172.17.5.0/24"}]}})


def test_fixed_addresses(driver: MemoryDriver) -> None:
    """A container gets the address that it asks for if its network has it and nobody else does."""
    pools = [{"Subnet": "10.9.0.0/24", "Gateway": "10.9.0.254"}, {"Subnet": "fd09::/64"}]
    driver.create_network({"name": "lan", "ipam": {"Config": pools}, "enable_ipv6": True})
    wanted = {"lan": {"IPAMConfig": {"IPv4Address": "10.9.0.7", "IPv6Address": "fd09::7"}, "Aliases": ["db"]}}
    found = facts_of(driver, running(driver, network="lan", networking_config=wanted))
    endpoint = found["NetworkSettings"]["Networks"]["lan"]
    assert (endpoint["IPAddress"], endpoint["GlobalIPv6Address"]) == ("10.9.0.7", "fd09::7")
    assert (endpoint["Gateway"], endpoint["Aliases"]) == ("10.9.0.254", ["db"])
    with pytest.raises(Forbidden, match="Address already in use"):
        running(driver, network="lan", networking_config=wanted)
    with pytest.raises(Forbidden, match=r"not in 10\.9\.0\.0/24"):
        running(driver, network="lan", networking_config={"lan": {"ipv4_address": "10.8.0.1"}})


def test_options_that_contradict_each_other(driver: MemoryDriver) -> None:
    """Settings are for networks that there are, of a container that has any."""
    with pytest.raises(UnsupportedOption, match="'networking_config'"):
        driver.create_container({"image": "server", "network": "none", "networking_config": {"bridge": {}}})
    with pytest.raises(NotFound, match="network nowhere not found"):
        driver.create_container({"image": "server", "network": "nowhere"})
    with pytest.raises(NotFound, match="network nowhere not found"):
        driver.create_container({"image": "server", "network": "bridge", "networking_config": {"nowhere": {}}})
    assert driver.ids("container") == []


def test_several_networks(driver: MemoryDriver) -> None:
    """A container is in all its networks, of which one is the first, with what is said of each."""
    for name in ("a", "b"):
        driver.create_network({"name": name})
    wanted = {"a": {"aliases": ["x"]}, "b": {"driver_opt": {"c": "d"}, "links": {"e": None}}}
    found = facts_of(driver, running(driver, network="b", networking_config=wanted))
    networks = found["NetworkSettings"]["Networks"]
    assert found["HostConfig"]["NetworkMode"] == "b"
    assert list(networks) == ["b", "a"]
    assert (networks["a"]["Aliases"], networks["b"]["DriverOpts"], networks["b"]["Links"]) == (
        ["x"],
        {"c": "d"},
        ["e:e"],
    )
    assert all(network["IPAddress"] for network in networks.values())


@pytest.mark.parametrize("mode", ["host", "none"])
def test_modes_without_addresses(driver: MemoryDriver, mode: str) -> None:
    """In the modes host and none a container has no address."""
    facts = facts_of(driver, running(driver, network_mode=mode))
    assert facts["NetworkSettings"]["Networks"][mode]["IPAddress"] == ""
    assert facts["NetworkSettings"]["Ports"] == {}


def test_container_mode(driver: MemoryDriver) -> None:
    """A container may share the network of another one, which then has to run."""
    other = driver.create_container({"image": "server", "name": "other"})
    ref = driver.create_container({"image": "server", "network_mode": "container:other"})
    with pytest.raises(Conflict, match="non running container"):
        driver.start(ref)
    driver.start(other)
    driver.start(ref)
    facts = facts_of(driver, ref)
    assert facts["HostConfig"]["NetworkMode"] == f"container:{other}"
    assert facts["NetworkSettings"]["Networks"] == {}
    with pytest.raises(Forbidden, match="cannot be connected"):
        driver.connect("bridge", ref)


def test_connect(driver: MemoryDriver) -> None:
    """A container is attached to one more network while it runs, or before it starts."""
    driver.create_network({"name": "extra"})
    ref, later = running(driver), driver.create_container({"image": "server"})
    for container in (ref, later):
        driver.connect("extra", container, {"aliases": ["db"], "links": {"a": "b"}})
    driver.start(later)
    for container in (ref, later):
        endpoint = facts_of(driver, container)["NetworkSettings"]["Networks"]["extra"]
        assert endpoint["IPAddress"]
        assert (endpoint["Aliases"], endpoint["Links"]) == (["db"], ["a:b"])


def test_free_host_ports_change_on_restart(driver: MemoryDriver) -> None:
    """A free host port is another one after a restart, for both families, and gone when the container is stopped."""
    ref = running(driver, ports={"80/tcp": None, "53/udp": 0})
    before = ports_of(driver, ref)
    assert [binding["HostIp"] for binding in before["80/tcp"]] == ["0.0.0.0", "::"]
    assert len({binding["HostPort"] for binding in before["80/tcp"]}) == 1
    driver.restart(ref)
    assert ports_of(driver, ref)["80/tcp"] != before["80/tcp"]
    assert ports_of(driver, ref)["53/udp"] != before["53/udp"]
    driver.stop(ref)
    assert ports_of(driver, ref) == {}


def test_exposed_ports_are_not_published(driver: MemoryDriver) -> None:
    """Ports that are only exposed have no binding, unless all are to be published."""
    assert ports_of(driver, running(driver, ports={"81/tcp": []})) == {"80/tcp": None, "81/tcp": None}
    assert ports_of(driver, running(driver, publish_all_ports=True))["80/tcp"]


def test_a_fixed_host_port_is_taken_once(driver: MemoryDriver) -> None:
    """A host port in use is `PortUnavailable`, after which the container has nothing, until it is free again."""
    first = running(driver, ports={"80": 8080})
    second = driver.create_container({"image": "server", "ports": {"81": None, "80": ("127.0.0.1", 8080)}})
    with pytest.raises(PortUnavailable, match=r"127\.0\.0\.1:8080 failed: port is already allocated"):
        driver.start(second)
    assert facts_of(driver, second)["State"]["Status"] == "created"
    assert list(facts_of(driver, "bridge", "network")["Containers"]) == [first]
    driver.remove("container", [first], force=True)
    driver.start(second)
    assert ports_of(driver, second)["80/tcp"] == [{"HostIp": "127.0.0.1", "HostPort": "8080"}]


def test_the_same_port_of_other_addresses(driver: MemoryDriver) -> None:
    """One host port may be published for several addresses, and for both protocols; a range gives its first free."""
    bindings = [("127.0.0.1", 8080), ("127.0.0.2", 8080)]
    assert len(ports_of(driver, running(driver, ports={"80/tcp": bindings, "80/udp": 8080}))["80/tcp"]) == 2
    both = [running(driver, ports={"80": "9000-9001"}) for _ in range(2)]
    assert [ports_of(driver, ref)["80/tcp"][0]["HostPort"] for ref in both] == ["9000", "9001"]
    with pytest.raises(PortUnavailable):
        running(driver, ports={"80": "9000-9001"})
