"""Filling a new volume with files.

Files get into a volume through a container that mounts it. That container is created, never started, so its image
can be empty; such an image is built for the purpose from nothing, as an engine need not have any, and removed again.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from . import archives, labels, resource
from .driver import Driver
from .exceptions import hide_ours

__tracebackhide__ = hide_ours

_FOLDER = "/volume"


def seed(driver: Driver, volume: str, files: Mapping[str, bytes | str | None]) -> None:
    """Put files, {name: content}, None for an empty folder, into a volume."""
    archive = archives.write(files)
    image = _empty_image(driver)
    try:
        options = {"image": image, "command": ["never-started"], "volumes": {volume: {"bind": _FOLDER}}}
        container = resource.create(driver, "container", labels.added(options, {labels.REUSABLE: "false"}))
        try:
            driver.put_archive(container, _FOLDER, archive)
        finally:
            resource.remove(driver, "container", container)
    finally:
        driver.remove("image", [image], force=True)


def _empty_image(driver: Driver) -> str:
    """Build an image without files. A label of its own makes it one that no other process may be removing."""
    dockerfile = f"FROM scratch\nLABEL {labels.CREATOR}={labels.CREATED_BY_US} {labels.CREATION}={uuid.uuid4().hex}\n"
    return driver.build_image({"fileobj": dockerfile.encode()})
