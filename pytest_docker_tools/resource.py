"""The life of a container, network or volume: created (or reused), prepared, and removed for certain."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import pytest

from . import labels, ledger, reuse
from .driver import Driver, Kind
from .exceptions import Conflict, DriverError, EngineUnavailable, UnsupportedOption
from .factory import Setup
from .failures import keeping, sections
from .ledger import Entry

__tracebackhide__ = True

T = TypeVar("T")
# Seconds for a look at an engine that has just failed.
_PATIENCE = 5.0


def obtain(
    setup: Setup,
    kind: Kind,
    options: dict[str, Any],
    prepare: Callable[[Entry, bool], T],
    *,
    compared: Mapping[str, Any] | None = None,
) -> T:
    """Give what `prepare(entry, fresh)` makes of the resource that the options describe, as the ledger has it.

    It is removed when the fixture ends, or at once if anything fails, unless it is kept for a failed test. With
    `--reuse-containers` it is looked for first (then `fresh` is False) and stays; `compared` is what counts in that
    comparison besides, or in place of, options.
    """
    run, definition = ledger.of(setup.config), {**options, **(compared or {})}
    if reuse.is_on(setup):
        found = reuse.find(setup, kind, definition)
        if found is not None:
            entry = run.add(setup.request, kind, found, setup.driver)
            setup.request.addfinalizer(entry.end)
            return prepare(entry, False)
    asked = time.time()
    try:
        ref = create(setup.driver, kind, labels.added(options, _reuse_labels(setup, definition)))
    except Conflict as error:
        raise _explained(setup, kind, error) from None
    entry = run.add(setup.request, kind, ref, setup.driver, (asked, time.time()))
    value = _prepared(setup, entry, prepare)
    setup.request.addfinalizer(entry.end if reuse.is_on(setup) else partial(_take_down, setup.config, entry))
    return value


def _prepared(setup: Setup, entry: Entry, prepare: Callable[[Entry, bool], T]) -> T:
    """Prepare what is new. It is taken down if that fails."""
    take_down = partial(_take_down, setup.config, entry)
    try:
        return prepare(entry, True)
    except (Exception, pytest.fail.Exception):
        entry.failed = True
        if keeping.is_on(setup.config):
            # Whether a test fails by this is known later.
            setup.request.addfinalizer(take_down)
        else:
            take_down()
        raise
    except BaseException:
        # An interrupt goes on, whatever comes of this.
        with contextlib.suppress(DriverError):
            take_down()
        raise


def _take_down(config: pytest.Config, entry: Entry) -> None:
    """End a resource, which is removed unless it is to be kept for a failed test."""
    if keeping.keep(config, entry):
        entry.end()
        return
    try:
        sections.before_removal(config, entry)
    finally:
        remove(entry.driver, entry.kind, entry.ref)
        entry.end(removed=True)


def give_name(setup: Setup) -> None:
    """Choose a name that is not taken for what the user gave none, unless it is to be found again by its name."""
    if not reuse.is_on(setup):
        setup.options.setdefault("name", f"pytest-{uuid.uuid4().hex}")


def _reuse_labels(setup: Setup, definition: Mapping[str, Any]) -> dict[str, str]:
    if not reuse.is_on(setup):
        return {labels.REUSABLE: "false"}
    return {labels.REUSABLE: "true", labels.SIGNATURE: reuse.signature(definition)}


def create(driver: Driver, kind: Kind, options: Mapping[str, Any]) -> str:
    """Create a resource and give its id. Nothing stays if that fails or is interrupted.

    Raises `Conflict` where the name is taken, also for volumes, which engines would hand out a second time.
    """
    creation = uuid.uuid4().hex
    verb = {
        "container": driver.create_container,
        "network": driver.create_network,
        "volume": driver.create_volume,
    }[kind]
    try:
        ref = verb({**options, "labels": {**options["labels"], labels.CREATION: creation}})
        if kind == "volume":
            _raise_if_taken(driver, ref, creation)
    except (EngineUnavailable, UnsupportedOption):
        raise
    except BaseException:
        _remove_created(driver, kind, creation)
        raise
    return ref


def _explained(setup: Setup, kind: Kind, error: Conflict) -> Conflict:
    """Give the error for a name that is taken, or say that a run with --reuse-containers has kept the owner."""
    name, owner = setup.options.get("name"), None
    if name and keeping.has_kept(setup.config, kind, name):
        return type(error)(
            f"There is a {kind} {name!r} on the engine already, which --docker-keep=failed has kept for a test of this "
            "run. Leave out its name, for one that is not taken.",
            command=error.command,
            stderr=error.stderr,
        )
    if name and not reuse.is_on(setup):
        with contextlib.suppress(DriverError):
            owner = reuse.named(setup.driver, kind, name)
    if owner is None or not labels.is_reusable(kind, owner):
        return error
    return type(error)(
        f"There is a {kind} {name!r} on the engine already, which a run with --reuse-containers has kept. Use that "
        f"option again, or remove the {kind}.",
        command=error.command,
        stderr=error.stderr,
    )


def _remove_created(driver: Driver, kind: Kind, creation: str) -> None:
    """Remove what the engine made all the same, after whoever asked was interrupted or ran out of time."""
    # That it fails as well says less than why it was needed.
    with contextlib.suppress(DriverError):
        for left in driver.ids(kind, {"label": f"{labels.CREATION}={creation}"}, timeout=_PATIENCE):
            remove(driver, kind, left)


def _raise_if_taken(driver: Driver, volume: str, creation: str) -> None:
    [facts] = driver.inspect("volume", [volume])
    if facts is None or labels.of("volume", facts).get(labels.CREATION) != creation:
        raise Conflict(
            f"There is a volume {volume!r} on the engine already, which this fixture did not make. Remove it, or "
            "choose another name."
        )


def remove(driver: Driver, kind: Kind, ref: str) -> None:
    """Remove a resource, a container with its anonymous volumes. One that is gone already is fine."""
    is_container = kind == "container"
    removing = partial(driver.remove, kind, [ref], force=is_container, volumes=is_container)
    try:
        removing()
    except Exception:
        raise
    except BaseException:
        # Interrupted, perhaps before the engine was asked; pytest calls no finalizer twice.
        with contextlib.suppress(DriverError):
            removing()
        raise
