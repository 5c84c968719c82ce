"""What engines take and do not heed, which the version of their API tells."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from .exceptions import UnsupportedOption

__tracebackhide__ = True


def refuse_what_is_ignored(options: Mapping[str, Any], api_version: Callable[[], str]) -> None:
    """Raise `UnsupportedOption` for what an engine would not heed of a container.

    `options` are `options.ContainerOptions` in their normal form. The version is asked for only where it matters.
    """
    version = functools.cache(api_version)
    if any("mac_address" in endpoint for endpoint in options.get("networking_config", {}).values()):
        need(version(), "1.44", "networking_config", "MAC address")
    if any("Subpath" in mount.get("VolumeOptions", {}) for mount in options.get("mounts", [])):
        need(version(), "1.45", "mounts", "subpath")
    if options.get("kernel_memory") and _parts(version()) >= _parts("1.42"):
        raise UnsupportedOption("kernel_memory", f"an engine with API {version()} does not heed it any more.")


def need(version: str, needed: str, keyword: str, what: str) -> None:
    """Raise `UnsupportedOption` where the engine's API is older than what is asked for."""
    if _parts(version) < _parts(needed):
        raise UnsupportedOption(keyword, f"a {what} needs an engine with API {needed}; this has {version}.")


def _parts(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
