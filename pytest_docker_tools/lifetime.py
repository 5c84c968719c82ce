"""How long a container, network or volume lives: as its fixture, as the run of all workers, or from run to run."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from . import items, labels, ledger, resource, reuse, sharing, witnesses
from .definition import Setup
from .driver import Kind
from .exceptions import Conflict, DriverError
from .failures import keeping
from .lasting import Wanted
from .resource import Prepare
from .signature import definition
from .tasks import Work

__tracebackhide__ = True

T = TypeVar("T")


async def obtain(
    setup: Setup,
    kind: Kind,
    options: Mapping[str, Any],
    prepare: Prepare[T],
    *,
    besides: Callable[[], Work[Mapping[str, Any]]] | None = None,
    start: bool = False,
) -> T:
    """Give what `prepare(entry, fresh)` makes of the resource that the options describe, as the ledger has it.

    It is removed with its fixture, or, where it is shared, with the run, or is kept and used again (then `fresh` is
    False). `besides` gives what tells its definition from others, beyond options or in place of them. `start` is that
    of `resource.make`.
    """
    if reuse.is_on(setup.config):
        wanted = await _wanted(setup, kind, options, besides, reuse.name_for(setup, kind), start)
        return await reuse.obtain(wanted, prepare)
    try:
        if sharing.is_on(setup):
            wanted = await _wanted(setup, kind, options, besides, sharing.name_for(setup), start)
            return await sharing.obtain(wanted, prepare)
        return await _made(setup, kind, options, prepare, start)
    except Conflict as error:
        raise _explained(setup, kind, error) from None


async def _made(setup: Setup, kind: Kind, options: Mapping[str, Any], prepare: Prepare[T], start: bool) -> T:
    # A container without a name gets one from the engine.
    name = options.get("name") or (None if kind == "container" else f"pytest-{uuid.uuid4().hex}")
    entry, value = await resource.make(
        setup, kind, {**options, "name": name}, {labels.REUSABLE: "false"}, prepare, start=start
    )
    setup.finalizers.append(partial(resource.take_down, setup.config, entry))
    entry.may_linger = witnesses.has_none(setup, entry)
    return value


async def _wanted(
    setup: Setup,
    kind: Kind,
    options: Mapping[str, Any],
    besides: Callable[[], Work[Mapping[str, Any]]] | None,
    name: str,
    start: bool,
) -> Wanted:
    assert kind != "image", "images have no lifetime"
    needs = ledger.of(setup.config).behind(setup.instance)
    found = definition(kind, options, await besides() if besides else {})
    found.update({f"{entry.kind} {entry.name}": entry.signature for entry in needs if entry.signature})
    return Wanted(setup, kind, {**options, "name": name}, found, needs, start)


def _explained(setup: Setup, kind: Kind, error: Conflict) -> Conflict:
    """Give the error for a name that is taken, or say that this run, or one with --reuse-containers, has kept it."""
    name, advice = setup.options.get("name"), None
    if not name:
        return error
    if keeping.has_kept(setup.config, kind, name):
        advice = (
            "which --docker-keep=failed has kept for a test of this run. Leave out its name, for one that is not taken."
        )
    elif _is_reusable(setup, kind, name):
        advice = f"which a run with --reuse-containers has kept. Use that option again, or remove the {kind}."
    if advice is None:
        return error
    text = f"There is a {kind} {name!r} on the engine already, {advice}"
    return type(error)(text, command=error.command, stderr=error.stderr)


def _is_reusable(setup: Setup, kind: Kind, name: str) -> bool:
    with contextlib.suppress(DriverError):
        owner = items.named(setup.driver, kind, name)
        return owner is not None and owner.is_reusable
    return False
