"""References to images, and what a build is made from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..exceptions import UnsupportedOption
from ..references import registry_of
from .values import type_of

__tracebackhide__ = True

_SECRET_ID = re.compile(r"[\w./-]+", re.ASCII)
_REMOTE = ("http://", "https://", "git://", "github.com/", "git@")


def image(keyword: str, value: Any) -> str:
    """Give the reference of an image: a string, or the id of an image object."""
    found = value if isinstance(value, str) else getattr(value, "id", None)
    if not isinstance(found, str) or not found:
        raise UnsupportedOption(keyword, f"it takes an image or the name of one, not {type_of(value)}.")
    return found


def is_remote(path: str) -> bool:
    """Say whether the `path` of a build is no folder here but an address, as docker tells them apart."""
    return path.startswith(_REMOTE)


def check_build(options: Mapping[str, Any]) -> None:
    """Raise `UnsupportedOption` for `BuildOptions` that contradict each other. None is as if it were not given."""
    path, fileobj = options.get("path"), options.get("fileobj")
    custom, encoding = options.get("custom_context"), options.get("encoding")
    if (path is None) == (fileobj is None):
        raise UnsupportedOption("path", "a build needs either 'path' or 'fileobj'.")
    if fileobj is None and (encoding or custom):
        raise UnsupportedOption("encoding" if encoding else "custom_context", "it is for 'fileobj' only.")
    if fileobj is not None and options.get("dockerfile") and not custom:
        raise UnsupportedOption("dockerfile", "'fileobj' is the Dockerfile, as 'custom_context' is not given.")


def secrets(keyword: str, value: Any) -> dict[str, bytes | Path]:
    """Give what steps of a build may read by an id: bytes, or the file that has them."""
    if not isinstance(value, Mapping):
        raise UnsupportedOption(keyword, f"it takes a dict such as {{'id': 'value'}}, not {type_of(value)}.")
    for name in value:
        if not isinstance(name, str) or not _SECRET_ID.fullmatch(name):
            raise UnsupportedOption(keyword, f"{name!r} is no id: it has letters, digits and any of '-_./'.")
    return {name: _secret(keyword, name, item) for name, item in value.items()}


def _secret(keyword: str, name: str, value: Any) -> bytes | Path:
    if value in ("", b""):
        raise UnsupportedOption(keyword, f"{name!r} is empty, which builders take for a secret that was not given.")
    if isinstance(value, str):
        try:
            # With the bytes that os.environ gives for what is no UTF-8.
            return value.encode(errors="surrogateescape")
        except UnicodeEncodeError:
            # Without the cause, which has the text.
            raise UnsupportedOption(keyword, f"{name!r} has half of a surrogate pair, which is no text.") from None
    if isinstance(value, (bytes, Path)):
        return value
    raise UnsupportedOption(
        keyword, f"{name!r} is a string, bytes or the pathlib.Path of a file, not {type_of(value)}."
    )


def check_pull(options: Mapping[str, Any]) -> None:
    """Raise `UnsupportedOption` for `PullOptions` that contradict each other."""
    reference, login = image_reference(options), options.get("auth_config") or {}
    tag = options.get("tag") or split_reference(options["repository"])[1]
    if options.get("all_tags") and tag:
        raise UnsupportedOption("all_tags", f"one tag, {tag!r}, is asked for too. Leave one of the two out.")
    address, registry = re.sub("^https?://", "", login.get("serveraddress", "")), registry_of(reference)
    if address and registry_of(f"{address}/") != registry:
        raise UnsupportedOption("auth_config", f"its 'serveraddress' is not {registry}, where the image is.")


def image_reference(options: Mapping[str, Any]) -> str:
    """Give the one string that names the image of `PullOptions`: a tag, a digest, or `latest`.

    With `all_tags` it is the repository.
    """
    repository, tag = str(options.get("repository") or ""), options.get("tag")
    if not repository:
        raise UnsupportedOption("repository", "there must be one to pull from.")
    name, tag_in_name = split_reference(repository)
    if options.get("all_tags"):
        return name
    if tag in (None, ""):
        return repository if tag_in_name else f"{name}:latest"
    return f"{name}@{tag}" if str(tag).startswith("sha256:") else f"{name}:{tag}"


def split_reference(reference: str) -> tuple[str, str | None]:
    """Give repository and tag (or digest) of an image reference; a colon before a slash belongs to a port."""
    name, at, digest = reference.rpartition("@")
    if at:
        return name, digest
    name, colon, tag = reference.rpartition(":")
    return (name, tag) if colon and "/" not in tag else (reference, None)
