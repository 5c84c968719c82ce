"""What is mounted into a container."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..exceptions import UnsupportedOption
from .values import assignments, keyed, labels, number, pairs, size, switch, text, texts

__tracebackhide__ = True

_DRIVE = re.compile(r"^[A-Za-z]:(?=[\\/])")


class VolumeBind(NamedTuple):
    """A volume or folder and where it is mounted. `source` None: an anonymous volume. `mode` as in `-v`."""

    source: str | None
    target: str
    mode: str | None


def volumes(keyword: str, value: Any) -> list[VolumeBind]:
    """Give the mounts of docker-py's `volumes`: {source: {"bind": target, "mode": "ro"}} or a list as for `-v`."""
    if isinstance(value, Mapping):
        return [VolumeBind(str(source), *_bind(keyword, str(source), target)) for source, target in value.items()]
    return [_split_bind(item) for item in texts(keyword, value)]


def _bind(keyword: str, source: str, target: Any) -> tuple[str, str | None]:
    if not isinstance(target, Mapping) or not target.get("bind"):
        raise UnsupportedOption(
            keyword, f"{source!r} needs a dict such as {{'bind': '/data', 'mode': 'rw'}}, not {target!r}."
        )
    for name in target.keys() - {"bind", "mode", "ro", "propagation"}:
        raise UnsupportedOption(keyword, f"{source!r} has no {name!r}; it has bind, mode, propagation, ro.")
    if "ro" in target and "mode" in target:
        raise UnsupportedOption(keyword, f"{source!r} has both 'ro' and 'mode', which say the same.")
    mode = ("ro" if target["ro"] else "rw") if "ro" in target else str(target.get("mode") or "rw")
    if target.get("propagation"):
        mode += f",{target['propagation']}"
    if ":" in mode:
        raise UnsupportedOption(
            keyword, f"the mode of {source!r}, {mode!r}, has a colon, which separates the parts here."
        )
    return str(target["bind"]), mode


def _split_bind(item: str) -> VolumeBind:
    source, separator, rest = item.partition(":")
    if not separator:
        return VolumeBind(None, source, None)
    target, separator, mode = rest.partition(":")
    return VolumeBind(source, target, mode if separator else None)


def binds(keyword: str, value: Any) -> list[str]:
    """Give docker-py's `volumes` as source:target:mode, or target alone."""
    return [_written(keyword, bind, split=isinstance(value, Mapping)) for bind in volumes(keyword, value)]


def _written(keyword: str, bind: VolumeBind, *, split: bool) -> str:
    if "" in bind[:2]:
        raise UnsupportedOption(keyword, "an empty string is neither a path nor the name of a volume.")
    parts = [part for part in bind if part is not None]
    for part in parts[:2]:
        if split and ":" in _DRIVE.sub("", part):
            raise UnsupportedOption(keyword, f"{part!r} has a colon, which separates the parts here. Use 'mounts'.")
    if bind.source is not None and bind.source.startswith((".", "~")):
        # One client would take it from its own working directory, another refuse it.
        raise UnsupportedOption(
            keyword,
            f"{bind.source!r} is neither an absolute path nor the name of a volume. Give str(Path(...).resolve()).",
        )
    return ":".join(parts)


def volumes_from(keyword: str, value: Any) -> list[str]:
    """Give the containers whose volumes are wanted, from a list or from names with commas between them."""
    return value.split(",") if isinstance(value, str) else texts(keyword, value)


def tmpfs(keyword: str, value: Any) -> dict[str, str]:
    """Give the options of each file system in memory, by its path."""
    return dict(pairs(keyword, value))


def mount(keyword: str, value: Any) -> dict[str, Any]:
    """Give one of `mounts`, as the engine's API has it."""
    found = {"Type": "volume", **_MOUNT(keyword, value)}
    for details in _DETAILS.keys() & found.keys():
        if found["Type"] != _DETAILS[details]:
            raise UnsupportedOption(keyword, f"{details!r} is for mounts of the type {_DETAILS[details]!r}.")
    if found["Type"] == "bind" and not found.get("Source"):
        raise UnsupportedOption(keyword, f"the bind mount of {found['Target']!r} needs a 'Source', the folder.")
    return found


_DETAILS = {"BindOptions": "bind", "VolumeOptions": "volume", "TmpfsOptions": "tmpfs"}
_MOUNT = keyed(
    "Target",
    Target=text,
    Source=text,
    Type=text,
    ReadOnly=switch,
    Consistency=text,
    BindOptions=keyed(Propagation=text, NonRecursive=switch),
    VolumeOptions=keyed(NoCopy=switch, Labels=labels, Subpath=text, DriverConfig=keyed(Name=text, Options=assignments)),
    TmpfsOptions=keyed(SizeBytes=size, Mode=number),
)
