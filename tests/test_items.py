"""What is on an engine, by its labels."""

from __future__ import annotations

import time

import pytest

from pytest_docker_tools import items, labels
from pytest_docker_tools.driver import KINDS, Kind
from pytest_docker_tools.items import Item
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

OURS = {"creator": "pytest-docker-tools"}
REUSABLE = {**OURS, "pytest-docker-tools.reusable": "true"}


@pytest.fixture
def driver(engine: MemoryEngine) -> MemoryDriver:
    """A driver of an engine that has one of each kind, labelled as a run with reuse does, and an image."""
    driver = MemoryDriver(engine)
    driver.create_container({"image": "app", "name": "web", "labels": REUSABLE})
    driver.create_network({"name": "net", "labels": REUSABLE})
    driver.create_volume({"name": "vol", "labels": REUSABLE})
    return driver


def volume(labels: dict[str, str]) -> Item:
    return Item("volume", {"Name": "it", "Labels": labels})


@pytest.mark.parametrize(("kind", "name"), [("container", "web"), ("network", "net"), ("volume", "vol")])
def test_each_kind(driver: MemoryDriver, kind: Kind, name: str) -> None:
    """What is found by its name has name, labels, and a reference by which the engine knows that very one."""
    found = items.named(driver, kind, name)
    assert found is not None
    assert (found.kind, found.name, str(found)) == (kind, name, f"{kind} {name}")
    assert found.labels == REUSABLE
    assert driver.ids(kind, {"label": "creator"}) == [found.ref]


def test_an_image_is_called_by_its_id(driver: MemoryDriver) -> None:
    """An image, which has any number of names, has its id, and may have no labels."""
    [ref] = driver.ids("image")
    [found] = items.of_refs(driver, "image", [ref])
    assert found.name == found.ref == ref
    assert found.labels == {}
    assert not found.is_reusable


def test_only_the_whole_name(driver: MemoryDriver) -> None:
    """What has another name, and an id that begins so, is not what was asked for."""
    [ref] = driver.ids("container")
    assert items.of_refs(driver, "container", [ref]) != []
    assert items.named(driver, "container", ref) is None
    assert items.named(driver, "container", "we") is None


def test_what_is_not_there(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """What is gone is not among what is given, and nothing is asked for nothing."""
    [ref] = driver.ids("network", {"label": "creator"})
    assert [found.name for found in items.of_refs(driver, "network", ["gone", ref])] == ["net"]
    engine.calls.clear()
    assert items.of_refs(driver, "network", []) == []
    assert engine.calls == []


def test_by_a_label(driver: MemoryDriver) -> None:
    """What has a label of that value is found, and nothing else."""
    driver.create_volume({"name": "other", "labels": OURS})
    driver.create_volume({"name": "theirs"})
    found = items.labelled(driver, "volume", "pytest-docker-tools.reusable", "true")
    assert [one.name for one in found] == ["vol"]
    assert len(items.labelled(driver, "volume", "creator", "pytest-docker-tools")) == 2


@pytest.mark.parametrize(
    ("made_by", "expected"),
    [
        (REUSABLE, True),
        (OURS, False),
        ({**OURS, "pytest-docker-tools.reusable": "false"}, False),
        ({"pytest-docker-tools.reusable": "true"}, False),
        ({**REUSABLE, "creator": "me"}, False),
        ({}, False),
    ],
)
def test_what_is_reusable(made_by: dict[str, str], expected: bool) -> None:
    """Reusable is what this project has made to be used again."""
    assert volume(made_by).is_reusable is expected


@pytest.mark.parametrize(
    ("expires", "expected"),
    [(None, False), ("", False), ("soon", False), ("-5", False), ("1.5", False), ("²", False), ("5", True)],
)
def test_time_to_live(expires: str | None, expected: bool) -> None:
    """The time to live is over from a second of the epoch on; without one that can be read it never is."""
    assert volume({} if expires is None else {labels.EXPIRES: expires}).has_expired is expected
    assert not volume({labels.EXPIRES: str(int(time.time()) + 60)}).has_expired


def test_order_of_removal() -> None:
    """Containers go before images, networks and volumes, and of one kind the youngest first."""
    times = {"old": "2026-01-01T00:00:00Z", "new": "2026-01-01T00:00:00.5Z", "untold": ""}
    found = [
        Item(kind, {"Name": name, "Id": name, "Created": created})
        for kind in reversed(KINDS)
        for name, created in times.items()
    ]
    ordered = items.in_removal_order(found)
    assert [str(one) for one in ordered[:3]] == ["container new", "container old", "container untold"]
    assert [one.kind for one in ordered[::3]] == list(KINDS)
