"""What the tests of `shared=True` have in common: a small project, and what its workers make on an engine in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools import drivers, meeting
from pytest_docker_tools.driver import Recipe
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

HEADER = "import os\nimport pytest\nfrom pytest_docker_tools import *\n"
SHOP = (
    HEADER
    + """
net = network(scope='session', shared=True)
data = volume(scope='session', shared=True, initial_content={'seed': b'1'})
db = container(
    image='app', scope='session', shared=True, network='{net.name}', volumes={'{data.name}': {'bind': '/data'}}
)

def test_it(db, data, net):
    assert db.status == 'running'
    assert db.get_text('/data/seed') == '1'
    assert net.name in db.ips
    with open('ids', 'a') as ids:
        print(db.id, data.id, net.id, file=ids)
"""
)


@pytest.fixture(autouse=True)
def recipe(engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process can open the engine in memory, as all processes of these tests are this one."""

    def open_driver(backend: str, settings: dict[str, Any]) -> MemoryDriver:
        assert (backend, settings) == ("memory", {"url": engine.url})
        return MemoryDriver(engine)

    monkeypatch.setattr(MemoryDriver, "recipe", lambda self: Recipe("memory", {"url": self.engine.url}))
    monkeypatch.setattr(drivers, "open_driver", open_driver)


def left(engine: MemoryEngine) -> list[str]:
    """Give what is on the engine, but for what it had before."""
    predefined = {"bridge", "host", "none"}
    networks = [network.name for network in engine.networks.values() if network.name not in predefined]
    images = [image for image in MemoryDriver(engine).ids("image") if image != engine.images.need("app").id]
    return sorted([*(container.name for container in engine.containers.values()), *networks, *engine.volumes, *images])


def created(engine: MemoryEngine, kind: str) -> list[dict[str, Any]]:
    """Give the options with which resources of a kind were created, but for what helps to fill volumes."""
    all_options = [arguments["options"] for verb, arguments in engine.calls if verb == f"create_{kind}"]
    helps = ("pytest-docker-tools.seeding", "pytest-docker-tools.unfinished")
    return [options for options in all_options if not {*helps} & {*options["labels"]}]


def run_folders() -> list[Path]:
    """Give the folders of runs in the folder where processes meet."""
    return [*(meeting.folder() / "runs").glob("*")]
