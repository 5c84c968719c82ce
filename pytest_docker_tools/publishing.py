"""At which address of the engine's machine ports are published for which the test names none."""

from __future__ import annotations

import ipaddress
from typing import Any

from .exceptions import UsageError
from .normalise.networking import ports

__tracebackhide__ = True


def bind(options: dict[str, Any], address: str) -> None:
    """Publish the ports of a container at an address, the ini option docker_publish_address, unless they name one.

    Empty is none, with which engines publish them at every address. Raises `UsageError`.
    """
    if not address:
        return
    _require_address(address)
    if options.get("publish_all_ports"):
        raise UsageError(
            "container(publish_all_ports=True) publishes at every address of the engine's machine, and the ini option "
            f"docker_publish_address asks for {address!r}. Name the ports instead: ports={{'80/tcp': None}}."
        )
    if options.get("ports"):
        bound = ports("ports", options["ports"])
        options["ports"] = {
            key: [{**binding, "HostIp": binding["HostIp"] or address} for binding in bindings]
            for key, bindings in bound.items()
        }


def _require_address(text: str) -> None:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        raise UsageError(
            "The ini option docker_publish_address takes an address of the engine's machine, such as 127.0.0.1, not "
            f"{text!r}."
        ) from None
