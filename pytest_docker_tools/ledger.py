"""Which containers, networks and volumes the fixtures of this run have made, for which scope, and during which test."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from .closure import closure

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
    #: The image of a container as its fixture has it, with references as text.
    image: str | None = None
    #: What tests hold of a container, once that is made.
    container: Container | None = None
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
        #: Drivers whose engine did not answer during the test.
        self.silent: list[Driver] = []

    def begin(self, item: pytest.Item) -> None:
        """Note that a test begins, and forget what no report can be about any more.

        What failed to be set up is remembered for the other tests of its scope, as pytest tells its failure to them.
        """
        nodes = item.listchain()
        self.entries = [entry for entry in self.entries if not entry.ended or (entry.failed and entry.node in nodes)]
        self.item, self.began, self.silent = item, time.time(), []

    def add(
        self,
        request: pytest.FixtureRequest,
        kind: Kind,
        ref: str,
        driver: Driver,
        created: tuple[float, float] | None = None,
    ) -> Entry:
        """Note what the fixture of a request has made, or, without `created`, uses again."""
        test = self.item.nodeid if self.item else None
        fixturedef = getattr(request, "_fixturedef", None)
        entry = Entry(kind, ref, driver, request.fixturename or "", request.node, test, created, fixturedef)
        self.entries.append(entry)
        return entry

    def used_by(self, item: pytest.Item) -> list[Entry]:
        """Give what a test uses: its fixtures have it, or it was made while the test ran."""
        nodes, fixtures, known = item.listchain(), _fixtures_of(item), closure(item) or []

        def has(entry: Entry) -> bool:
            same_name = [node.fixturedef for node in known if node.name == entry.fixture]
            # What a fixture got at run time is not among those that are known.
            return entry.fixture in fixtures and (not same_name or entry.fixturedef in [None, *same_name])

        return [
            entry for entry in self.entries if entry.made_during == item.nodeid or (entry.node in nodes and has(entry))
        ]

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
