"""What is done with a container that was just created: further networks, and what the engine said of it."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_docker_tools.completion import complete
from pytest_docker_tools.deadline import Deadline
from pytest_docker_tools.driver import Options
from pytest_docker_tools.exceptions import EngineError, EngineWarning, NotFound
from pytest_docker_tools.normalise import normalised
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage


@pytest.fixture
def driver() -> MemoryDriver:
    """A driver of an engine with an image and networks."""
    engine = MemoryEngine()
    engine.add_image("server", MemoryImage())
    driver = MemoryDriver(engine)
    for name in ("a", "b"):
        driver.create_network({"name": name})
    return driver


def attached(driver: MemoryDriver, **options: Any) -> str:
    """Create a container on its first network, attach it to the others, and give its id."""
    chosen: Options = normalised("container", {"image": "server", **options})
    of_others = {"networking_config", "network_mode"}
    first = {keyword: value for keyword, value in chosen.items() if keyword not in of_others}
    container = driver.create_container({**first, "network": chosen.get("network_mode")})
    complete(driver, container, chosen, [], Deadline(5))
    return container


def test_all_others(driver: MemoryDriver) -> None:
    """A container gets to all its networks, with what is said of each."""
    container = attached(driver, network="bridge", networking_config={"a": {"aliases": ["x"]}, "bridge": {}, "b": {}})
    [facts] = driver.inspect("container", [container])
    assert facts is not None
    networks = facts["NetworkSettings"]["Networks"]
    assert list(networks) == ["bridge", "a", "b"]
    assert networks["a"]["Aliases"] == ["x"]


@pytest.mark.parametrize("options", [{}, {"network": "a"}, {"networking_config": {"a": {}}}])
def test_no_others(driver: MemoryDriver, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A container with one network needs nothing more."""
    monkeypatch.delattr(MemoryDriver, "connect")
    assert driver.inspect("container", [attached(driver, **options)]) != [None]


def test_nothing_stays(driver: MemoryDriver) -> None:
    """A container that cannot be attached is removed, with the volumes that were made for it."""
    with pytest.raises(NotFound, match="nowhere"):
        attached(driver, volumes=["/data"], networking_config={"a": {}, "b": {}, "nowhere": {}})
    assert driver.ids("container") == driver.ids("volume") == []


def test_nothing_stays_of_an_interrupt(driver: MemoryDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container whose attaching is interrupted is removed, too."""

    def interrupted(*arguments: Any, **more: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(MemoryDriver, "connect", interrupted)
    with pytest.raises(KeyboardInterrupt):
        attached(driver, networking_config={"a": {}, "b": {}})
    assert driver.ids("container") == []


def test_the_reason_is_raised(driver: MemoryDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    """That the container cannot be removed either is not what is told."""

    def refuse(*arguments: Any, **more: Any) -> None:
        raise EngineError("it cannot be removed")

    monkeypatch.setattr(MemoryDriver, "remove", refuse)
    with pytest.raises(NotFound, match="nowhere"):
        attached(driver, networking_config={"a": {}, "nowhere": {}})


class Talkative(MemoryDriver):
    """A driver of an engine with an image, which says two things of each container."""

    def __init__(self) -> None:
        super().__init__(MemoryEngine())
        self.engine.add_image("server", MemoryImage())

    def create_container(self, options: Options, *, timeout: float | None = None) -> str:
        container = super().create_container(options, timeout=timeout)
        complete(self, container, {}, ["one", "two"], Deadline(5))
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
