"""Volumes."""

from __future__ import annotations

from collections.abc import Mapping

from ..exceptions import Conflict
from .model import Collection, Filters, Model, remove

__tracebackhide__ = True


class Volume(Model):
    """A volume."""

    kind = "volume"

    @property
    def id(self) -> str:
        """The name: volumes have no other id."""
        return str(self.attrs["Name"])

    name = id

    def remove(self, force: bool = False) -> None:
        """Remove the volume. Raises `Conflict` while a container uses it."""
        remove(self.driver, self.kind, self.id, force=force)


class Volumes(Collection[Volume]):
    """The volumes of an engine."""

    model = Volume

    def get(self, volume_id: str) -> Volume:
        """Give the volume of that name. Raises `NotFound`."""
        return self._get(volume_id)

    def list(self, filters: Filters | None = None) -> list[Volume]:
        """Give the volumes."""
        return self._list(filters)

    def create(
        self,
        name: str | None = None,
        *,
        driver: str | None = None,
        driver_opts: Mapping[str, str] | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> Volume:
        """Create a volume, or give the one that has the name already. Without a name the engine makes one up."""
        given = {"name": name, "driver": driver, "driver_opts": driver_opts, "labels": labels}
        try:
            ref = self.client.driver.create_volume({key: value for key, value in given.items() if value})
        except Conflict:
            # Engines differ; docker gives it.
            if not name:
                raise
            ref = name
        return self._get(ref)
