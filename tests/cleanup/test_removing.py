"""What `pytest --docker-cleanup` removes, in which order, and what it says where it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_docker_tools import cleanup, labels
from pytest_docker_tools.driver import Driver
from pytest_docker_tools.exceptions import Conflict, DeadlineExceeded, DriverError, EngineUnavailable, Forbidden
from pytest_docker_tools.runs import Run as PytestRun
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

from .conftest import REUSABLE, Clean, Make, RunOver, names


def test_what_a_run_that_is_over_has_left_is_removed(
    make: Make, over: PytestRun, clean: Clean, engine: MemoryEngine
) -> None:
    """Containers, networks and volumes go, in an order in which they can."""
    make(over, "volume", "data")
    network = make(over, "network", "net")
    first = make(over, "container", "first", network="net", volumes={"data": {"bind": "/data"}})
    second = make(over, "container", "second", network_mode=f"container:{first}")
    MemoryDriver(engine).start(first)
    assert clean() == [
        "removed container second",
        "removed container first",
        "removed network net",
        "removed volume data",
    ]
    assert names(engine) == []
    removed = [arguments["refs"] for verb, arguments in engine.calls if verb == "remove"]
    assert removed == [[second], [first], [network], ["data"]]


def test_what_a_volume_is_filled_through_is_removed(
    over: PytestRun, clean: Clean, driver: Driver, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The image and the container that a run had while it filled a volume are removed, whatever that run keeps."""
    from pytest_docker_tools import seeding

    driver.create_volume({"name": "data"})
    origin = {labels.RUN: over.id, labels.OWNER: over.owner}
    with monkeypatch.context() as killed:
        killed.setattr(MemoryDriver, "remove", lambda *arguments, **options: None)
        seeding.seed(driver, "data", {}, origin)
    [image] = driver.ids("image", {"label": f"{labels.SEEDING}=true"})
    [container] = engine.containers.values()
    short = image.removeprefix("sha256:")[:12]
    assert clean() == [f"removed container {container.name}", f"removed image {short}"]
    assert driver.inspect("image", [image, "app"])[0] is None
    assert driver.inspect("image", ["app"]) != [None]


def test_what_cannot_be_removed_is_said(
    make: Make, over: PytestRun, clean: Clean, driver: Driver, engine: MemoryEngine
) -> None:
    """A network that somebody else's container is in stays, with the engine's words, and all else is removed."""
    for name in ("before", "shop", "then"):
        make(over, "network", name)
    make(over, "volume", "data")
    theirs = driver.create_container({"name": "theirs", "image": "app", "network": "shop"})
    driver.start(theirs)
    said = clean(fine=False)
    assert [line.split()[:3] for line in said] == [
        ["removed", "network", "then"],
        ["failed", "network", "shop"],
        ["removed", "network", "before"],
        ["removed", "volume", "data"],
    ]
    assert said[1].endswith(f"has active endpoints. Stop or disconnect {theirs}.")
    assert names(engine) == ["shop", "theirs"]


@pytest.mark.parametrize("error", [Conflict("no"), Forbidden("no"), DeadlineExceeded("no")], ids=repr)
def test_what_fails_once(make: Make, over: PytestRun, clean: Clean, engine: MemoryEngine, error: DriverError) -> None:
    """Whatever the engine refuses of one thing, the rest is removed, and that thing the next time."""
    make(over, "volume", "a")
    make(over, "volume", "b")
    engine.fail("remove", error)
    assert clean(fine=False) == ["failed volume a no", "removed volume b"]
    assert clean() == ["removed volume a"]


def test_an_engine_that_ends_meanwhile(make: Make, over: PytestRun, clean: Clean, engine: MemoryEngine) -> None:
    """An engine that is gone is not asked for each of the others."""
    make(over, "volume", "a")
    make(over, "volume", "b")
    engine.fail("remove", EngineUnavailable("gone"))
    with pytest.raises(EngineUnavailable):
        clean()
    assert len([verb for verb, _ in engine.calls if verb == "remove"]) == 1


@pytest.mark.parametrize("again", [False, True], ids=["gone", "made again"])
def test_what_is_gone_meanwhile(
    make: Make, over: PytestRun, start: RunOver, driver: Driver, engine: MemoryEngine, again: bool, place: Path
) -> None:
    """What another process has removed is not removed, nor what has its name now."""
    make(over, "volume", "a")
    make(over, "volume", "b")
    lines: list[str] = []

    def write(line: str) -> None:
        if not lines:
            driver.remove("volume", ["b"])
            if again:
                driver.create_volume({"name": "b"})
        lines.append(" ".join(line.split()))

    assert cleanup.run(driver, write, everything=True)
    assert lines[:2] == ["removed volume a", "gone volume b another process has removed it"]
    assert names(engine) == (["b"] if again else [])


def test_what_is_written(make: Make, over: PytestRun, start: RunOver, driver: Driver, place: Path) -> None:
    """There is a line for each, in columns, and the sum."""
    running = start()
    for run, kind, name, marks in (
        (over, "container", "shop-db", {}),
        (over, "network", "n", {}),
        (running, "network", "a-longer-name", {}),
        (over, "volume", "shop-data", REUSABLE),
    ):
        make(run, kind, name, marks)
    lines: list[str] = []
    cleanup.run(driver, lines.append, everything=False)
    assert lines == [
        "removed  container  shop-db",
        "kept     network    a-longer-name  its run goes on",
        "removed  network    n",
        "kept     volume     shop-data      reusable; --docker-cleanup=all removes it",
        f"2 removed, 2 kept on the engine at {driver.endpoint().url}",
    ]


def test_that_there_is_nothing_is_written(driver: Driver, place: Path) -> None:
    """Where there is nothing, one line says so."""
    lines: list[str] = []
    assert cleanup.run(driver, lines.append, everything=True)
    assert lines == [f"nothing of this library is on the engine at {driver.endpoint().url}"]


def test_a_terminal_is_not_commanded(make: Make, over: PytestRun, driver: Driver, engine: MemoryEngine) -> None:
    """What an engine says is one line, without what a terminal would act upon."""
    make(over, "network", "net")
    engine.fail("remove", Conflict("first line\nsecond \x1b[31mline\x1b]0;title\x07\r\b"))
    lines: list[str] = []
    cleanup.run(driver, lines.append, everything=True)
    assert lines[0] == "failed   network    net  first line second line"
