"""Filling a new volume with files.

Files get into a volume through a container that mounts it. That container is created, never started, so its image
can be empty; such an image is built for the purpose from nothing, as an engine need not have any, and removed again.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator, Mapping

from . import archives, labels, resource
from .driver import Driver
from .files import Entries

__tracebackhide__ = True

_FOLDER = "/volume"


def seed(driver: Driver, volume: str, files: Entries, origin: Mapping[str, str]) -> None:
    """Put files into a volume. `origin` are the labels of what is needed for it, as `resource.origin` gives them."""
    known = {**origin, labels.REUSABLE: "false", labels.SEEDING: "true"}
    with archives.packed(files) as archive, _empty_image(driver, known) as image:
        options = {"image": image, "command": ["never-started"], "volumes": {volume: {"bind": _FOLDER}}}
        container = resource.create(driver, "container", labels.added(options, known))
        try:
            driver.put_archive(container, _FOLDER, archive)
        finally:
            resource.remove(driver, "container", container)


@contextlib.contextmanager
def _empty_image(driver: Driver, known: Mapping[str, str]) -> Iterator[str]:
    """Give an image without files. A label of its own makes it one that no other process may be removing."""
    mark = uuid.uuid4().hex
    # From the cache, it would have layers in common with others', which another process may be removing.
    empty = {"fileobj": b"FROM scratch\n", "nocache": True}
    labelled = labels.added(empty, {**known, labels.CREATION: mark})
    try:
        yield driver.build_image(labelled)
    finally:
        # Also where the build was interrupted after the engine had done it.
        driver.remove("image", driver.ids("image", {"label": f"{labels.CREATION}={mark}"}), force=True)
