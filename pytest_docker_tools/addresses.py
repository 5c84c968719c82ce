"""Where a port of a container is reached from the machine, or the container, in which the tests run.

| the first row that holds                                 | address                 | port          |
| -------------------------------------------------------- | ----------------------- | ------------- |
| the ini option docker_host_address is set                | that                    | the published |
| the engine is remote: its address is no socket           | the host of its address | the published |
| the tests are in a container, on a network with this one | this one's there        | its own       |
| the tests are in a container of the engine               | the gateway of theirs   | the published |
| the tests are on the engine's machine                    | that of the binding     | the published |

A port may be published several times, with other numbers: the first binding that can be reached counts, IPv4 before
IPv6. A binding to one address of the machine is, from a container, reached at that address. One to a loopback address
is reached on the machine only.

With network_mode="host" every port counts as published, under its own number; tests in such a container are on the
engine's machine. With "container:x" the networks and ports of x are meant, as are those of the tests' container where
that has it. With "none" no port is reached.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .driver import Driver, Endpoint
from .exceptions import UsageError

__tracebackhide__ = True

_MOUNTS = Path("/proc/self/mountinfo")
# Files that engines mount into each container, from a folder named after its id.
_MOUNTED_BY_ENGINE = re.compile(r"/([0-9a-f]{64})/\S* /etc/(?:hostname|hosts|resolv\.conf) ")
_HOST = re.compile(r"[\w.-]*")
_BEGINNING_OF_AN_ID = re.compile("[0-9a-f]{12}")


class Binding(NamedTuple):
    """An address and a port of the engine's machine that lead to a port of a container."""

    host: str
    port: int

    @property
    def is_ipv6(self) -> bool:
        """Whether the address is of this family."""
        return ":" in self.host

    @property
    def is_everywhere(self) -> bool:
        """Whether it stands for all addresses of its family."""
        return self.host in ("0.0.0.0", "::")

    @property
    def is_loopback(self) -> bool:
        """Whether it can be reached on that machine only."""
        return _is_loopback(self.host)


def address_of(
    container: Mapping[str, Any],
    port: str | int,
    driver: Driver,
    *,
    host_address: str | None = None,
    timeout: float | None = None,
) -> tuple[str, int]:
    """Give (host, port) for a port of a container, of which `container` is the inspect JSON.

    `host_address` is the ini option docker_host_address; `timeout` is the seconds that the engine may take to show
    another container. Raises `UsageError` where there is no way to the port.
    """
    key, endpoint = port_key(port), driver.endpoint()
    number = _number(key)
    container = _holder(container, driver, timeout)
    own = own_container(driver, timeout) if endpoint.local and not host_address else None
    shared = _shared_address(container, own) if own else None
    if shared:
        return shared, number
    published = [Binding("0.0.0.0", number)] if _mode(container) == "host" else bindings(container, key)
    if not published:
        raise UsageError(_unpublished(container, key))
    # An address given for the engine has a family, whose binding may have a port of its own.
    prefers_ipv6 = ":" in (host_address or endpoint.host)
    for binding in sorted(published, key=lambda binding: binding.is_ipv6 != prefers_ipv6):
        host = host_address or _host_of(binding, endpoint, own)
        if host:
            return host, binding.port
    raise UsageError(_unreachable(container, key, published))


def chosen_host(text: str) -> str | None:
    """Read the ini option docker_host_address, where empty is None. Raises `UsageError` for what is no name or address.

    An address of IPv6 is taken with and without brackets.
    """
    host = text.strip()
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    if not _HOST.fullmatch(host) and _address(host) is None:
        raise UsageError(
            "The ini option docker_host_address takes a name or an address without scheme or port, such as "
            f"host.docker.internal or 192.0.2.7, not {text!r}."
        )
    return host or None


def joined(host: str, port: int) -> str:
    """Give "host:port", as in URLs: an address of IPv6 is in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def port_key(port: str | int) -> str:
    """Give a port as the engine writes it: "8080/tcp" from 8080, "8080" or "8080/tcp"."""
    number, _, protocol = str(port).partition("/")
    return f"{number}/{protocol or 'tcp'}"


def bindings(container: Mapping[str, Any], key: str) -> list[Binding]:
    """Give where a port is published, IPv4 first."""
    published = _ports(container).get(key) or []
    found = [Binding(item.get("HostIp") or "0.0.0.0", int(item["HostPort"])) for item in published]
    return sorted(found, key=lambda binding: binding.is_ipv6)


def networks(container: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Give what a container's facts say of each network that it is on, by the network's name."""
    return container["NetworkSettings"].get("Networks") or {}


def address_in(network: Mapping[str, Any]) -> str | None:
    """Give the container's address from what its facts say of one network: IPv4, or IPv6 where there is no other."""
    return network.get("IPAddress") or network.get("GlobalIPv6Address") or None


