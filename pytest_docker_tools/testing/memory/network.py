"""Networks, addresses and published ports of the engine in memory."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ...exceptions import Forbidden, PortUnavailable
from .image import timestamp

__tracebackhide__ = True

Address: TypeAlias = "ipaddress.IPv4Address | ipaddress.IPv6Address"
Subnet: TypeAlias = "ipaddress.IPv4Network | ipaddress.IPv6Network"
PREDEFINED = ("bridge", "host", "none")
_EPHEMERAL = 32768
_EVERY_ADDRESS = ("", "0.0.0.0", "::")


@dataclass
class Pool:
    """A subnet of a network, its gateway, and what was configured beside."""

    subnet: Subnet
    gateway: Address
    settings: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Pool:
        """Read a pool as the engine's API has it, with Subnet and perhaps Gateway, IPRange, AuxiliaryAddresses."""
        subnet = ipaddress.ip_network(settings["Subnet"])
        gateway = settings.get("Gateway")
        return cls(subnet, ipaddress.ip_address(gateway) if gateway else subnet[1], settings)

    def hosts(self) -> Iterator[Address]:
        """Give the addresses for containers, which are in the part of it that was configured for them."""
        return iter(ipaddress.ip_network(self.settings.get("IPRange") or self.subnet).hosts())

    def overlaps(self, other: Pool) -> bool:
        """Say whether two pools have addresses in common."""
        return self.subnet[0] in other.subnet or other.subnet[0] in self.subnet

    def facts(self) -> dict[str, Any]:
        """Give the inspect JSON."""
        given = {name: value for name, value in self.settings.items() if value}
        return {**given, "Subnet": str(self.subnet), "Gateway": str(self.gateway)}


@dataclass
class Endpoint:
    """How one container is attached to one network. It has addresses while the container runs.

    `network` is the network as the user named it; `wanted` are addresses by "IPv4Address" and "IPv6Address".
    """

    network: str
    aliases: list[str] = field(default_factory=list)
    links: list[str] | None = None
    wanted: dict[str, Any] = field(default_factory=dict)
    driver_opts: dict[str, str] | None = None
    mac_address: str | None = None
    network_id: str = ""
    id: str = ""
    addresses: dict[int, tuple[Address, Pool]] = field(default_factory=dict)

    def release(self) -> None:
        """Forget the addresses, as an engine does when the container stops."""
        self.id, self.addresses = "", {}

    def facts(self) -> dict[str, Any]:
        """Give this endpoint as the inspect JSON of its container has it."""
        four, six = self.addresses.get(4), self.addresses.get(6)
        return {
            "IPAMConfig": dict(self.wanted) or None,
            "Links": self.links,
            "Aliases": list(self.aliases) or None,
            "NetworkID": self.network_id,
            "EndpointID": self.id,
            "Gateway": str(four[1].gateway) if four else "",
            "IPAddress": str(four[0]) if four else "",
            "IPPrefixLen": four[1].subnet.prefixlen if four else 0,
            "IPv6Gateway": str(six[1].gateway) if six else "",
            "GlobalIPv6Address": str(six[0]) if six else "",
            "GlobalIPv6PrefixLen": six[1].subnet.prefixlen if six else 0,
            "MacAddress": self.mac(),
            "DriverOpts": self.driver_opts,
        }

    def mac(self) -> str:
        """Give the hardware address, which an engine derives from the IPv4 address."""
        four = self.addresses.get(4)
        if not four:
            return ""
        return self.mac_address or "02:42:" + ":".join(f"{part:02x}" for part in four[0].packed)

    def with_prefix(self, version: int) -> str:
        """Give an address as a network's inspect JSON has it."""
        found = self.addresses.get(version)
        return f"{found[0]}/{found[1].subnet.prefixlen}" if found else ""


