"""Which containers, networks and volumes the fixtures of this run have made, for which scope, and during which test."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from .closure import Instance, closure

if TYPE_CHECKING:
    from .driver import Driver, Facts, Kind
    from .failures.look import Look
    from .wrappers.container import Container

__tracebackhide__ = True

_LEDGER = pytest.StashKey["Ledger"]()


@dataclass(eq=False)
class Entry:
    """A container, network or volume of a fixture."""

    kind: Kind
    ref: str
    driver: Driver
    #: The fixture, the node of pytest that it lives as long as, and the test during which it was set up.
    fixture: str
    node: object
    made_during: str | None
    #: By the clock of this machine, in seconds of the epoch: before, and after, it was created. None for a reused one.
    created: tuple[float, float] | None = None
    #: pytest's definition of the fixture, where that is told: others may have the same name.
    fixturedef: object = None
    #: Whether a container was started when it was created.
    started: bool = False
    #: The image of a container as its fixture has it, with references as text.
    image: str | None = None
    #: The inspect JSON of what was there already, from when it was found.
    found: Facts | None = None
    #: What tests hold of a container, once that is made.
    container: Container | None = None
    #: What tells its definition from others, and the name by which it is found, where others may use it again.
    signature: str | None = None
    name: str | None = None
    #: What is over when it is removed, None where it stays for later runs.
    until: str | None = "its fixture"
    #: Whether nobody could tell if it goes a little later than its fixture ends.
    may_linger: bool = False
    #: Whether it could not be made ready to be used.
    failed: bool = False
    #: Whether its fixture is over, and whether it was removed then.
    ended: bool = False
    removed: bool = False
    #: The tests that failed while they used it.
    failed_tests: list[str] = field(default_factory=list)
    #: What was seen of a container right before it was removed.
    last_look: Look | None = None

    def end(self, *, removed: bool = False) -> None:
        """Note that the fixture is over."""
        self.ended, self.removed = True, removed

    def belongs_to(self, instance: Instance) -> bool:
        """Say whether a fixture has it."""
        return self.fixturedef is instance.fixturedef and self.node is instance.node

    @property
    def facts(self) -> Facts:
        """The inspect JSON of a container as of the last look of its wrapper, if there was one."""
        return self.container.attrs if self.container else {}


class Ledger:
    """The entries of a run, in the order in which they were made, and the test that runs."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.item: pytest.Item | None = None
        #: When the setup of the test began, in seconds of the epoch.
        self.began = 0.0
        #: Fixtures that failed in its setup besides the one that pytest tells of, as messages name them, and how.
        self.failed_besides: list[tuple[str, BaseException]] = []
        #: Drivers whose engine did not answer during the test.
        self.silent: list[Driver] = []
        #: Whether something may be there that no entry is about, or was not removed, as something has failed.
        self.is_in_doubt = False
        #: Whether an engine has answered, as far as what was asked for fixtures tells.
        self.has_engine = False

    def begin(self, item: pytest.Item) -> None:
        """Note that a test begins, and forget what no report can be about any more.

        What failed to be set up is remembered for the other tests of its scope, as pytest tells its failure to them.
        """
        nodes = item.listchain()
        self.entries = [entry for entry in self.entries if not entry.ended or (entry.failed and entry.node in nodes)]
        self.item, self.began, self.silent, self.failed_besides = item, time.time(), [], []

    def add(
        self,
        instance: Instance,
        kind: Kind,
        ref: str,
        driver: Driver,
        created: tuple[float, float] | None = None,
    ) -> Entry:
        """Note what a fixture has made, or, without `created`, uses again."""
        test = self.item.nodeid if self.item else None
        entry = Entry(kind, ref, driver, instance.name, instance.node, test, created, instance.fixturedef)
        self.entries.append(entry)
        self.has_engine = True
        return entry

    def forget(self, entry: Entry) -> None:
        """Take out what is not used after all."""
        self.entries.remove(entry)

    def forget_removed(self, instance: Instance) -> None:
        """Take out what a fixture has made that is over, unless it has failed: no test has used it."""
        self.entries = [
            entry for entry in self.entries if not (entry.belongs_to(instance) and entry.ended and not entry.failed)
        ]

    def behind(self, instance: Instance) -> list[Entry]:
        """Give what a fixture needs, directly or through others."""
        needed = {node.fixturedef for node in instance.upstream[1:]}
        return [entry for entry in self.entries if not entry.ended and entry.fixturedef in needed]

    def used_by(self, item: pytest.Item) -> list[Entry]:
        """Give what a test uses: its fixtures have it, in pytest's order, or it was made while the test ran."""
        nodes, fixtures, known = item.listchain(), _fixtures_of(item), closure(item) or []

        def has(entry: Entry) -> bool:
            same_name = [node.fixturedef for node in known if node.name == entry.fixture]
            # What a fixture got at run time is not among those that are known.
            return entry.fixture in fixtures and (not same_name or entry.fixturedef in [None, *same_name])

        used = [
            entry for entry in self.entries if entry.made_during == item.nodeid or (entry.node in nodes and has(entry))
        ]
        places: dict[object, int] = {node.fixturedef: place for place, node in enumerate(known)}
        return sorted(used, key=lambda entry: places.get(entry.fixturedef, len(places)))

    def fail(self, item: pytest.Item) -> list[Entry]:
        """Note that a test has failed, and give what it uses."""
        used = self.used_by(item)
        for entry in used:
            if item.nodeid not in entry.failed_tests:
                entry.failed_tests.append(item.nodeid)
        return used


def of(config: pytest.Config) -> Ledger:
    """Give the ledger of a run."""
    return config.stash.setdefault(_LEDGER, Ledger())


def _fixtures_of(item: pytest.Item) -> Collection[str]:
    """Give the fixtures that a test has asked for, those included that it, or a fixture, got by getfixturevalue."""
    request = getattr(item, "_request", item)
    return frozenset(getattr(request, "fixturenames", ()))
