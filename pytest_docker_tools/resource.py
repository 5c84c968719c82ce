"""Making a container, network or volume, and removing it for certain."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import pytest

from . import backlog, labels, ledger, owners, timings, witnesses
from .definition import Setup
from .driver import Driver, Kind
from .exceptions import Conflict, DriverError, EngineUnavailable, ResourceExhausted, UnsupportedOption
from .failures import keeping, sections
from .ledger import Entry
from .tasks import Call, Work, call

__tracebackhide__ = True

T = TypeVar("T")
# Makes a fixture's value of what is in the ledger; the other argument says whether it is new.
Prepare = Callable[[Entry, bool], Work[T]]
# Seconds for a look at an engine that has just failed.
_PATIENCE = 5.0


async def make(
    setup: Setup,
    kind: Kind,
    options: Mapping[str, Any],
    marks: Mapping[str, str],
    prepare: Prepare[T],
    *,
    start: bool = False,
) -> tuple[Entry, T]:
    """Create what the options describe, with some labels, and give what `prepare(entry, True)` makes of it.

    With `start` a container is started as well, which `prepare` does where that has failed. It is removed at once if
    anything fails, unless it is kept for a failed test. `entry` is that of the ledger.
    """
    asked = time.time()
    keep = {labels.KEEP: setup.config.getoption("docker_keep") if keeping.is_on(setup.config) else ""}
    labelled = labels.added(options, {**owners.described(setup.config, setup.driver), **keep, **marks})
    started, measured = start, timings.timed(setup, "start" if start else "create", create)
    try:
        ref = await _created(setup.config, lambda: call(measured, setup.driver, kind, labelled, start=start))
    except DriverError as error:
        if error.created is None:
            raise
        ref, started = error.created, False
    entry = ledger.of(setup.config).add(setup.instance, kind, ref, setup.driver, (asked, time.time()))
    entry.started = started
    return entry, await _prepared(setup, entry, prepare)


async def _created(config: pytest.Config, creating: Callable[[], Call[str]]) -> str:
    try:
        return await creating()
    except ResourceExhausted as error:
        going_on = backlog.of(config)
        if error.created is not None or not len(going_on):
            raise
    # What other tests have left takes up room until it is removed.
    going_on.drain()
    return await creating()


async def _prepared(setup: Setup, entry: Entry, prepare: Prepare[T]) -> T:
    """Prepare what is new. It is taken down if that fails."""
    take_down_now = partial(take_down, setup.config, entry)
    try:
        return await prepare(entry, True)
    except BaseException as error:
        # An interrupt is no failure.
        entry.failed = isinstance(error, (Exception, pytest.fail.Exception))
        if entry.failed and keeping.is_on(setup.config):
            # Whether a test fails by this is known later.
            setup.finalizers.append(take_down_now)
            raise
        # The error goes on, whatever comes of this, which is tried again, and told, when the fixture is given up.
        try:
            take_down_now()
        except DriverError:
            setup.finalizers.append(take_down_now)
        raise


async def model(setup: Setup, entry: Entry) -> Any:
    """Give the object of the client's for a resource."""
    collection = getattr(setup.client, f"{entry.kind}s")
    # What was found was looked at.
    return collection.prepare_model(entry.found) if entry.found else await call(collection.get, entry.ref)


def take_down(config: pytest.Config, entry: Entry) -> None:
    """End a resource, which is removed unless it is to be kept for a failed test."""
    if keeping.keep(config, entry):
        entry.end()
        return
    try:
        sections.before_removal(config, entry)
    finally:
        _remove_soon(config, entry)
        entry.end(removed=True)


def _remove_soon(config: pytest.Config, entry: Entry) -> None:
    """Remove a resource, at once if anybody could tell, else while tests go on."""
    going_on = backlog.of(config)
    if entry.may_linger and not witnesses.are_there(config):
        going_on.put(entry)
        return
    if entry.kind != "container":
        # Containers that are still to be removed may hold it.
        going_on.drain()
    try:
        with timings.removing(config, entry):
            remove(entry.driver, entry.kind, entry.ref)
    except BaseException:
        ledger.of(config).is_in_doubt = True
        raise


def create(driver: Driver, kind: Kind, options: Mapping[str, Any], *, start: bool = False) -> str:
    """Create a resource, and with `start` start a container, and give its id.

    Nothing stays if it is not created, or that is interrupted. Raises `Conflict` where the name is taken, also for
    volumes, which engines would hand out a second time.
    """
    creation = uuid.uuid4().hex
    verb = {
        "container": driver.run_container if start else driver.create_container,
        "network": driver.create_network,
        "volume": driver.create_volume,
    }[kind]
    try:
        ref = verb({**options, "labels": {**options["labels"], labels.CREATION: creation}})
        if kind == "volume":
            _raise_if_taken(driver, ref, creation)
    except (EngineUnavailable, UnsupportedOption):
        raise
    except BaseException as error:
        # What could not be started stays, so that it can be looked at.
        if getattr(error, "created", None) is None:
            undo(partial(_remove_created, driver, kind, creation), after=error)
        raise
    return ref


def undo(remove: Callable[[], None], *, after: BaseException) -> None:
    """Remove something after an error. That this fails as well says less, but something may be left then."""
    try:
        remove()
    except DriverError:
        if isinstance(after, DriverError):
            after.is_in_doubt = True


def _remove_created(driver: Driver, kind: Kind, creation: str) -> None:
    """Remove what the engine made all the same, after whoever asked was interrupted or ran out of time."""
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
    removing = partial(driver.remove, kind, [ref], **backlog.removal_options(kind))
    try:
        removing()
    except Exception:
        raise
    except BaseException:
        # Interrupted, perhaps before the engine was asked; pytest calls no finalizer twice.
        with contextlib.suppress(DriverError):
            removing()
        raise
