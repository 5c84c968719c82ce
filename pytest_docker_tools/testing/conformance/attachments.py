"""What a container has in its networks, from its creation and later."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from ...driver import Driver, Facts
from ...exceptions import DriverError, UnsupportedOption
from ..capabilities import allowed
from ..fixtures import Accepts, Create, FactsOf, Named


class Row(NamedTuple):
    """A keyword of `ConnectOptions`, a value for it, and where the endpoint of a running container has that value.

    In a value, {n} is a number that no other test has for its subnets. `path` leads through the keys of the endpoint in
    the inspect JSON.
    """

    keyword: str
    value: Any
    path: str


ROWS = [
    Row("driver_opt", {"mine": "a,b"}, "DriverOpts"),
    Row("ipv4_address", "198.18.{n}.99", "IPAddress"),
    Row("ipv6_address", "2001:db8:{n:x}::99", "GlobalIPv6Address"),
    Row("link_local_ips", ["169.254.{n}.9"], "IPAMConfig.LinkLocalIPs"),
    Row("mac_address", "02:42:c6:12:00:99", "MacAddress"),
]
rows = pytest.mark.parametrize("row", ROWS, ids=[row.keyword for row in ROWS])
# Also as docker-py's `EndpointConfig` has it.
CONFIGS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "driver_opt": lambda value: {"DriverOpts": value},
    "ipv4_address": lambda value: {"IPAMConfig": {"IPv4Address": value}},
    "ipv6_address": lambda value: {"IPAMConfig": {"IPv6Address": value}},
    "link_local_ips": lambda value: {"IPAMConfig": {"LinkLocalIPs": value}},
    "mac_address": lambda value: {"MacAddress": value},
}


def wanted(row: Row, subnet: int) -> Any:
    """Give the value of a row."""
    if isinstance(row.value, dict):
        return row.value
    if isinstance(row.value, list):
        return [text.format(n=subnet) for text in row.value]
    value = row.value.format(n=subnet)
    # As the engine writes it.
    return str(ipaddress.ip_address(value)) if row.keyword == "ipv6_address" else value


def found(facts: Facts, network: str, path: str) -> Any:
    """Give what an endpoint has."""
    value = facts["NetworkSettings"]["Networks"][network]
    for name in path.split("."):
        value = value[name]
    return value


class TestAttachments:
    @rows
    def test_from_the_start(
        self,
        driver: Driver,
        create: Create,
        facts: FactsOf,
        wide_network: str,
        subnet: int,
        row: Row,
        accepts: Accepts,
        only_from_the_start: frozenset[str],
    ) -> None:
        """What `networking_config` asks for is what the container has in its first network."""
        value = wanted(row, subnet)
        with allowed(row.keyword in only_from_the_start or accepts("connect", row.keyword)):
            container = create(network=wide_network, networking_config={wide_network: CONFIGS[row.keyword](value)})
            driver.start(container)
            assert found(facts(container), wide_network, row.path) == value

    @rows
    def test_later(
        self, driver: Driver, run: Create, facts: FactsOf, wide_network: str, subnet: int, row: Row, accepts: Accepts
    ) -> None:
        """What `connect` asks for is what the container has in one more network."""
        value = wanted(row, subnet)
        with allowed(accepts("connect", row.keyword)):
            container = run()
            driver.connect(wide_network, container, {row.keyword: value})
            assert found(facts(container), wide_network, row.path) == value

    def test_links(
        self, driver: Driver, create: Create, run: Create, facts: FactsOf, network: str, accepts: Accepts
    ) -> None:
        """A link to another container is one of the network in which it was asked for."""
        other, name = run(network=network), facts(network, "network")["Name"]
        with allowed(accepts("connect", "links")):
            first = create(network=name, networking_config={name: {"links": {other: "database"}}})
            second = create()
            driver.connect(name, second, {"links": [(other, "database")]})
            for container in (first, second):
                assert found(facts(container), name, "Links") == [f"{other}:database"]

    def test_several_networks(self, driver: Driver, create: Create, named: Named, facts: FactsOf) -> None:
        """A container can be in several networks before it starts, with names of its own in each."""
        names = [named("network"), named("network")]
        for name in names:
            driver.create_network({"name": name})
        container = create(networking_config={name: {"Aliases": [f"in-{name}"]} for name in names})
        attached = facts(container)["NetworkSettings"]["Networks"]
        assert set(attached) == set(names)
        assert [f"in-{name}" in attached[name]["Aliases"] for name in names] == [True, True]

    def test_one_that_fails(self, driver: Driver, create: Create, named: Named, network: str) -> None:
        """Nothing is left of a container that cannot be attached to one of its networks."""
        name, other = named("container"), driver.create_network({"name": named("network")})
        with pytest.raises(DriverError, match=r"nonsense|IP address"):
            create(name=name, network=network, networking_config={other: {"ipv4_address": "nonsense"}})
        assert driver.inspect("container", [name]) == [None]

    @pytest.mark.parametrize("mode", ["host", "none"])
    def test_without_a_network(self, create: Create, network: str, mode: str) -> None:
        """A container without a network of its own can have nothing in one."""
        with pytest.raises(UnsupportedOption):
            create(network_mode=mode, networking_config={network: {"aliases": ["db"]}})
