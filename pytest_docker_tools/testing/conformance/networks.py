"""Networks and volumes."""

from __future__ import annotations

from contextlib import suppress

import pytest

from ...driver import Driver
from ...exceptions import Conflict, Forbidden, NotFound, UnsupportedOption
from ..capabilities import allowed, needs, unless_engine_says
from ..fixtures import Accepts, Create, FactsOf, Named


class TestCreateNetwork:
    def test_gives_the_id(self, driver: Driver, named: Named, facts: FactsOf) -> None:
        """The id is the engine's."""
        name = named("network")
        network = driver.create_network({"name": name})
        assert facts(name, "network")["Id"] == facts(network, "network")["Id"] == network
        assert facts(network, "network")["Name"] == name

    def test_pool(self, driver: Driver, named: Named, facts: FactsOf, subnet: int) -> None:
        """Addresses come from the pool asked for."""
        pool = {"Subnet": f"198.18.{subnet}.0/24", "Gateway": f"198.18.{subnet}.9"}
        network = driver.create_network({"name": named("network"), "ipam": {"Driver": "default", "Config": [pool]}})
        [found] = facts(network, "network")["IPAM"]["Config"]
        assert {key: found[key] for key in pool} == pool

    @needs("network_ids")
    def test_id(self, driver: Driver, named: Named, facts: FactsOf) -> None:
        """A network is found by its id, which is not its name."""
        name = named("network")
        network = driver.create_network({"name": name})
        assert (facts(network, "network")["Name"], network == name) == (name, False)

    def test_part_of_a_pool(self, driver: Driver, named: Named, run: Create, facts: FactsOf, subnet: int) -> None:
        """Addresses come from the range asked for."""
        pool = {"Subnet": f"198.18.{subnet}.0/24", "IPRange": f"198.18.{subnet}.128/25"}
        network = driver.create_network({"name": named("network"), "ipam": {"Config": [pool]}})
        [attached] = facts(run(network=network))["NetworkSettings"]["Networks"].values()
        assert int(attached["IPAddress"].rpartition(".")[2]) >= 128

    def test_reserved_addresses(
        self, driver: Driver, named: Named, facts: FactsOf, subnet: int, accepts: Accepts
    ) -> None:
        """Addresses can be kept for others."""
        reserved = {"router": f"198.18.{subnet}.2"}
        pool = {"Subnet": f"198.18.{subnet}.0/24", "AuxiliaryAddresses": reserved}
        with allowed(accepts("network", "network ipam reserved")):
            network = driver.create_network({"name": named("network"), "ipam": {"Config": [pool]}})
            assert facts(network, "network")["IPAM"]["Config"][0]["AuxiliaryAddresses"] == reserved

    def test_ipv6(self, driver: Driver, named: Named, facts: FactsOf, subnet: int) -> None:
        """A network can have IPv6."""
        options = {"enable_ipv6": True, "ipam": {"Config": [{"Subnet": f"2001:db8:{subnet:x}::/64"}]}}
        network = driver.create_network({"name": named("network"), **options})
        assert facts(network, "network")["EnableIPv6"]

    def test_of_a_swarm(self, driver: Driver, named: Named, facts: FactsOf, accepts: Accepts) -> None:
        """The network by which a swarm is reached is one of an engine that is in a swarm."""
        with allowed(accepts("network", "ingress")), unless_engine_says("swarm"):
            network = driver.create_network({"name": named("network"), "driver": "overlay", "ingress": True})
            assert facts(network, "network")["Ingress"] is True

    @pytest.mark.parametrize("check", [None, True])
    def test_taken_name(self, driver: Driver, named: Named, check: bool | None) -> None:
        """A name that another network has is a conflict, also if nobody asked to look for it."""
        name = named("network")
        driver.create_network({"name": name})
        with pytest.raises(Conflict, match=name):
            driver.create_network({"name": name, "check_duplicate": check})

    def test_overlap(self, driver: Driver, named: Named, subnet: int) -> None:
        """A subnet that another network has is forbidden."""
        ipam = {"Config": [{"Subnet": f"198.18.{subnet}.0/24"}]}
        driver.create_network({"name": named("network"), "ipam": ipam})
        with pytest.raises(Forbidden):
            driver.create_network({"name": named("network"), "ipam": ipam})

    def test_without_a_name(self, driver: Driver) -> None:
        """A network must have a name."""
        with pytest.raises(UnsupportedOption, match="name"):
            driver.create_network({})

    def test_unknown(self, driver: Driver, named: Named) -> None:
        """A keyword that there is not is refused, and named."""
        with pytest.raises(UnsupportedOption) as raised:
            driver.create_network({"name": named("network"), "colour": "red"})
        assert raised.value.keyword == "colour"


