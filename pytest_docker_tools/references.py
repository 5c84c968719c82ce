"""References to objects of an engine: ids and names."""

from __future__ import annotations

import re

__tracebackhide__ = True

# The registry of images whose name has none, and what it is called besides.
HUB = "docker.io"
_HUBS = ("", HUB, "index.docker.io")
# What an engine may read as the beginning of an id.
PART_OF_AN_ID = re.compile("[0-9a-f]{1,63}")
_ID = re.compile("(?:sha256:)?([0-9a-f]{64})")


def quoted(ref: str) -> str:
    """Give a reference as it is shown: in quotes, and an id no longer than engines themselves show it."""
    found = _ID.fullmatch(ref)
    return repr(found[1][:12] if found else ref)


def is_image_id(reference: str) -> bool:
    """Say whether a reference is the whole id of an image, which is never that of another one."""
    return _ID.fullmatch(reference) is not None


def split_registry(reference: str) -> tuple[str, str]:
    """Give the registry of an image's name, empty where it has none, and the rest."""
    first, slash, rest = reference.partition("/")
    has_registry = slash and (first == "localhost" or "." in first or ":" in first)
    return (first, rest) if has_registry else ("", reference)


def registry_of(reference: str) -> str:
    """Give the registry that an image comes from."""
    registry = split_registry(reference)[0]
    return HUB if registry in _HUBS else registry


def familiar(repository: str) -> str:
    """Give the name of a repository as docker shows it: one of its own registry in short."""
    return split_registry(repository)[1].removeprefix("library/") if registry_of(repository) == HUB else repository
