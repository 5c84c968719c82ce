"""Networks and volumes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_docker_tools.driver import Driver
from pytest_docker_tools.exceptions import Conflict, Forbidden, NotFound, UnsupportedOption

Create = Callable[..., str]
Named = Callable[[str], str]
Facts = Callable[..., dict[str, Any]]


@pytest.fixture
def network(driver: Driver, named: Named) -> str:
    """A network that is gone after the test."""
    return driver.create_network({"name": named("network")})


class TestCreateNetwork:
    def test_keywords(self, driver: Driver, named: Named, facts: Facts) -> None:
        """What the keywords ask for is what the engine reports."""
        name = named("network")
        network = driver.create_network(
            {
                "name": name,
                "driver": "bridge",
                "options": {"com.docker.network.driver.mtu": 1400},
                "internal": True,
                "attachable": True,
                "labels": {"a": "b=c"},
                "check_duplicate": True,
                "scope": "local",
                "ipam": {
                    "Driver": "default",
                    "Config": [
                        {
                            "Subnet": "198.51.100.0/24",
                            "IPRange": "198.51.100.128/25",
                            "Gateway": "198.51.100.1",
                            "AuxiliaryAddresses": {"router": "198.51.100.2"},
                        }
                    ],
                },
            }
        )
        found = facts(network, "network")
        assert (len(network), found["Id"], found["Name"], found["Driver"]) == (64, network, name, "bridge")
        assert (found["Internal"], found["Attachable"], found["Labels"]) == (True, True, {"a": "b=c"})
        assert found["Options"] == {"com.docker.network.driver.mtu": "1400"}
        assert found["IPAM"]["Config"] == [
            {
                "Subnet": "198.51.100.0/24",
                "IPRange": "198.51.100.128/25",
                "Gateway": "198.51.100.1",
                "AuxiliaryAddresses": {"router": "198.51.100.2"},
            }
        ]

    def test_ipv6(self, driver: Driver, named: Named, facts: Facts) -> None:
        """A network can have IPv6."""
        options = {"enable_ipv6": True, "ipam": {"Config": [{"Subnet": "2001:db8:77::/64"}]}}
        network = driver.create_network({"name": named("network"), **options})
        assert facts(network, "network")["EnableIPv6"]

    def test_taken_name(self, driver: Driver, named: Named) -> None:
        """A name that another network has is a conflict."""
        name = named("network")
        driver.create_network({"name": name})
        with pytest.raises(Conflict, match=name):
            driver.create_network({"name": name})

    def test_overlap(self, driver: Driver, named: Named) -> None:
        """A subnet that another network has is forbidden."""
        ipam = {"Config": [{"Subnet": "198.51.100.0/24"}]}
        driver.create_network({"name": named("network"), "ipam": ipam})
        with pytest.raises(Forbidden):
            driver.create_network({"name": named("network"), "ipam": ipam})

    def test_without_a_name(self, driver: Driver) -> None:
        """A network must have a name."""
        with pytest.raises(UnsupportedOption, match="name"):
            driver.create_network({})


class TestConnect:
    def test_and_disconnect(self, driver: Driver, network: str, run: Create, facts: Facts) -> None:
        """A container can be attached to a network, with names there, and detached from it."""
        container = run()
        driver.connect(network, container, {"aliases": ["db", "database"]})
        attached = facts(container)["NetworkSettings"]["Networks"]
        mine = next(found for found in attached.values() if found["NetworkID"] == network)
        assert {"db", "database"} <= set(mine["Aliases"])
        driver.disconnect(network, container)
        assert len(facts(container)["NetworkSettings"]["Networks"]) == 1

    def test_address(self, driver: Driver, named: Named, create: Create, facts: Facts) -> None:
        """A container can have an address of its own."""
        name = named("network")
        driver.create_network({"name": name, "ipam": {"Config": [{"Subnet": "198.51.100.0/24"}]}})
        container = create()
        driver.connect(name, container, {"ipv4_address": "198.51.100.99"})
        settings = facts(container)["NetworkSettings"]["Networks"][name]
        assert settings["IPAMConfig"]["IPv4Address"] == "198.51.100.99"

    def test_twice(self, driver: Driver, network: str, run: Create) -> None:
        """A container is attached once, and detached once."""
        container = run()
        driver.connect(network, container)
        with pytest.raises(Forbidden):
            driver.connect(network, container)
        driver.disconnect(network, container, force=True)
        with pytest.raises(Conflict):
            driver.disconnect(network, container)

    def test_missing(self, driver: Driver, network: str, run: Create) -> None:
        """A network or a container that is not there is NotFound."""
        container = run()
        with pytest.raises(NotFound):
            driver.connect("no-such-network", container)
        with pytest.raises(NotFound):
            driver.connect(network, "no-such-container")


class TestRemoveNetwork:
    def test_in_use(self, driver: Driver, network: str, run: Create, named: Named, facts: Facts) -> None:
        """A network with a running container is forbidden to remove, and the others are removed."""
        other = driver.create_network({"name": named("network")})
        container = run(network=network)
        with pytest.raises(Forbidden, match="active endpoints"):
            driver.remove("network", [network, "no-such-network", other])
        assert driver.inspect("network", [other]) == [None]
        driver.remove("container", [container], force=True)

    def test_predefined(self, driver: Driver) -> None:
        """The engine's own networks stay."""
        with pytest.raises(Forbidden):
            driver.remove("network", ["host"])


class TestVolumes:
    def test_keywords(self, driver: Driver, named: Named, facts: Facts) -> None:
        """What the keywords ask for is what the engine reports."""
        name = named("volume")
        options = {"driver": "local", "driver_opts": {"type": "tmpfs", "device": "tmpfs", "o": "size=1m,uid=7"}}
        assert driver.create_volume({"name": name, "labels": {"a": "b"}, **options}) == name
        found = facts(name, "volume")
        assert (found["Driver"], found["Labels"]) == ("local", {"a": "b"})
        assert found["Options"] == {"type": "tmpfs", "device": "tmpfs", "o": "size=1m,uid=7"}

    def test_without_a_name(self, driver: Driver) -> None:
        """A volume without a name has one from the engine."""
        name = driver.create_volume({})
        try:
            assert driver.inspect("volume", [name]) != [None]
        finally:
            driver.remove("volume", [name])
        assert driver.inspect("volume", [name]) == [None]

    def test_in_use(self, driver: Driver, named: Named, create: Create) -> None:
        """A volume that a container has is a conflict to remove, also with force."""
        name = named("volume")
        create(volumes={name: {"bind": "/data"}})
        with pytest.raises(Conflict):
            driver.remove("volume", [name], force=True)