def own_container(driver: Driver, timeout: float | None = None) -> Mapping[str, Any] | None:
    """Give the facts of the container whose network the tests use, None where that is the network of a machine."""
    own = own_id(driver, timeout)
    facts = driver.inspect("container", [own], timeout=timeout)[0] if own else None
    holder = _holder(facts, driver, timeout) if facts else None
    return None if holder is None or _mode(holder) == "host" else holder


def own_id(driver: Driver, timeout: float | None = None) -> str | None:
    """Give the id of the container that the tests may be in: its mounts have it, and mostly its host name."""
    try:
        mounted = _MOUNTED_BY_ENGINE.search(_MOUNTS.read_text())
    except OSError:
        mounted = None
    if mounted:
        return mounted[1]
    name = socket.gethostname()
    if not _BEGINNING_OF_AN_ID.fullmatch(name):
        return None
    return next((ref for ref in driver.ids("container", timeout=timeout) if ref.startswith(name)), None)


def _holder(container: Mapping[str, Any], driver: Driver, timeout: float | None) -> Mapping[str, Any]:
    """Give the facts of the container whose network a container uses: of itself, unless it joined another one."""
    while _mode(container).startswith("container:"):
        joined = _mode(container).partition(":")[2]
        [facts] = driver.inspect("container", [joined], timeout=timeout)
        if facts is None:
            raise driver.missing("container", joined)
        container = facts
    return container


def _shared_address(container: Mapping[str, Any], own: Mapping[str, Any]) -> str | None:
    ours = {facts["NetworkID"] for facts in networks(own).values()}
    shared = [address_in(facts) for facts in networks(container).values() if facts["NetworkID"] in ours]
    return next((address for address in shared if address), None)


def _host_of(binding: Binding, endpoint: Endpoint, own: Mapping[str, Any] | None) -> str | None:
    """Give the name or address at which a binding is reached from the tests, None where it is not."""
    if not endpoint.local:
        return None if binding.is_loopback and not _is_loopback(endpoint.host) else endpoint.host
    if own:
        return _from_container(binding, own)
    if binding.is_everywhere:
        return "::1" if binding.is_ipv6 else endpoint.host
    return binding.host


def _from_container(binding: Binding, own: Mapping[str, Any]) -> str | None:
    if binding.is_loopback:
        return None
    if not binding.is_everywhere:
        return binding.host
    gateway = "IPv6Gateway" if binding.is_ipv6 else "Gateway"
    return next((str(facts[gateway]) for facts in networks(own).values() if facts.get(gateway)), None)


def _unpublished(container: Mapping[str, Any], key: str) -> str:
    name, status = container["Name"].lstrip("/"), container["State"]["Status"]
    if _mode(container) == "none":
        return (
            f"Port {key} of container {name!r} cannot be reached, as network_mode='none' cuts it off from everything. "
            "Leave that out, or look at it from inside with exec_run()."
        )
    if status not in ("running", "paused"):
        return f"Port {key} of container {name!r} is published only while the container runs, and now it is {status}."
    if key in (container["HostConfig"].get("PortBindings") or {}):
        return (
            f"Port {key} of container {name!r} is not published, as the engine publishes nothing of an internal "
            "network. Give the container one more network, or run the tests in a container on that one."
        )
    others = [other for other, hosts in _ports(container).items() if hosts and _number(other) == _number(key)]
    if others:
        return f"Port {key} of container {name!r} is not published, but {others[0]} is: ask for that, or publish both."
    return f"Port {key} of container {name!r} is not published. Ask for it with container(ports={{{key!r}: None}})."


def _unreachable(container: Mapping[str, Any], key: str, published: Sequence[Binding]) -> str:
    places = ", ".join(f"{binding.host} (port {binding.port})" for binding in published)
    return (
        f"Port {key} of container {container['Name'].lstrip('/')!r} is published at {places} of the engine's machine, "
        f"which leads nowhere from where the tests run. Publish it on all addresses, with ports={{{key!r}: None}}; "
        "for tests in a container, give both containers a network; or say in the ini option docker_host_address where "
        "published ports are reached."
    )


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return address.is_loopback if address else host == "localhost"


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _mode(container: Mapping[str, Any]) -> str:
    return container["HostConfig"].get("NetworkMode") or ""


def _ports(container: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the published ports: those that are only exposed are None here."""
    return container["NetworkSettings"].get("Ports") or {}


def _number(key: str) -> int:
    number = key.partition("/")[0]
    if not number.isdecimal():
        raise UsageError(f"A port is a number, alone or with its protocol, such as 8080 or '53/udp', not {key!r}.")
    return int(number)
