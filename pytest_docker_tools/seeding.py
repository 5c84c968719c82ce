"""Filling a new volume with files.

Files get into a volume through a container that mounts it. That container is created, never started, so its image
can be empty; such an image is built for the purpose from nothing, as an engine need not have any, and removed again.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from . import archives, labels, resource
from .contexts import contextmanager
from .driver import Driver
from .exceptions import DriverError
from .files import Entries

__tracebackhide__ = True

_FOLDER = "/volume"
# Seconds for a build that does nothing, where the user does not say how long one call may take.
_PATIENCE = 120.0


def seed(driver: Driver, volume: str, files: Entries, origin: Mapping[str, str], timeout: float | None = None) -> None:
    """Put files into a volume. `origin` are the labels of what is needed for it, as `resource.origin` gives them.

    `timeout` is the seconds that the user lets one call of the engine take, if that was said.
    """
    known = {**origin, labels.REUSABLE: "false", labels.SEEDING: "true"}
    with archives.packed(files) as archive, _empty_image(driver, known, timeout or _PATIENCE) as image:
        options = {"image": image, "command": ["never-started"], "volumes": {volume: {"bind": _FOLDER}}}
        container = resource.create(driver, "container", labels.added(options, known))
        with _afterwards(partial(resource.remove, driver, "container", container)):
            driver.put_archive(container, _FOLDER, archive)


@contextmanager
def _empty_image(driver: Driver, known: Mapping[str, str], timeout: float) -> Iterator[str]:
    """Give an image without files. A label of its own makes it one that no other process may be removing."""
    mark = uuid.uuid4().hex
    # From the cache, it would have layers in common with others', which another process may be removing.
    empty = {"fileobj": b"FROM scratch\n", "nocache": True}
    labelled = labels.added(empty, {**known, labels.CREATION: mark})
    # Also where the build is interrupted after the engine has done it.
    with _afterwards(partial(_remove_image, driver, mark)):
        yield driver.build_image(labelled, timeout=timeout)


def _remove_image(driver: Driver, mark: str) -> None:
    # Not by force: while a container of it is left, its labels say whose that is.
    driver.remove("image", driver.ids("image", {"label": f"{labels.CREATION}={mark}"}))


@contextmanager
def _afterwards(remove: Callable[[], None]) -> Iterator[None]:
    """Remove something after a context."""
    try:
        yield
    except BaseException as error:
        resource.undo(remove, after=error)
        raise
    try:
        remove()
    except DriverError as error:
        error.is_in_doubt = True
        raise
