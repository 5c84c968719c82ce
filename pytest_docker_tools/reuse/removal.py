"""Removing a stale resource together with what was made for it, all of it or nothing."""

from __future__ import annotations

from collections.abc import Sequence

from .. import items, labels, lasting, ledger, locks, resource, runs, signature
from ..driver import KINDS, Driver
from ..exceptions import NotReusable
from ..items import Item
from ..lasting import Wanted
from ..tasks import call
from . import use

__tracebackhide__ = True


async def make_room(wanted: Wanted, there: Item | None, why: str, own: locks.Lock) -> list[str]:
    """Remove what is there in place of the wanted one, and what needs it. Gives what was removed besides.

    What needs it is removed also where it is gone itself already. Raises `NotReusable`, which says why it is to be made
    anew, without removing anything, if any of that is in use, or was not made by this project.
    """
    # Whoever makes, or begins to use, what needs it uses it as well: while nobody does, all of that is let alone.
    if there is not None:
        _require_removable(wanted, there, why, own)
    removed = await _all_of_it(wanted, there)
    if await _were_waited_for(wanted, removed, own):
        removed = await _all_of_it(wanted, there)
    for item in removed:
        _require_removable(wanted, item, why, own)
    removed = items.in_removal_order(removed)
    for item in removed:
        resource.remove(wanted.driver, item.kind, item.ref)
    return [str(item) for item in removed if item.is_reusable and item is not there]


async def _all_of_it(wanted: Wanted, there: Item | None) -> list[Item]:
    """Give what is there, and all that has to go with it."""
    removed = [*await _needing(wanted), *([] if there is None else [there])]
    return removed + _holding(wanted.driver, removed)


async def _were_waited_for(wanted: Wanted, removed: Sequence[Item], own: locks.Lock) -> bool:
    """Wait for those who are about to use any of these containers, and say whether there were any.

    A fixture that is set up beside this one, without need of it by now, may be making such a container anew.
    """
    meeting = runs.of(wanted.setup.config).meeting
    # Nobody waits for networks and volumes: two that wait for each other would do so for ever.
    keys = [_key(wanted, item) for item in removed if item.kind == "container" and item.is_reusable]
    busy = [key for key in keys if use.others(meeting, key, own)]
    for key in busy:
        (await locks.taken(use.turn(meeting, key))).release()
    return bool(busy)


async def _needing(wanted: Wanted) -> list[Item]:
    """Give what was made for the wanted one, directly or through others, all of which its definition has."""
    kinds = [kind for kind in KINDS if kind != "image"]
    found = [await call(items.labelled, wanted.driver, kind, labels.REUSABLE, "true") for kind in kinds]
    return [item for of_kind in found for item in of_kind if f"{wanted.kind} {wanted.name}" in _definition(item)]


def _definition(item: Item) -> signature.Definition:
    return signature.read(item.labels.get(labels.DEFINITION)) or {}


def _holding(driver: Driver, held: Sequence[Item]) -> list[Item]:
    """Give the other containers that are in networks, and have volumes, of these."""
    found = [driver.ids("container", {item.kind: [item.ref, item.name]}) for item in held if item.kind != "container"]
    others = {ref for refs in found for ref in refs} - {item.ref for item in held}
    return items.of_refs(driver, "container", sorted(others))


def _key(wanted: Wanted, item: Item) -> str:
    return lasting.key(wanted.driver, item.kind, item.name)


def _require_removable(wanted: Wanted, item: Item, why: str, own: locks.Lock) -> None:
    meeting = runs.of(wanted.setup.config).meeting
    title = f"{wanted.setup.title} makes the {wanted.kind} {wanted.name!r} anew, as {why}. For that"
    # Through the other one a run was filling a volume, and was killed: nobody else begins before it has ended.
    is_ours = item.is_reusable or labels.SEEDING in item.labels
    if not is_ours or items.is_of_labelled_image(wanted.driver, item):
        raise NotReusable(
            f"{title} the {item.kind} {item.name!r}, which uses it, would have to be removed as well. It does not "
            f"appear to be a reusable {item.kind}, so nothing was removed. Remove it, or choose another name."
        )
    if use.others(meeting, _key(wanted, item), own):
        raise NotReusable(
            f"{title} the {item.kind} {item.name!r} would have to be removed. {_user(wanted, item)} is using it at "
            "this moment, so nothing was removed. Wait for its end, or choose another name."
        )


def _user(wanted: Wanted, item: Item) -> str:
    for entry in ledger.of(wanted.setup.config).entries:
        if not entry.ended and (entry.kind, entry.name) == (item.kind, item.name):
            return f"The fixture {entry.fixture!r}"
    return "Another run, or another worker of this one,"
