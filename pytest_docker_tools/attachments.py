"""The networks of a container, as tests name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .exceptions import UsageError
from .normalise import endpoint
from .normalise.values import sequence_of, texts

__tracebackhide__ = True


def bring_together(options: dict[str, Any]) -> None:
    """Put `network` and `networking_config` in place of `networks` and `aliases` of a container.

    `networks` is a list of networks, or of their names, or a dict with a `types.EndpointConfig`, or None, for each.
    `aliases` are names that the container has in all of its networks. Raises `UsageError`.
    """
    networks, aliases = options.pop("networks", None), options.pop("aliases", None)
    if networks is None and aliases is None:
        return
    if options.get("networking_config"):
        raise UsageError(
            "container(networking_config=...) says what 'networks' and 'aliases' say. Leave them out, or move what it "
            "has to networks={name: EndpointConfig(...)}."
        )
    if networks and options.get("network_mode"):
        raise UsageError("container(network_mode=...) says what 'networks' says. Leave it out.")
    endpoints = _endpoints(options.get("network"), networks)
    if aliases and not endpoints:
        raise UsageError("container(aliases=...) needs network=... or networks=[...], in which it has these names.")
    for found in endpoints.values():
        names = [*found.get("aliases", []), *texts("aliases", aliases or [])]
        found.update({"aliases": names} if names else {})
    if endpoints:
        options.update(network=next(iter(endpoints)), networking_config=endpoints)


def of(container: Mapping[str, Any], network: str) -> dict[str, Any]:
    """Give the options, those of `Driver.connect`, with which a container is attached to a network, by its facts.

    Raises `UsageError` where it is not.
    """
    attached = container["NetworkSettings"].get("Networks") or {}
    if network not in attached:
        raise UsageError(
            f"Container {container['Name'].lstrip('/')!r} is not on the network {network!r}. It is on: "
            f"{', '.join(attached) or 'none'}."
        )
    facts = attached[network]
    addresses = facts.get("IPAMConfig") or {}
    found = {
        # Engines add the short id by themselves.
        "aliases": [name for name in facts.get("Aliases") or [] if not container["Id"].startswith(name)],
        "links": facts.get("Links"),
        "driver_opt": facts.get("DriverOpts"),
        "ipv4_address": addresses.get("IPv4Address"),
        "ipv6_address": addresses.get("IPv6Address"),
        "link_local_ips": addresses.get("LinkLocalIPs"),
        # Neighbours remember it for a while.
        "mac_address": facts.get("MacAddress"),
    }
    return {keyword: value for keyword, value in found.items() if value}


def _endpoints(network: Any, networks: Any) -> dict[str, dict[str, Any]]:
    is_dict = isinstance(networks, Mapping)
    given = networks.items() if is_dict else [(item, None) for item in sequence_of("networks", networks or [])]
    named = {_name(key): endpoint("networks", value or {}) for key, value in given}
    return {network: {}, **named} if network else named


def _name(network: Any) -> str:
    name = getattr(network, "name", network)
    if not isinstance(name, str):
        raise UsageError(f"container(networks=...) takes networks, or names of them, not {type(name).__name__}.")
    return name
