"""What outlives its fixture: a resource that may be there already, made by another process, and how it is found."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from . import items, labels, ledger, owners, resource, runs, signature
from .contexts import contextmanager
from .definition import Setup
from .driver import Driver, Facts, Kind
from .exceptions import Conflict, DriverError
from .items import Item
from .ledger import Entry
from .resource import Prepare
from .tasks import call

__tracebackhide__ = True

T = TypeVar("T")


@dataclass(frozen=True)
class Wanted:
    """A container, network or volume as its fixture wants it. `options` have its name, `needs` is what it builds on."""

    setup: Setup
    kind: Kind
    options: Mapping[str, Any] = field(repr=False)
    definition: signature.Definition
    needs: Sequence[Entry]
    #: Whether a container is started when it is created.
    start: bool = False

    @property
    def name(self) -> str:
        """The name by which the engine knows it."""
        return str(self.options["name"])

    @property
    def driver(self) -> Driver:
        """The driver that finds and makes it."""
        return self.setup.driver

    @property
    def key(self) -> str:
        """What tells it from any other resource, also of another engine."""
        return key(self.driver, self.kind, self.name)

    @cached_property
    def signature(self) -> str:
        """What tells its definition from others."""
        return signature.signature(self.definition)

    def changed(self, item: Item) -> str | None:
        """Say what is not as wanted in a resource that has its name: keywords, and what it needs."""
        found = item.labels
        if found.get(labels.SIGNATURE) == self.signature:
            return None
        before = signature.read(found.get(labels.DEFINITION))
        # Other versions do not say what it was.
        return "what it is made from" if before is None else ", ".join(signature.changed(before, self.definition))


def key(driver: Driver, kind: Kind, name: str) -> str:
    """Give what tells a resource from any other one, also of another engine, and can be the name of a file."""
    return runs.key(driver.endpoint().url, kind, name)


async def look(wanted: Wanted) -> tuple[Item | None, bool]:
    """Give what has that name, None where there is nothing, and whether it was left half-made.

    A container may lack files, and networks, until it is started; of a volume an engine tells nothing (see `_marked`).
    """
    if _is_filled(wanted):
        facts, mark = await call(wanted.driver.inspect, "volume", [wanted.name, _mark(wanted.name)])
        return (Item("volume", facts), _is_mark(mark, wanted.name)) if facts else (None, False)
    item = await call(items.named, wanted.driver, wanted.kind, wanted.name)
    return item, item is not None and item.facts.get("State", {}).get("Status") == "created"


def add(wanted: Wanted, item: Item) -> Entry:
    """Note in the ledger that a resource that was there is used."""
    entry = ledger.of(wanted.setup.config).add(wanted.setup.instance, item.kind, item.ref, wanted.driver)
    entry.signature, entry.name, entry.found = wanted.signature, wanted.name, item.facts
    return entry


async def make(wanted: Wanted, marks: Mapping[str, str], prepare: Prepare[T]) -> tuple[Entry, T]:
    """Make it, with labels by which others see what it is made from. `prepare` is that of `resource.make`."""
    known = {labels.SIGNATURE: wanted.signature, labels.DEFINITION: signature.written(wanted.definition), **marks}
    with _marked(wanted, marks):
        entry, value = await resource.make(
            wanted.setup, wanted.kind, wanted.options, known, prepare, start=wanted.start
        )
    entry.signature, entry.name = wanted.signature, wanted.name
    return entry, value


@contextmanager
def _marked(wanted: Wanted, marks: Mapping[str, str]) -> Iterator[None]:
    """Let an empty volume beside it tell, for as long as a volume may not have all of its files, that it has not.

    A process may be killed before it has copied them.
    """
    if not _is_filled(wanted):
        yield
        return
    driver, mark = wanted.driver, _mark(wanted.name)
    try:
        _create_mark(wanted, marks)
        yield
    except BaseException:
        # One that is kept for a failed test, or cannot be removed, is not whole.
        with contextlib.suppress(DriverError):
            facts, found = driver.inspect("volume", [wanted.name, mark])
            if facts is None and _is_mark(found, wanted.name):
                driver.remove("volume", [mark])
        raise
    driver.remove("volume", [mark])


def _create_mark(wanted: Wanted, marks: Mapping[str, str]) -> None:
    mark = _mark(wanted.name)
    known = {**owners.described(wanted.setup.config, wanted.driver), **marks, labels.UNFINISHED: wanted.name}
    # It may be there still, of one that was left half-made.
    with contextlib.suppress(Conflict):
        wanted.driver.create_volume(labels.added({"name": mark}, known))
    [facts] = wanted.driver.inspect("volume", [mark])
    if not _is_mark(facts, wanted.name):
        raise Conflict(
            f"There is a volume {mark!r} on the engine already, which this fixture did not make. It needs one of that "
            f"name while it fills {wanted.name!r}. Remove it, or choose another name."
        )


def _is_filled(wanted: Wanted) -> bool:
    return wanted.kind == "volume" and "initial_content" in wanted.definition


def _is_mark(facts: Facts | None, volume: str) -> bool:
    return facts is not None and labels.of("volume", facts).get(labels.UNFINISHED) == volume


def _mark(volume: str) -> str:
    return f"{volume}.unfinished"
