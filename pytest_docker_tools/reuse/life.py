"""What a run with reuse does about one resource: it is used again, completed, made, or made anew."""

from __future__ import annotations

import time
from functools import partial
from typing import TypeVar

from .. import labels, lasting, ledger, locks, runs
from ..exceptions import ContainerError, EngineError, NotReusable
from ..items import Item
from ..lasting import Wanted
from ..ledger import Entry
from ..resource import Prepare
from . import use
from .mode import time_to_live
from .removal import make_room

__tracebackhide__ = True

T = TypeVar("T")

_TITLE = "docker reuse"


async def obtain(wanted: Wanted, prepare: Prepare[T]) -> T:
    """Give what `prepare(entry, fresh)` makes of the resource, which stays when the fixture ends.

    Others who want it wait until it is ready. Raises `NotReusable` for one that this project did not make, and for a
    stale one that is in use.
    """
    meeting = runs.of(wanted.setup.config).meeting
    with await locks.taken(use.turn(meeting, wanted.key)):
        own = use.begin(meeting, wanted.key)
        try:
            entry, value = await _obtained(wanted, prepare, own)
        except BaseException:
            own.release(remove=True)
            raise
    wanted.setup.finalizers.append(partial(_leave, entry, own))
    return value


async def _obtained(wanted: Wanted, prepare: Prepare[T], own: locks.Lock) -> tuple[Entry, T]:
    item, is_half_made = await lasting.look(wanted)
    why = "there was none"
    if item is not None:
        found = _stale(wanted, item, is_half_made, own) or await _used(wanted, item, prepare)
        if not isinstance(found, str):
            return found
        why = found
    removed = await make_room(wanted, item, why, own)
    entry, value = await lasting.make(wanted, {labels.REUSABLE: "true", **_expiry(wanted)}, prepare)
    entry.until = None
    how = f"{'made anew' if item else 'made'}, as {why}"
    _say(wanted, f"{how}; removed with it: {', '.join(removed)}" if removed else how)
    return entry, value


def _say(wanted: Wanted, how: str) -> None:
    line = f"{wanted.kind} {wanted.setup.instance.name} ({wanted.name}): {how}"
    wanted.setup.notes.append((_TITLE, line))


def _stale(wanted: Wanted, item: Item, is_half_made: bool, own: locks.Lock) -> str | None:
    """Say why a resource is not the one that is wanted, None where it is. Raises `NotReusable` for a foreign one."""
    kind, meeting = wanted.kind, runs.of(wanted.setup.config).meeting
    if not item.is_reusable:
        raise NotReusable(
            f"{wanted.setup.title} wants to reuse the {kind} {item.name!r}, which does not appear to be a reusable "
            f"{kind}: it was made without --reuse-containers, or by version 3. Remove it, or choose another name."
        )
    if is_half_made:
        return "it was left half-made"
    # Who has begun with it before goes on with it.
    if item.has_expired and not use.others(meeting, wanted.key, own):
        return "its time to live is over"
    changed = wanted.changed(item)
    return f"this has changed: {changed}" if changed else None


async def _used(wanted: Wanted, item: Item, prepare: Prepare[T]) -> tuple[Entry, T] | str:
    """Use what is there, or say why it cannot be used."""
    entry = lasting.add(wanted, item)
    entry.until = None
    try:
        value = await prepare(entry, False)
    except (ContainerError, EngineError) as error:
        # It may have been broken by what tests did to it.
        ledger.of(wanted.setup.config).forget(entry)
        reason = str(error).partition("\n")[0].rstrip(".")
        return f"what there was could not be used: {reason}"
    except BaseException:
        entry.failed = True
        entry.end()
        raise
    # What this run has made is told of already.
    if item.labels.get(labels.RUN) != runs.id_of(wanted.setup.config):
        _say(wanted, "reused")
    return entry, value


def _expiry(wanted: Wanted) -> dict[str, str]:
    seconds = time_to_live(wanted.setup.config)
    return {labels.EXPIRES: "" if seconds is None else f"{time.time() + seconds:.0f}"}


def _leave(entry: Entry, own: locks.Lock) -> None:
    entry.end()
    own.release(remove=True)
