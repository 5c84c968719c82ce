"""What `pytest --docker-cleanup` does: removing what runs that are over have left, and saying what stays, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from . import items, labels, lasting, locks, meeting, resource, runs
from .driver import KINDS, Driver
from .exceptions import DriverError, EngineUnavailable
from .items import Item
from .reuse import use
from .terminal import writing

__tracebackhide__ = True

Outcome = Literal["removed", "kept", "gone", "failed"]

_BUSY = "another process is making or removing it"
_UNKNOWN = "another user, machine or version of this library made it"
_GOES_ON = "its run goes on"
_IN_USE = "a run is using it"
_FROM_IMAGE = "somebody else made it, and its labels are those of its image"
_HALF_MADE = "it says that the volume beside it is half-made"
_REUSABLE = "reusable; --docker-cleanup=all removes it"
_FOR_FAILED = "made with --docker-keep=failed; --docker-cleanup=all removes it"


def run(driver: Driver, write: Callable[[str], object], *, everything: bool) -> bool:
    """Remove what is dead, and, with `everything`, what was kept on purpose. Gives False where that failed for some.

    Each thing is written in a line. What a run is using, and what may be somebody else's, is never removed. Raises
    `EngineUnavailable`, and other errors where it cannot be told what is there.
    """
    place, found, outcomes = meeting.folder(), _ours(driver), Counter[Outcome]()
    width = max((len(_title(item)) for item in found), default=0)
    for item in found:
        outcome, why = _outcome(item, driver, place, everything)
        outcomes[outcome] += 1
        line = f"{outcome:7}  {_title(item):{width}}  {' '.join(why.split())}"
        write(writing.printable(line).rstrip())
    counts = ", ".join(f"{number} {outcome}" for outcome, number in outcomes.items())
    write(f"{counts or 'nothing of this library is'} on the engine at {driver.endpoint().url}")
    return not outcomes["failed"]


def _ours(driver: Driver) -> list[Item]:
    """Give what this project has made, in the order in which it can be removed."""
    kinds = [kind for kind in KINDS if kind != "image"]
    found = [item for kind in kinds for item in items.labelled(driver, kind, labels.CREATOR, labels.CREATED_BY_US)]
    # An image that somebody made from a container of ours has its labels.
    return items.in_removal_order([*found, *items.labelled(driver, "image", labels.SEEDING, "true")])


def _title(item: Item) -> str:
    name = item.name.removeprefix("sha256:")[:12] if item.kind == "image" else item.name
    return f"{item.kind:9}  {name}"


def _outcome(item: Item, driver: Driver, place: Path, everything: bool) -> tuple[Outcome, str]:
    """Remove a resource where nothing is against it. Gives what has become of it, and why."""
    turn = locks.attempt(use.turn(place, _key(item, driver)))
    if turn is None:
        return "kept", _BUSY
    try:
        reason = _reason_to_keep(item, driver, place, everything)
        if reason is not None:
            return "kept", reason
        if _is_gone(item, driver):
            return "gone", "another process has removed it"
        resource.remove(driver, item.kind, item.ref)
        return "removed", ""
    except EngineUnavailable:
        raise
    except DriverError as error:
        return "failed", str(error)
    finally:
        turn.release(remove=True)


def _key(item: Item, driver: Driver) -> str:
    # What marks a volume is made and removed by who uses the volume.
    return lasting.key(driver, item.kind, item.labels.get(labels.UNFINISHED, item.name))


def _is_gone(item: Item, driver: Driver) -> bool:
    """Say whether it was removed meanwhile. A volume of its name may have been made since."""
    return all(now.labels != item.labels for now in items.of_refs(driver, item.kind, [item.ref]))


def _reason_to_keep(item: Item, driver: Driver, place: Path, everything: bool) -> str | None:
    """Say why a resource stays, None where it is to be removed."""
    owner = item.labels.get(labels.OWNER, "")
    if not runs.is_known(place, owner):
        return _UNKNOWN
    if runs.is_alive(place, owner):
        return _GOES_ON
    if item.is_reusable and use.others(place, _key(item, driver)):
        return _IN_USE
    if _has_labels_of_its_image(item, driver):
        return _FROM_IMAGE
    if _marks_what_is_there(item, driver):
        return _HALF_MADE
    return None if everything else _purpose(item)


def _purpose(item: Item) -> str | None:
    """Say why a resource was kept when its run was over, None where it was not."""
    if item.is_reusable:
        return None if item.has_expired else _REUSABLE
    return _FOR_FAILED if item.labels.get(labels.KEEP) else None


def _has_labels_of_its_image(item: Item, driver: Driver) -> bool:
    """Say whether a container has got our labels from its image only, which somebody made from a container of ours."""
    if item.kind != "container":
        return False
    [image] = driver.inspect("image", [item.facts["Image"]])
    return image is not None and labels.of("image", image).get(labels.CREATION) == item.labels.get(labels.CREATION, "")


def _marks_what_is_there(item: Item, driver: Driver) -> bool:
    """Say whether a volume is one beside which another one, that could not be removed, would seem to be whole."""
    marked = item.labels.get(labels.UNFINISHED)
    return marked is not None and driver.inspect("volume", [marked]) != [None]
