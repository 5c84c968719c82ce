"""The addresses of a container."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..addresses import address_in, networks
from ..exceptions import UsageError

if TYPE_CHECKING:
    from ..client import Network

__tracebackhide__ = True


class Ips(Mapping[str, str]):
    """Network name -> address. A network may be given itself. IPv4, or IPv6 where there is no other."""

    def __init__(self, attrs: Mapping[str, Any]) -> None:
        found = {name: address_in(facts) for name, facts in networks(attrs).items()}
        self._addresses: dict[str, str] = {name: address for name, address in found.items() if address}

    @property
    def primary(self) -> str:
        """The address on the only network. Raises `UsageError` where there is none, or more than one."""
        if len(self) != 1:
            if not self:
                raise UsageError("The container has no address: it does not run, or its network mode gives it none.")
            raise UsageError(
                f"The container is on {len(self)} networks ({', '.join(self)}), so it has no primary address. Name "
                "one: ips[network]."
            )
        return next(iter(self._addresses.values()))

    def __getitem__(self, network: str | Network) -> str:
        name = network if isinstance(network, str) else network.name
        if name not in self._addresses:
            raise KeyError(f"{name} (the container has an address on: {', '.join(self) or 'no network'})")
        return self._addresses[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._addresses)

    def __len__(self) -> int:
        return len(self._addresses)

    def __repr__(self) -> str:
        return f"Ips({self._addresses})"
