"""What is on an engine, by its labels."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from . import labels, moments
from .driver import KINDS, Driver, Facts, Kind

__tracebackhide__ = True


class Item(NamedTuple):
    """A container, image, network or volume, by its inspect JSON."""

    kind: Kind
    facts: Facts

    @property
    def name(self) -> str:
        """Its name, of an image its id."""
        return str(self.facts["Id" if self.kind == "image" else "Name"]).lstrip("/")

    @property
    def ref(self) -> str:
        """Its id, of a volume its name."""
        return str(self.facts["Name" if self.kind == "volume" else "Id"])

    @property
    def labels(self) -> dict[str, str]:
        """Its labels."""
        return labels.of(self.kind, self.facts)

    @property
    def is_reusable(self) -> bool:
        """Whether a run that keeps what it makes has made it."""
        return self.labels.get(labels.CREATOR) == labels.CREATED_BY_US and self.labels.get(labels.REUSABLE) == "true"

    @property
    def has_expired(self) -> bool:
        """Whether the time to live of what is reusable is over."""
        expires = self.labels.get(labels.EXPIRES, "")
        return expires.isdecimal() and float(expires) <= time.time()

    @property
    def created(self) -> float:
        """When it was created, in seconds of the epoch; 0 where that is not told."""
        return moments.epoch(self.facts.get("Created") or "") or 0.0

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def is_of_labelled_image(driver: Driver, item: Item) -> bool:
    """Say whether a container has got our labels from its image only, which anybody may have made from one of ours."""
    if item.kind != "container":
        return False
    [image] = driver.inspect("image", [item.facts["Image"]])
    if image is None:
        # Nobody can tell.
        return True
    inherited = labels.of("image", image)
    return labels.CREATOR in inherited and item.labels.get(labels.CREATION) == inherited.get(labels.CREATION)


def labelled(driver: Driver, kind: Kind, label: str, value: str) -> list[Item]:
    """Give all of a kind that have a label."""
    return of_refs(driver, kind, driver.ids(kind, {"label": f"{label}={value}"}))


def ours(
    driver: Driver,
    label: str = labels.CREATOR,
    value: str = labels.CREATED_BY_US,
    kinds: Sequence[Kind] = KINDS,
) -> list[Item]:
    """Give what this project has made and has a label, in the order in which it can be removed."""
    marks = dict.fromkeys(kinds, f"{label}={value}")
    if "image" in marks:
        # One that somebody made from a container of ours has its labels.
        marks["image"] = f"{labels.SEEDING}=true"
    with ThreadPoolExecutor(len(kinds)) as pool:
        listed = pool.map(lambda kind: of_refs(driver, kind, driver.ids(kind, {"label": marks[kind]})), marks)
        there = [item for of_kind in listed for item in of_kind]
    return in_removal_order(
        item
        for item in there
        if item.labels.get(label) == value and item.labels.get(labels.CREATOR) == labels.CREATED_BY_US
    )


def of_refs(driver: Driver, kind: Kind, refs: list[str]) -> list[Item]:
    """Give those of a kind that are there."""
    return [Item(kind, facts) for facts in (driver.inspect(kind, refs) if refs else []) if facts]


def in_removal_order(found: Iterable[Item]) -> list[Item]:
    """Give what needs others before these: containers come first, those that were created later before the others."""
    return sorted(found, key=lambda item: (KINDS.index(item.kind), -item.created, item.name))


def named(driver: Driver, kind: Kind, name: str) -> Item | None:
    """Give the one that has that very name, None where there is none."""
    # An engine also resolves the beginning of an id.
    return next((item for item in of_refs(driver, kind, [name]) if item.name == name), None)