class TestConnect:
    def test_and_disconnect(self, driver: Driver, network: str, run: Create, facts: FactsOf) -> None:
        """A container can be attached to a network, with names there, and detached from it."""
        container = run()
        before = facts(container)["NetworkSettings"]["Networks"]
        driver.connect(network, container, {"aliases": ["db", "database"]})
        attached = facts(container)["NetworkSettings"]["Networks"]
        [mine] = [found for found in attached.values() if found["NetworkID"] == network]
        assert {"db", "database"} <= set(mine["Aliases"])
        assert mine["IPAddress"]
        driver.disconnect(network, container)
        assert facts(container)["NetworkSettings"]["Networks"].keys() == before.keys()

    def test_before_it_starts(self, driver: Driver, named: Named, create: Create, facts: FactsOf, subnet: int) -> None:
        """A container that has not been started can be attached too, with an address of its own."""
        name = named("network")
        driver.create_network({"name": name, "ipam": {"Config": [{"Subnet": f"198.18.{subnet}.0/24"}]}})
        container = create()
        driver.connect(name, container, {"ipv4_address": f"198.18.{subnet}.99"})
        driver.start(container)
        assert facts(container)["NetworkSettings"]["Networks"][name]["IPAddress"] == f"198.18.{subnet}.99"

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
        for verb in (driver.connect, driver.disconnect):
            with pytest.raises(NotFound, match="no-such-network"):
                verb("no-such-network", container)
            with pytest.raises(NotFound, match="no-such-container"):
                verb(network, "no-such-container")

    def test_unknown(self, driver: Driver, network: str, create: Create) -> None:
        """A keyword that there is not is refused, and named."""
        container = create()
        with pytest.raises(UnsupportedOption) as raised:
            driver.connect(network, container, {"colour": "red"})
        assert raised.value.keyword == "colour"


class TestCreateVolume:
    def test_gives_the_name(self, driver: Driver, named: Named, facts: FactsOf) -> None:
        """The name is the one asked for."""
        name = named("volume")
        assert driver.create_volume({"name": name}) == facts(name, "volume")["Name"] == name

    def test_without_a_name(self, driver: Driver) -> None:
        """A volume without a name has one from the engine."""
        name = driver.create_volume({})
        try:
            assert driver.inspect("volume", [name]) != [None]
        finally:
            driver.remove("volume", [name])
        assert driver.inspect("volume", [name]) == [None]

    def test_taken_name(self, driver: Driver, named: Named, facts: FactsOf) -> None:
        """The volume that has the name stays as it is: it is given, or the name is a conflict."""
        name = named("volume")
        driver.create_volume({"name": name, "labels": {"first": "1"}})
        with suppress(Conflict):
            assert driver.create_volume({"name": name, "labels": {"second": "2"}}) == name
        assert facts(name, "volume")["Labels"] == {"first": "1"}

    def test_unknown(self, driver: Driver, named: Named) -> None:
        """A keyword that there is not is refused, and named."""
        with pytest.raises(UnsupportedOption) as raised:
            driver.create_volume({"name": named("volume"), "colour": "red"})
        assert raised.value.keyword == "colour"