@dataclass
class MemoryNetwork:
    """A network, and the endpoints of the containers that run in it, by container id."""

    name: str
    driver: str = "bridge"
    pools: list[Pool] = field(default_factory=list)
    ipam: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    scope: str = "local"
    internal: bool = False
    attachable: bool = False
    ingress: bool = False
    enable_ipv6: bool = False
    id: str = field(default_factory=lambda: secrets.token_hex(32))
    created: str = field(default_factory=timestamp)
    active: dict[str, Endpoint] = field(default_factory=dict)

    def attach(self, container: str, endpoint: Endpoint) -> None:
        """Give an endpoint its addresses."""
        chosen: dict[int, tuple[Address, Pool]] = {
            pool.subnet.version: (self._address(pool, endpoint.wanted), pool) for pool in self.pools
        }
        endpoint.network_id, endpoint.id, endpoint.addresses = self.id, secrets.token_hex(32), chosen
        self.active[container] = endpoint

    def detach(self, container: str) -> None:
        """Take back the addresses of a container, if it has some here."""
        endpoint = self.active.pop(container, None)
        if endpoint:
            endpoint.release()

    def _address(self, pool: Pool, wanted: Mapping[str, Any]) -> Address:
        taken = {found[0] for endpoint in self.active.values() for found in endpoint.addresses.values()}
        taken.add(pool.gateway)
        fixed = wanted.get(f"IPv{pool.subnet.version}Address")
        if not fixed:
            return next(address for address in pool.hosts() if address not in taken)
        if ipaddress.ip_address(fixed) not in pool.subnet:
            raise Forbidden(f"The address {fixed} is not in {pool.subnet}, the subnet of the network {self.name}.")
        if ipaddress.ip_address(fixed) in taken:
            raise Forbidden(f"Address already in use: {fixed} in the network {self.name}. Choose a free one.")
        return ipaddress.ip_address(fixed)

    def facts(self, names: Mapping[str, str]) -> dict[str, Any]:
        """Give the inspect JSON. `names` are those of the containers, by id."""
        return {
            "Name": self.name,
            "Id": self.id,
            "Created": self.created,
            "Scope": self.scope,
            "Driver": self.driver,
            "EnableIPv6": self.enable_ipv6,
            "IPAM": {
                "Driver": self.ipam.get("Driver") or "default",
                "Options": dict(self.ipam.get("Options") or {}),
                "Config": [pool.facts() for pool in self.pools],
            },
            "Internal": self.internal,
            "Attachable": self.attachable,
            "Ingress": self.ingress,
            "ConfigFrom": {"Network": ""},
            "ConfigOnly": False,
            "Containers": {container: _attached(names[container], found) for container, found in self.active.items()},
            "Options": dict(self.options),
            "Labels": dict(self.labels),
        }


def _attached(name: str, endpoint: Endpoint) -> dict[str, str]:
    return {
        "Name": name,
        "EndpointID": endpoint.id,
        "MacAddress": endpoint.mac(),
        "IPv4Address": endpoint.with_prefix(4),
        "IPv6Address": endpoint.with_prefix(6),
    }


def default_pools(number: int, ipv6: bool) -> list[Pool]:
    """Give what the engine takes for its nth network where nothing is configured."""
    subnets = [f"172.{17 + number}.0.0/16"] if number < 15 else [f"10.{number}.0.0/16"]
    return [Pool.of({"Subnet": subnet}) for subnet in [*subnets, *([f"fd00:{number:x}::/64"] if ipv6 else [])]]


@dataclass(frozen=True)
class Published:
    """A port of the host, and the container to which it leads."""

    container: str
    protocol: str
    host_ip: str
    port: int

    def covers(self, protocol: str, host_ip: str, port: int) -> bool:
        """Say whether another container cannot have this port as well."""
        same_ip = host_ip == self.host_ip or host_ip in _EVERY_ADDRESS or self.host_ip in _EVERY_ADDRESS
        return same_ip and (protocol, port) == (self.protocol, self.port)


class HostPorts:
    """The published ports of all running containers. A free one is always another than before."""

    def __init__(self) -> None:
        self._published: list[Published] = []
        self._last = _EPHEMERAL - 1

    def publish(
        self, container: str, exposed: Iterable[str], bindings: Mapping[str, Sequence[Mapping[str, str]]]
    ) -> dict[str, list[dict[str, str]] | None]:
        """Publish ports, and give NetworkSettings.Ports of the inspect JSON. All of them, or none."""
        try:
            ports: dict[str, list[dict[str, str]] | None] = dict.fromkeys(exposed)
            for port, wanted in bindings.items():
                found = [facts for binding in wanted for facts in self._bind(container, port, binding)]
                ports[port] = found or None
            return ports
        except PortUnavailable:
            self.release(container)
            raise

    def release(self, container: str) -> None:
        """Free the ports of a container."""
        self._published = [published for published in self._published if published.container != container]

    def _bind(self, container: str, port: str, binding: Mapping[str, str]) -> list[dict[str, str]]:
        protocol, host_ip = port.partition("/")[2], binding["HostIp"]
        for number in self._candidates(binding["HostPort"]):
            if not any(published.covers(protocol, host_ip, number) for published in self._published):
                self._published.append(Published(container, protocol, host_ip, number))
                return [{"HostIp": ip, "HostPort": str(number)} for ip in ([host_ip] if host_ip else ["0.0.0.0", "::"])]
        raise PortUnavailable(
            f"Driver failed programming external connectivity: Bind for {host_ip or '0.0.0.0'}:{binding['HostPort']} "
            "failed: port is already allocated. Use None for a free host port, or remove what has this one."
        )

    def _candidates(self, host_port: str) -> Iterator[int]:
        first, _, last = host_port.partition("-")
        if first not in ("", "0"):
            yield from range(int(first), int(last or first) + 1)
            return
        while True:
            self._last += 1
            yield self._last
