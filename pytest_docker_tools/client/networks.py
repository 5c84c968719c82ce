"""Networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..unsupported import refuse
from .model import Collection, Filters, Model, reference, remove

if TYPE_CHECKING:
    from .containers import Container

__tracebackhide__ = True


class Network(Model):
    """A network."""

    kind = "network"

    @property
    def name(self) -> str:
        """The name."""
        return str(self.attrs["Name"])

    @property
    def containers(self) -> list[Container]:
        """The containers that were attached at the last look."""
        return [self.client.containers.get(ref) for ref in self.attrs.get("Containers") or {}]

    def connect(
        self,
        container: Container | str,
        ipv4_address: str | None = None,
        ipv6_address: str | None = None,
        aliases: Sequence[str] | None = None,
        links: Sequence[Any] | Mapping[str, str] | None = None,
        link_local_ips: Sequence[str] | None = None,
        driver_opt: Mapping[str, str] | None = None,
        mac_address: str | None = None,
    ) -> None:
        """Attach a container. Raises `Forbidden` for one that is attached already."""
        options = {
            "ipv4_address": ipv4_address,
            "ipv6_address": ipv6_address,
            "aliases": aliases,
            "links": links,
            "link_local_ips": link_local_ips,
            "driver_opt": driver_opt,
            "mac_address": mac_address,
        }
        self.driver.connect(self.id, reference(container), _given(options))

    def disconnect(self, container: Container | str, force: bool = False) -> None:
        """Detach a container. Raises `Conflict` for one that is not attached."""
        self.driver.disconnect(self.id, reference(container), force=force)

    def remove(self) -> None:
        """Remove the network. Raises `Forbidden` while containers are attached."""
        remove(self.driver, self.kind, self.id)


class Networks(Collection[Network]):
    """The networks of an engine."""

    model = Network

    def get(self, network_id: str, verbose: bool | None = None, scope: str | None = None) -> Network:
        """Give the network of that id or name. Raises `NotFound`."""
        refuse(verbose=verbose, scope=scope)
        return self._get(network_id)

    def list(
        self,
        names: Sequence[str] | None = None,
        ids: Sequence[str] | None = None,
        filters: Filters | None = None,
        greedy: bool = False,
    ) -> list[Network]:
        """Give the networks, or those with one of these parts of a name, or of an id.

        They know their containers, whatever `greedy` says.
        """
        return self._list({**(filters or {}), **_given({"name": names or None, "id": ids or None})})

    def create(
        self,
        name: str,
        driver: str | None = None,
        options: Mapping[str, str] | None = None,
        ipam: Any = None,
        check_duplicate: bool | None = None,
        internal: bool = False,
        labels: Mapping[str, str] | None = None,
        enable_ipv6: bool = False,
        attachable: bool | None = None,
        scope: str | None = None,
        ingress: bool | None = None,
    ) -> Network:
        """Create a network. Raises `Conflict` where the name is taken."""
        given = {
            "name": name,
            "driver": driver,
            "options": options,
            "ipam": ipam,
            "check_duplicate": check_duplicate,
            "internal": internal or None,
            "labels": labels,
            "enable_ipv6": enable_ipv6 or None,
            "attachable": attachable,
            "scope": scope,
            "ingress": ingress,
        }
        return self._get(self.client.driver.create_network(_given(given)))


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what nobody asked for."""
    return {name: value for name, value in options.items() if value is not None}
