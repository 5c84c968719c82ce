"""Removing what the engine in memory has. Every function is called with the engine's lock held."""

from __future__ import annotations

from ...exceptions import Conflict, Forbidden
from .container import MemoryContainer
from .engine import MemoryEngine
from .image import StoredImage
from .life import remove as remove_container
from .mounts import MemoryVolume
from .network import PREDEFINED, MemoryNetwork

__tracebackhide__ = True


def remove(engine: MemoryEngine, kind: str, ref: str, *, force: bool, volumes: bool) -> None:
    """Remove one object of a kind. One that is not there is fine."""
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
