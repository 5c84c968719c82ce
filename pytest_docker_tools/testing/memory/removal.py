"""Removing what the engine in memory has. Every function is called with the engine's lock held."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...driver import Removal
from ...exceptions import Conflict, DriverError, Forbidden
from .container import MemoryContainer
from .engine import MemoryEngine
from .image import StoredImage
from .life import remove as remove_container
from .mounts import MemoryVolume
from .network import PREDEFINED, MemoryNetwork

__tracebackhide__ = True


class MemoryRemoval(Removal):
    """A removal that is done when somebody has looked at it so many times. `work` says whether all is gone."""

    def __init__(self, work: Callable[[], bool], looks: int) -> None:
        self._work, self._looks = work, looks
        self._is_done: bool | None = None

    def poll(self) -> bool | None:
        if self._is_done is None and self._looks == 0:
            self._is_done = self._work()
        self._looks -= 1
        return self._is_done


def remove_all(
    engine: MemoryEngine, kind: str, refs: Sequence[str], *, force: bool, volumes: bool
) -> list[DriverError]:
    """Remove objects of a kind, and give why some of them cannot be. One that is not there is fine."""
    errors = []
    for ref in refs:
        try:
            _remove(engine, kind, ref, force=force, volumes=volumes)
        except DriverError as error:
            errors.append(error)
    return errors


def _remove(engine: MemoryEngine, kind: str, ref: str, *, force: bool, volumes: bool) -> None:
    found = engine.find(kind, ref)
    if isinstance(found, MemoryContainer):
        remove_container(engine, found, force=force, volumes=volumes)
    elif isinstance(found, StoredImage):
        _remove_image(engine, found, ref, force)
    elif isinstance(found, MemoryNetwork):
        _remove_network(engine, found)
    elif isinstance(found, MemoryVolume):
        _remove_volume(engine, found)


def _remove_image(engine: MemoryEngine, image: StoredImage, ref: str, force: bool) -> None:
    users = [container for container in engine.containers.values() if container.stored is image]
    active = [container.id for container in users if container.running]
    if active:
        raise Conflict(
            f"conflict: unable to delete {ref} (cannot be forced): the running container {active[0]} uses it."
        )
    engine.images.remove(ref, users[0].id if users else None, force)


def _remove_network(engine: MemoryEngine, network: MemoryNetwork) -> None:
    if network.name in PREDEFINED:
        raise Forbidden(f"{network.name} is a pre-defined network and cannot be removed.")
    if network.active:
        users = ", ".join(sorted(network.active))
        raise Forbidden(f"network {network.name} id {network.id} has active endpoints. Stop or disconnect {users}.")
    del engine.networks[network.id]


def _remove_volume(engine: MemoryEngine, volume: MemoryVolume) -> None:
    users = engine.users(volume.name)
    if users:
        raise Conflict(f"remove {volume.name}: volume is in use - [{', '.join(users)}]. Remove these containers first.")
    del engine.volumes[volume.name]
