"""One resource for all workers of xdist, as `shared=True` asks: the first one makes it, the end of the run removes it.

The controller, which ends last, removes it, so that no worker that crashes takes it along, or leaves it behind.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from functools import partial
from typing import TypeVar

import pytest

from . import drivers, items, labels, lasting, ledger, locks, resource, runs
from .definition import Setup
from .driver import Driver, Recipe
from .exceptions import DockerToolsError, DriverError, UsageError
from .failures import keeping
from .items import Item
from .lasting import Wanted
from .ledger import Entry
from .resource import Prepare
from .reuse import made_up
from .tasks import call
from .terminal import summary

__tracebackhide__ = True

T = TypeVar("T")

_TITLE = "left on the engine by xdist workers (pytest --docker-cleanup removes it)"


def is_on(setup: Setup) -> bool:
    """Say whether workers have the resource of a fixture in common."""
    return setup.definition.shared and runs.is_of_several(setup.config)


def name_for(setup: Setup) -> str:
    """Give the name that the user chose, or one that the workers of this run agree on."""
    return str(setup.options.get("name") or made_up(setup, runs.id_of(setup.config)))


async def obtain(wanted: Wanted, prepare: Prepare[T]) -> T:
    """Give what `prepare(entry, fresh)` makes of the resource, which stays until the end of the run.

    Other workers wait until it is ready. Raises `UsageError` where they cannot have it in common.
    """
    run = runs.of(wanted.setup.config)
    _require_shared(wanted)
    _note_engine(run, wanted)
    file = run.folder / "shared" / wanted.key
    with await locks.taken(file):
        item = await _made_already(wanted, run)
        if item is not None:
            return await _used(wanted, item, prepare)
        with run.trying(file, wanted.setup.title):
            return await _made(wanted, prepare)


def recipes(config: pytest.Config) -> list[Recipe]:
    """Give how the engines are opened on which workers have something in common."""
    return [Recipe(**json.loads(text)) for text in runs.of(config).recipes()]


def remove_all(config: pytest.Config) -> None:
    """Remove, at the end of the controller, what the workers of its run had in common, and what holds it.

    A worker that has crashed may have left that. What could not be removed is said at the end of the run.
    """
    run = runs.of(config)
    for recipe in recipes(config):
        try:
            with contextlib.closing(drivers.open_driver(recipe.backend, recipe.settings)) as driver:
                said = [*_left(driver, run)]
        except DockerToolsError as error:
            said = [str(error)]
        for line in said:
            ledger.of(config).is_in_doubt = True
            summary.add(config, _TITLE, line)


def _left(driver: Driver, run: runs.Run) -> Iterator[str]:
    """Remove what a run has made, but for what it keeps, and say what stays, and why."""
    for item in items.ours(driver, labels.RUN, run.id):
        if run.is_spared(item.ref):
            continue
        try:
            resource.remove(driver, item.kind, item.ref)
        except DriverError as error:
            yield f"{item}: {error}"


def _require_shared(wanted: Wanted) -> None:
    for entry in wanted.needs:
        if entry.signature is None:
            raise UsageError(
                f"{wanted.setup.title} is shared by all workers of xdist, and needs the {entry.kind} "
                f"{entry.fixture!r}, of which each worker has its own. Give that scope='session', shared=True as well."
            )


def _note_engine(run: runs.Run, wanted: Wanted) -> None:
    """Let the controller know how to open the engine. Raises `UsageError` where it cannot."""
    recipe = wanted.driver.recipe()
    if recipe is None:
        raise UsageError(
            f"{wanted.setup.title} cannot be shared by the workers of xdist: the client that the docker_client fixture "
            "returned does not say how another process opens the same engine. Leave out shared=True."
        )
    run.note_recipe(json.dumps({"backend": recipe.backend, "settings": dict(recipe.settings)}, sort_keys=True))


async def _made_already(wanted: Wanted, run: runs.Run) -> Item | None:
    """Give what another worker has made. One that a worker has left half-made is removed."""
    item, is_half_made = await lasting.look(wanted)
    # What is not of this run is in the way, as it would be without workers.
    if item is None or item.labels.get(labels.RUN) != run.id:
        return None
    if is_half_made:
        await call(_remove_half_made, wanted.driver, item)
        return None
    return item


def _remove_half_made(driver: Driver, item: Item) -> None:
    if item.kind == "volume":
        # The container through which it was being filled may hold it.
        for ref in driver.ids("container", {"volume": item.ref, "label": f"{labels.SEEDING}=true"}):
            resource.remove(driver, "container", ref)
    resource.remove(driver, item.kind, item.ref)


async def _made(wanted: Wanted, prepare: Prepare[T]) -> T:
    entry, value = await lasting.make(wanted, {labels.REUSABLE: "false", labels.SHARED: "true"}, prepare)
    _leave_later(wanted, entry)
    return value


async def _used(wanted: Wanted, item: Item, prepare: Prepare[T]) -> T:
    _require_same(wanted, item)
    entry = lasting.add(wanted, item)
    _leave_later(wanted, entry)
    try:
        return await prepare(entry, False)
    except (Exception, pytest.fail.Exception):
        entry.failed = True
        raise


def _require_same(wanted: Wanted, item: Item) -> None:
    changed = wanted.changed(item)
    if changed:
        raise UsageError(
            f"{wanted.setup.title} is shared by all workers of xdist, but this one has other values than the one that "
            f"made it, for: {changed}. It cannot have what is different in each worker, such as worker_id or tmp_path; "
            "nor a name, if what it is made from has parameters."
        )


def _leave_later(wanted: Wanted, entry: Entry) -> None:
    entry.until = "the run"
    wanted.setup.finalizers.append(partial(_leave, wanted.setup.config, entry))


def _leave(config: pytest.Config, entry: Entry) -> None:
    keeping.keep(config, entry)
    entry.end()
