"""What others made, or says so, is left alone by `pytest --docker-cleanup`."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_docker_tools import labels, meeting
from pytest_docker_tools.driver import Driver
from pytest_docker_tools.runs import Run as PytestRun
from pytest_docker_tools.testing import MemoryEngine, MemoryImage

from ..conftest import Run
from .conftest import REUSABLE, Clean, names

UNKNOWN = "another user, machine or version of this library made it"


def test_no_other_image_is_removed(over: PytestRun, clean: Clean, driver: Driver, engine: MemoryEngine) -> None:
    """An image that somebody made from one of our containers has our labels, and stays, as does a container of it."""
    known = {labels.RUN: over.id, labels.OWNER: over.owner, labels.REUSABLE: "false", labels.CREATION: "1"}
    inherited = labels.added({}, known)["labels"]
    engine.add_image("theirs", MemoryImage(labels=inherited))
    driver.create_container({"name": "theirs", "image": "theirs"})
    driver.create_container({"name": "ours", "image": "theirs", "labels": {**inherited, labels.CREATION: "2"}})
    assert clean(everything=True) == [
        "removed container ours",
        "kept container theirs somebody else made it, and its labels are those of its image",
    ]
    assert names(engine) == ["theirs"]
    assert driver.inspect("image", ["theirs"]) != [None]


@pytest.mark.parametrize("forged", [{}, {labels.CREATION: "1"}], ids=["no creation", "creation"])
def test_an_image_with_labels_of_ours(
    clean: Clean, driver: Driver, engine: MemoryEngine, forged: dict[str, str]
) -> None:
    """A container of an image that says of itself that it is of a dead process of ours stays."""
    known = {labels.CONTAINER: "gone/since", labels.EXPIRES: "1", labels.REUSABLE: "false", **forged}
    engine.add_image("theirs", MemoryImage(labels=labels.added({}, known)["labels"]))
    driver.create_container({"name": "theirs", "image": "theirs"})
    assert clean(everything=True) == [
        "kept container theirs somebody else made it, and its labels are those of its image"
    ]


def test_what_ours_has_of_such_an_image(
    pytester: pytest.Pytester, run: Run, clean: Clean, engine: MemoryEngine
) -> None:
    """What an image says of a dead process does not let a container of ours go while its run goes on."""
    known = {labels.CONTAINER: "gone/since", labels.EXPIRES: "1", labels.KEEP: "failed", labels.CREATION: "1"}
    engine.add_image("theirs", MemoryImage(labels=labels.added({}, known)["labels"]))
    pytester.makepyfile(
        "from pytest_docker_tools import *\n"
        "it = container(image='theirs')\n"
        "def test_it(it):\n"
        "    found = {key.rpartition('.')[2]: value for key, value in it.labels.items()}\n"
        "    assert found['container'] == found['expires'] == found['keep'] == ''\n"
        "    assert found['creation'] != '1'\n"
    )
    run().assert_outcomes(passed=1)


def test_what_somebody_else_made_is_not_looked_at(clean: Clean, driver: Driver, engine: MemoryEngine) -> None:
    """What does not have our label is neither removed nor listed."""
    driver.create_network({"name": "net", "labels": {"creator": "me"}})
    assert clean(everything=True) == []
    assert names(engine) == ["net"]


@pytest.mark.parametrize("marks", [{}, REUSABLE, {**REUSABLE, labels.EXPIRES: "1"}], ids=["own", "reusable", "expired"])
@pytest.mark.parametrize(
    "owner",
    [
        None,
        "",
        "main",
        "{id}",
        "{place}/{id}",
        "{place}/../main-1",
        "{place}/{id}/../main-1",
        "{place}/{id}/",
        "somebody-else/{id}/main-1",
        ".*/{id}/main-1",
    ],
)
def test_what_others_made_is_kept(
    over: PytestRun, place: Path, clean: Clean, driver: Driver, owner: str | None, marks: dict[str, str]
) -> None:
    """What was made by another user, machine or version, or says so, is kept, also when all is to go."""
    given = {} if owner is None else {labels.OWNER: owner.format(place=meeting.name_of(place), id=over.id)}
    driver.create_network(labels.added({"name": "net"}, {**marks, **given}))
    assert clean(everything=True) == [f"kept network net {UNKNOWN}"]
