"""What an engine warns of, on the engine in memory."""

from __future__ import annotations

import pytest

from pytest_docker_tools.driver import Options
from pytest_docker_tools.engine_warnings import warn
from pytest_docker_tools.exceptions import EngineWarning
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage


class Talkative(MemoryDriver):
    """A driver of an engine with an image, which says two things of each container."""

    def __init__(self) -> None:
        super().__init__(MemoryEngine())
        self.engine.add_image("server", MemoryImage())

    def create_container(self, options: Options, *, timeout: float | None = None) -> str:
        container = super().create_container(options, timeout=timeout)
        warn(self, container, ["one", "two"])
        return container


def test_each_is_a_warning() -> None:
    """Each is a warning of its own, at the place where the container was asked for."""
    with pytest.warns(EngineWarning) as found:
        Talkative().create_container({"image": "server"})
    assert [(str(item.message), item.filename) for item in found] == [("one", __file__), ("two", __file__)]


@pytest.mark.filterwarnings("error::pytest_docker_tools.exceptions.EngineWarning")
def test_one_that_is_an_error() -> None:
    """Where warnings are errors, the first is raised, and the container is gone."""
    driver = Talkative()
    with pytest.raises(EngineWarning, match="one"):
        driver.create_container({"image": "server"})
    assert driver.ids("container") == []
