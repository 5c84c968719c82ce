"""Volumes of the engine in memory, and what of them and of the host is mounted into a container."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ... import normalise
from ...exceptions import EngineError
from .files import FileTree
from .image import timestamp

__tracebackhide__ = True

_VOLUME_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")


@dataclass
class MemoryVolume:
    """A volume and its files. An anonymous one may go with its container."""

    name: str = field(default_factory=lambda: secrets.token_hex(32))
    driver: str = "local"
    options: Mapping[str, str] | None = None
    labels: Mapping[str, str] | None = None
    anonymous: bool = False
    created: str = field(default_factory=timestamp)
    files: FileTree = field(default_factory=FileTree)

    def facts(self) -> dict[str, Any]:
        """Give the inspect JSON."""
        return {
            "CreatedAt": self.created,
            "Driver": self.driver,
            "Labels": dict(self.labels) if self.labels else None,
            "Mountpoint": f"/volumes/{self.name}/_data",
            "Name": self.name,
            "Options": dict(self.options) if self.options else None,
            "Scope": "local",
        }


@dataclass(frozen=True)
class MountPoint:
    """Something mounted into a container. `name` is that of a volume, `source` a folder of the host."""

    type: str
    destination: str
    files: FileTree
    name: str = ""
    source: str = ""
    driver: str = ""
    mode: str = ""
    writable: bool = True
    anonymous: bool = False

    def facts(self) -> dict[str, Any]:
        """Give an item of Mounts of the inspect JSON."""
        shared = {"Destination": self.destination, "Mode": self.mode, "RW": self.writable}
        if self.type != "volume":
            propagation = "rprivate" if self.type == "bind" else ""
            return {"Type": self.type, "Source": self.source, **shared, "Propagation": propagation}
        source = f"/volumes/{self.name}/_data"
        named = {"Type": "volume", "Name": self.name, "Source": source, "Driver": self.driver}
        return {**named, **shared, "Propagation": ""}


# Gives the volume of that name, or a new anonymous one for None, made with these VolumeOptions.
FindVolume = Callable[["str | None", Mapping[str, Any]], MemoryVolume]


class Mounter:
    """Makes the mount points of one container. `folders` are those of the host, by path."""

    def __init__(self, volume: FindVolume, folders: dict[str, FileTree]) -> None:
        self._volume = volume
        self._folders = folders
        self.points: dict[str, MountPoint] = {}

    def add_binds(self, value: Any) -> list[str]:
        """Add docker-py's `volumes`, and give Binds of the inspect JSON."""
        binds = normalise.volumes("volumes", value)
        for bind in binds:
            writable = "ro" not in (bind.mode or "").split(",")
            self._add(bind.source, bind.target, bind.mode or "", writable, {})
        return [":".join(part for part in bind if part) for bind in binds if bind.source]

    def add_mounts(self, value: Sequence[Mapping[str, Any]]) -> None:
        """Add `mounts`, as the engine's API has them."""
        for mount in value:
            if mount["Type"] == "tmpfs":
                self.points[mount["Target"]] = MountPoint("tmpfs", mount["Target"], FileTree())
                continue
            options = mount.get("VolumeOptions", {})
            made = {"labels": options.get("Labels"), "driver": options.get("DriverConfig", {}).get("Name")}
            self._add(mount.get("Source"), mount["Target"], "", not mount.get("ReadOnly"), made)

    def add_declared(self, targets: Iterable[str]) -> None:
        """Add an anonymous volume for each volume that the image declares and nobody has mounted."""
        for target in targets:
            if target not in self.points:
                self._add(None, target, "", True, {})

    def add_from(self, points: Iterable[MountPoint]) -> None:
        """Add what another container has mounted, where nothing is yet."""
        for point in points:
            self.points.setdefault(point.destination, point)

    def _add(self, source: str | None, target: str, mode: str, writable: bool, made: Mapping[str, Any]) -> None:
        if not target.startswith("/"):
            raise EngineError(f"invalid mount path: {target!r} must be absolute. Begin it with a slash.")
        if source and source.startswith("/"):
            files = self._folders.setdefault(source, FileTree())
            self.points[target] = MountPoint("bind", target, files, "", source, "", mode, writable)
            return
        if source and not _VOLUME_NAME.fullmatch(source):
            raise EngineError(f"{source!r} includes invalid characters for a volume name. A folder's path is absolute.")
        volume = self._volume(source or None, made)
        self.points[target] = MountPoint(
            "volume", target, volume.files, volume.name, "", volume.driver, mode, writable, volume.anonymous
        )
