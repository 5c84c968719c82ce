"""Ports, addresses and networks."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any

from ..exceptions import UnsupportedOption
from .values import as_it_is, assignments, keyed, many, pairs, text, texts, type_of

__tracebackhide__ = True

_PORT = re.compile("[0-9]{1,5}")
_HOST_PORT = re.compile(r"[0-9]{1,5}(-[0-9]{1,5})?")
_PROTOCOLS = ("tcp", "udp", "sctp")
_HIGHEST = 65535
_HOST_SIDE = keyed(HostIp=as_it_is, HostPort=as_it_is)
# Network modes in which a container has no endpoint of its own.
_WITHOUT_ENDPOINT = ("host", "none")


def ports(keyword: str, value: Any) -> dict[str, list[dict[str, str]]]:
    """Give {"80/tcp": [{"HostIp": ..., "HostPort": ...}]}, "" being every address and a free port.

    A key is 80, "80" or "80/udp". A value is None (a free host port), a port, (ip, port), (ip,), a dictionary with
    HostIp and HostPort, or a list of those; a port with an empty list is exposed, and published nowhere.
    """
    if not isinstance(value, Mapping):
        raise UnsupportedOption(keyword, f"it takes a dict such as {{'80/tcp': None}}, not {type_of(value)}.")
    found: dict[str, list[dict[str, str]]] = {}
    for key, bindings in value.items():
        several = bindings if isinstance(bindings, list) else [bindings]
        found.setdefault(_port(keyword, key), []).extend(_host_side(keyword, key, binding) for binding in several)
    return found


def _port(keyword: str, key: Any) -> str:
    port, _, protocol = str(key).partition("/")
    if not _PORT.fullmatch(port):
        raise UnsupportedOption(keyword, f"{key!r} is none of 80, '80' and '80/udp'.")
    # Engines take 0 for a port on which a container might listen.
    if not 0 < int(port) <= _HIGHEST:
        raise UnsupportedOption(keyword, f"{key!r} is no port: it is a number from 1 to {_HIGHEST}.")
    if protocol.lower() not in ("", *_PROTOCOLS):
        raise UnsupportedOption(keyword, f"{key!r} has none of the protocols {', '.join(_PROTOCOLS)}.")
    return f"{port}/{(protocol or 'tcp').lower()}"


def _host_side(keyword: str, key: Any, binding: Any) -> dict[str, str]:
    if isinstance(binding, Mapping):
        found = _HOST_SIDE(keyword, binding)
        binding = (found.get("HostIp"), found.get("HostPort"))
    if isinstance(binding, tuple) and len(binding) == 1:
        binding = (binding[0], None) if isinstance(binding[0], str) else (None, binding[0])
    host_ip, host_port = binding if isinstance(binding, tuple) and len(binding) == 2 else (None, binding)
    address = _address(keyword, key, str(host_ip or "").strip("[]"))
    if host_port in (None, ""):
        return {"HostIp": address, "HostPort": ""}
    if isinstance(host_port, (int, str)) and _HOST_PORT.fullmatch(str(host_port)):
        if any(int(number) > _HIGHEST for number in str(host_port).split("-")):
            raise UnsupportedOption(keyword, f"{host_port!r} for {key!r} is above {_HIGHEST}, the highest port.")
        return {"HostIp": address, "HostPort": str(host_port)}
    raise UnsupportedOption(keyword, f"{binding!r} for {key!r} is none of None, port, (ip, port) and lists of them.")


def _address(keyword: str, key: Any, address: str) -> str:
    """Give an address. An engine might publish at all there are in place of one that it cannot read."""
    try:
        if "%" in address:
            raise ValueError(address)
        ipaddress.ip_address(address or "0.0.0.0")
    except ValueError:
        raise UnsupportedOption(keyword, f"{address!r} for {key!r} is no address such as '127.0.0.1'.") from None
    return address


def endpoints(keyword: str, value: Any) -> dict[str, dict[str, Any]]:
    """Give {network: options.ConnectOptions} from `types.NetworkingConfig`, or from a dict of endpoints."""
    if not isinstance(value, Mapping):
        raise UnsupportedOption(keyword, f"it takes a dict of networks, not {type_of(value)}.")
    if value.keys() == {"EndpointsConfig"}:
        return endpoints(keyword, value["EndpointsConfig"])
    return {str(network): endpoint(keyword, found or {}) for network, found in value.items()}


def endpoint(keyword: str, value: Any) -> dict[str, Any]:
    """Give `options.ConnectOptions` from them, or from `types.EndpointConfig`."""
    given = _ENDPOINT(keyword, value)
    given |= given.pop("IPAMConfig", {})
    return {option: given[name] for name, option in _CONNECT.items() if given.get(name)}


_ADDRESSES = {"IPv4Address": text, "IPv6Address": text, "LinkLocalIPs": texts}
_ENDPOINT = keyed(
    Aliases=texts,
    Links=pairs,
    DriverOpts=assignments,
    DriverOpt=assignments,
    MacAddress=text,
    IPAMConfig=keyed(**_ADDRESSES),
    **_ADDRESSES,
)
_CONNECT = {
    "Aliases": "aliases",
    "Links": "links",
    "IPv4Address": "ipv4_address",
    "IPv6Address": "ipv6_address",
    "LinkLocalIPs": "link_local_ips",
    "DriverOpts": "driver_opt",
    "DriverOpt": "driver_opt",
    "MacAddress": "mac_address",
}

ipam_pool = keyed(Subnet=text, IPRange=text, Gateway=text, AuxiliaryAddresses=assignments)
ipam = keyed(Driver=text, Config=many(ipam_pool), Options=assignments)


def check_networks(options: dict[str, Any]) -> None:
    """Bring together what the options of a container say about networks.

    `network_mode` is then its first network, and `networking_config` has an entry for every one, if it is there.
    """
    network, mode = options.pop("network", None), options.get("network_mode")
    if network and mode:
        raise UnsupportedOption("network", "'network_mode' is given too, and both say the same.")
    attached = options.get("networking_config", {})
    first = network or mode or next(iter(attached), None)
    if first is None:
        return
    options["network_mode"] = first
    if first in _WITHOUT_ENDPOINT or first.startswith("container:"):
        published = any(options.get("ports", {}).values())
        for keyword, given in (("networking_config", attached), ("links", options.get("links")), ("ports", published)):
            if given:
                raise UnsupportedOption(keyword, f"with network_mode={first!r} a container has no network of its own.")
    if attached:
        options["networking_config"] = {first: attached.get(first, {}), **attached}
