"""The published ports of a container."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..addresses import bindings, port_key

__tracebackhide__ = True


class Ports(Mapping[str, "list[int]"]):
    """Port of the container, such as "8080/tcp" -> the host ports it is published on, IPv4 first, each once."""

    def __init__(self, attrs: Mapping[str, Any]) -> None:
        self._attrs = attrs

    def __getitem__(self, port: str | int) -> list[int]:
        key = port_key(port)
        if key not in self._published():
            raise KeyError(f"{key} (published: {', '.join(self) or 'nothing'})")
        return list(dict.fromkeys(binding.port for binding in bindings(self._attrs, key)))

    def __iter__(self) -> Iterator[str]:
        return iter(self._published())

    def __len__(self) -> int:
        return len(self._published())

    def _published(self) -> dict[str, Any]:
        ports = self._attrs["NetworkSettings"].get("Ports") or {}
        return {port: hosts for port, hosts in ports.items() if hosts}

    def __repr__(self) -> str:
        return f"Ports({dict(self)})"
