"""Platforms of images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__tracebackhide__ = True

_ARCHITECTURES = {"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "armhf": "arm"}


def is_for(image: Mapping[str, Any], platform: str) -> bool:
    """Say whether an image, known by its inspect JSON, is for a `platform`: a system, and maybe an architecture."""
    system, _, architecture = platform.lower().partition("/")
    architecture = architecture.partition("/")[0]
    return system == image["Os"] and _ARCHITECTURES.get(architecture, architecture) in ("", image["Architecture"])


def is_surely_for(image: Mapping[str, Any], platform: str) -> bool:
    """Say whether an image is for just this platform, variant included; a system alone is not enough to tell."""
    wanted = [part for part in platform.lower().split("/") if part]
    found = [image.get(key) for key in ("Os", "Architecture", "Variant")]
    return len(wanted) > 1 and found[: len(wanted)] == wanted


def platform_of(image: Mapping[str, Any]) -> str:
    """Give the platform of an image, known by its inspect JSON."""
    return f"{image['Os']}/{image['Architecture']}"
