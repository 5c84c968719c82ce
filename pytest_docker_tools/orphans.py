"""What runs have left on an engine that are over, and removing it, with nothing of others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from . import items, labels, lasting, locks, owners, resource
from .driver import Driver
from .exceptions import DriverError, EngineUnavailable
from .items import Item
from .reuse import use

__tracebackhide__ = True

# "dead": nothing that was kept on purpose. "old": also what is reusable, and too old for that. "all": also the rest.
Extent = Literal["dead", "old", "all"]
Outcome = Literal["removed", "kept", "gone", "failed"]

#: Why what is dead was kept: it will be gone soon.
BUSY = "another process is making or removing it"
_UNKNOWN = "another user, machine or version of this library made it"
_GOES_ON = "its run goes on"
_IN_USE = "a run is using it"
_FROM_IMAGE = "somebody else made it, and its labels are those of its image"
_HALF_MADE = "it says that the volume beside it is half-made"
_REUSABLE = "reusable; --docker-cleanup=all removes it"
_FOR_FAILED = "made with --docker-keep=failed; --docker-cleanup=all removes it"


class Fate(NamedTuple):
    """What has become of a resource, and why."""

    item: Item
    outcome: Outcome
    why: str


def remove(driver: Driver, place: Path, there: list[Item], extent: Extent) -> Iterator[Fate]:
    """Remove what is there of the dead, one after the other. Raises `EngineUnavailable`.

    What a run is using, and what may be somebody else's, never is. `place` is where processes meet.
    """
    for item in there:
        yield Fate(item, *_outcome(item, driver, place, extent))


def _outcome(item: Item, driver: Driver, place: Path, extent: Extent) -> tuple[Outcome, str]:
    """Remove a resource where nothing is against it. Gives what has become of it, and why."""
    try:
        reason = _reason_to_keep(item, driver, place, extent)
        return ("kept", reason) if reason else _removed(item, driver, place, extent)
    except EngineUnavailable:
        raise
    except DriverError as error:
        return "failed", str(error)


def _removed(item: Item, driver: Driver, place: Path, extent: Extent) -> tuple[Outcome, str]:
    turn = locks.attempt(use.turn(place, _key(item, driver)))
    if turn is None:
        return "kept", BUSY
    try:
        # Until it was our turn, somebody may have begun to use it.
        reason = _reason_to_keep(item, driver, place, extent)
        if reason:
            return "kept", reason
        if _is_gone(item, driver):
            return "gone", "another process has removed it"
        resource.remove(driver, item.kind, item.ref)
        return "removed", ""
    finally:
        turn.release(remove=True)


def _key(item: Item, driver: Driver) -> str:
    # What marks a volume is made and removed by who uses the volume.
    return lasting.key(driver, item.kind, _marked(item) or item.name)


def _is_gone(item: Item, driver: Driver) -> bool:
    """Say whether it was removed meanwhile. A volume of its name may have been made since."""
    return all(now.labels != item.labels for now in items.of_refs(driver, item.kind, [item.ref]))


def _reason_to_keep(item: Item, driver: Driver, place: Path, extent: Extent) -> str | None:
    """Say why a resource stays, None where it is to be removed. Asks an engine for no more than it has to."""
    is_dead = owners.is_dead(item, driver, place)
    if not is_dead:
        return _UNKNOWN if is_dead is None else _GOES_ON
    if item.is_reusable and use.others(place, _key(item, driver)):
        return _IN_USE
    purpose = None if extent == "all" else _purpose(item, extent)
    if purpose:
        return purpose
    if items.is_of_labelled_image(driver, item):
        return _FROM_IMAGE
    return _HALF_MADE if _marks_what_is_there(item, driver) else None


def _purpose(item: Item, extent: Extent) -> str | None:
    """Say why a resource was kept when its run was over, None where it was not."""
    if item.is_reusable:
        return None if item.has_expired and extent == "old" else _REUSABLE
    return _FOR_FAILED if item.labels.get(labels.KEEP) else None


def _marked(item: Item) -> str | None:
    """Give the volume that is marked as unfinished by another one."""
    return item.labels.get(labels.UNFINISHED) if item.kind == "volume" else None


def _marks_what_is_there(item: Item, driver: Driver) -> bool:
    """Say whether a volume is one beside which another one, that could not be removed, would seem to be whole."""
    marked = _marked(item)
    return marked is not None and driver.inspect("volume", [marked]) != [None]
