"""What the tests of `pytest --docker-cleanup` share: runs, what they have made, and cleaning up, in memory."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools import cleanup, labels, resource
from pytest_docker_tools.driver import Driver, Kind
from pytest_docker_tools.runs import Run as PytestRun
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

Make = Callable[..., str]
Clean = Callable[..., list[str]]
RunOver = Callable[..., PytestRun]

REUSABLE = {labels.REUSABLE: "true"}
SHOP = """
from pytest_docker_tools import *
net = network(name='shop-net')
data = volume(name='shop-data', initial_content={'a': b'1'})
db = container(image='app', name='shop-db', network='{net.name}', volumes={'{data.name}': {'bind': '/data'}})
"""


@pytest.fixture
def driver(engine: MemoryEngine) -> Driver:
    """A driver of the engine in memory."""
    return MemoryDriver(engine)


@pytest.fixture
def start(place: Path) -> Iterator[Callable[..., PytestRun]]:
    """Start a run of pytest, or one more process of one."""
    started: list[PytestRun] = []

    def start(process: str = "main", *, of: PytestRun | None = None) -> PytestRun:
        started.append(PytestRun(place, of.id if of else uuid.uuid4().hex, process))
        assert started[-1].owner
        return started[-1]

    yield start
    for run in started:
        run.close()


@pytest.fixture
def over(start: Callable[..., PytestRun]) -> PytestRun:
    """A run of pytest that is over."""
    run = start()
    run.close()
    return run


@pytest.fixture
def make(driver: Driver) -> Make:
    """Make something as a run does, and give its id."""

    def make(run: PytestRun, kind: Kind, name: str, marks: dict[str, str] | None = None, **options: Any) -> str:
        known = {labels.RUN: run.id, labels.OWNER: run.owner, labels.REUSABLE: "false", **(marks or {})}
        image = {"image": "app"} if kind == "container" else {}
        return resource.create(driver, kind, labels.added({"name": name, **image, **options}, known))

    return make


@pytest.fixture
def clean(driver: Driver, place: Path) -> Clean:
    """Clean up, which is `fine` or not, and give what is said, without the sum."""

    def clean(*, everything: bool = False, fine: bool = True) -> list[str]:
        lines: list[str] = []
        assert cleanup.run(driver, lines.append, everything=everything) is fine
        return [" ".join(line.split()) for line in lines[:-1]]

    return clean


def names(engine: MemoryEngine) -> list[str]:
    """Give the names of what is on the engine, images aside."""
    networks = [network.name for network in engine.networks.values() if network.name not in ("bridge", "host", "none")]
    return sorted([*(container.name for container in engine.containers.values()), *networks, *engine.volumes])
