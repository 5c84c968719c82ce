"""Where a port of a container is reached from the machine, or the container, in which the tests run.

- a remote engine: that engine's host, and the published port;
- tests in a container of the same engine, on a network with the other: the container's own address and port;
- tests in a container, without a shared network: the gateway of that container, and the published port;
- else: the address that the port is bound to, IPv4 first, and the published port.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from .driver import Driver
from .exceptions import UsageError

__tracebackhide__ = True

_EVERYWHERE = {"0.0.0.0", "::", ""}


class Binding(NamedTuple):
    """An address and a port of the host that lead to a port of a container."""

    host: str
    port: int


def address_of(container: Mapping[str, Any], port: str | int, driver: Driver) -> tuple[str, int]:
    """Give (host, port) for a port of a container. Raises `UsageError` where there is no way to it."""
    endpoint = driver.endpoint()
    own = own_container(driver) if endpoint.local else None
    shared = _shared_address(container, own) if own else None
    if shared:
        return shared, int(port_key(port).partition("/")[0])
    found = bindings(container, port_key(port))
    if not found:
        raise UsageError(
            f"Port {port_key(port)} of container {container['Name'].lstrip('/')!r} is not published. Ask for it with "
            f"container(ports={{{port_key(port)!r}: None}})."
        )
    if own:
        return _gateway(own), found[0].port
    host = found[0].host
    return (endpoint.host if not endpoint.local or host in _EVERYWHERE else host), found[0].port


def port_key(port: str | int) -> str:
    """Give a port as the engine writes it: "8080/tcp" from 8080, "8080" or "8080/tcp"."""
    number, _, protocol = str(port).partition("/")
    return f"{number}/{protocol or 'tcp'}"


def bindings(container: Mapping[str, Any], key: str) -> list[Binding]:
    """Give where a port is published, IPv4 first."""
    published = (container["NetworkSettings"].get("Ports") or {}).get(key) or []
    found = [Binding(item.get("HostIp") or "", int(item["HostPort"])) for item in published]
    return sorted(found, key=lambda binding: ":" in binding.host)


def own_container(driver: Driver) -> Mapping[str, Any] | None:
    """Give the facts of the container that the tests run in, if they do and this engine has it."""
    if not Path("/.dockerenv").exists() and not Path("/run/.containerenv").exists():
        return None
    [facts] = driver.inspect("container", [_own_id()])
    return facts


def _own_id() -> str:
    """Give the id that the engine's files, mounted into every container, have in their path, else the host name."""
    try:
        found = re.search(r"containers/([0-9a-f]{64})/", Path("/proc/self/mountinfo").read_text())
    except OSError:
        found = None
    return found[1] if found else socket.gethostname()


def _shared_address(container: Mapping[str, Any], own: Mapping[str, Any]) -> str | None:
    ours = {facts["NetworkID"] for facts in networks(own).values()}
    shared = [address_in(facts) for facts in networks(container).values() if facts["NetworkID"] in ours]
    return next((address for address in shared if address), None)


def _gateway(own: Mapping[str, Any]) -> str:
    for facts in networks(own).values():
        if facts.get("Gateway"):
            return str(facts["Gateway"])
    return "127.0.0.1"


def networks(container: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Give what a container's facts say of each network that it is on, by the network's name."""
    return container["NetworkSettings"].get("Networks") or {}


def address_in(network: Mapping[str, Any]) -> str | None:
    """Give the container's address from what its facts say of one network: IPv4, or IPv6 where there is no other."""
    return network.get("IPAddress") or network.get("GlobalIPv6Address") or None
