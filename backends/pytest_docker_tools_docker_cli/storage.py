"""How mounts of a container are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .command import assignments, comma_separated

__tracebackhide__ = True


def mount(keyword: str, value: Sequence[Mapping[str, Any]]) -> list[str]:
    """Write `mounts` as for `--mount`."""
    return [comma_separated(_fields(item)) for item in value]


def _fields(mount: Mapping[str, Any]) -> list[str]:
    fields = [f"type={mount['Type']}", f"target={mount['Target']}"]
    fields += [f"source={mount['Source']}"] if "Source" in mount else []
    # The spelling that all clients have.
    fields += ["ro"] if mount.get("ReadOnly") else []
    fields += [f"consistency={mount['Consistency']}"] if mount.get("Consistency") else []
    for name, details in _DETAILS.items():
        fields += details(mount.get(name, {}))
    return fields


def _bind_details(options: Mapping[str, Any]) -> list[str]:
    fields = [f"bind-propagation={options['Propagation']}"] if options.get("Propagation") else []
    return fields + (["bind-nonrecursive=true"] if options.get("NonRecursive") else [])


def _volume_details(options: Mapping[str, Any]) -> list[str]:
    driver = options.get("DriverConfig", {})
    fields = ["volume-nocopy=true"] if options.get("NoCopy") else []
    fields += [f"volume-label={item}" for item in assignments("mounts", options.get("Labels", {}))]
    fields += [f"volume-subpath={options['Subpath']}"] if options.get("Subpath") else []
    fields += [f"volume-driver={driver['Name']}"] if driver.get("Name") else []
    return fields + [f"volume-opt={item}" for item in assignments("mounts", driver.get("Options", {}))]


def _tmpfs_details(options: Mapping[str, Any]) -> list[str]:
    fields = [f"tmpfs-size={options['SizeBytes']}"] if options.get("SizeBytes") else []
    return fields + ([f"tmpfs-mode={options['Mode']:o}"] if options.get("Mode") else [])


_DETAILS = {"BindOptions": _bind_details, "VolumeOptions": _volume_details, "TmpfsOptions": _tmpfs_details}
