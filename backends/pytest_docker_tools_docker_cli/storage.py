"""How volumes and mounts of a container are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_docker_tools import normalise
from pytest_docker_tools.exceptions import UnsupportedOption

from .command import comma_separated

__tracebackhide__ = True


def mount(keyword: str, value: Any) -> list[str]:
    """Write `mounts`, dicts as docker-py sends them, as for `--mount`."""
    return [comma_separated(_fields(keyword, item)) for item in normalise.sequence_of(keyword, value)]


def _fields(keyword: str, item: Any) -> list[str]:
    mount = _keys(keyword, item, "Target", "Source", "Type", "ReadOnly", "Consistency", *_DETAILS)
    kind = mount.get("Type") or "volume"
    fields = [f"type={kind}", f"target={mount.get('Target', '')}"]
    if mount.get("Source") is not None:
        fields.append(f"source={mount['Source']}")
    if mount.get("ReadOnly"):
        fields.append("ro")
    if mount.get("Consistency"):
        fields.append(f"consistency={mount['Consistency']}")
    for name, details in _DETAILS.items():
        if mount.get(name):
            fields += details(keyword, mount[name])
    return fields


def _bind_details(keyword: str, value: Any) -> list[str]:
    options = _keys(keyword, value, "Propagation", "NonRecursive")
    fields = [f"bind-propagation={options['Propagation']}"] if options.get("Propagation") else []
    return fields + (["bind-nonrecursive=true"] if options.get("NonRecursive") else [])


def _volume_details(keyword: str, value: Any) -> list[str]:
    options = _keys(keyword, value, "NoCopy", "Labels", "DriverConfig")
    driver = _keys(keyword, options.get("DriverConfig") or {}, "Name", "Options")
    fields = ["volume-nocopy=true"] if options.get("NoCopy") else []
    fields += [f"volume-label={name}={item}" for name, item in normalise.labels(options.get("Labels") or {}).items()]
    fields += [f"volume-driver={driver['Name']}"] if driver.get("Name") else []
    return fields + [f"volume-opt={name}={item}" for name, item in (driver.get("Options") or {}).items()]


def _tmpfs_details(keyword: str, value: Any) -> list[str]:
    options = _keys(keyword, value, "SizeBytes", "Mode")
    fields = [f"tmpfs-size={options['SizeBytes']}"] if options.get("SizeBytes") else []
    return fields + ([f"tmpfs-mode={options['Mode']:o}"] if options.get("Mode") else [])


_DETAILS = {"BindOptions": _bind_details, "VolumeOptions": _volume_details, "TmpfsOptions": _tmpfs_details}


def _keys(keyword: str, value: Any, *known: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise UnsupportedOption(keyword, f"it takes dicts with {', '.join(known)}, not {type(value).__name__}.")
    for name in value.keys() - set(known):
        raise UnsupportedOption(keyword, f"this backend has no {name!r} for it.")
    return value
