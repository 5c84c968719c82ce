"""Filling volumes."""

from __future__ import annotations

import pytest

from pytest_docker_tools import items, seeding
from pytest_docker_tools.driver import Options
from pytest_docker_tools.exceptions import EngineError
from pytest_docker_tools.files import Entry
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine


def test_a_volume_is_filled(engine: MemoryEngine) -> None:
    """Whoever mounts the volume finds the files, and there is nothing else on the engine than before."""
    driver = MemoryDriver(engine)
    volume = driver.create_volume({"name": "vol"})
    before = [driver.ids("container"), driver.ids("image")]
    seeding.seed(driver, volume, {"a/b": Entry(b"1"), "folder": Entry()}, {})
    assert [driver.ids("container"), driver.ids("image")] == before
    files = engine.volumes[volume].files.entries
    assert files["a/b"].content == b"1"
    assert set(files) == {"", "a", "a/b", "folder"}


def test_nobody_pulls(engine: MemoryEngine) -> None:
    """No image has to be on the engine, and none is pulled."""
    driver = MemoryDriver(engine)
    driver.remove("image", driver.ids("image"), force=True)
    seeding.seed(driver, driver.create_volume({"name": "vol"}), {"a": Entry(b"")}, {})
    assert "pull_image" not in [verb for verb, _ in engine.calls]


@pytest.mark.parametrize(("timeout", "seconds"), [(7, 7), (None, 120)])
def test_its_time(engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch, timeout: float | None, seconds: float) -> None:
    """Its build, for which a driver has no deadline, may take as long as any call, where the user has said that."""
    allowed: list[float | None] = []
    build = MemoryDriver.build_image

    def build_image(driver: MemoryDriver, options: Options, *, timeout: float | None = None) -> str:
        allowed.append(timeout)
        return build(driver, options)

    monkeypatch.setattr(MemoryDriver, "build_image", build_image)
    driver = MemoryDriver(engine)
    seeding.seed(driver, driver.create_volume({"name": "vol"}), {"a": Entry(b"")}, {}, timeout)
    assert allowed == [seconds]


@pytest.mark.parametrize("verb", ["build_image", "create_container", "put_archive"])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("error", [EngineError, KeyboardInterrupt])
def test_nothing_is_left(engine: MemoryEngine, verb: str, after: bool, error: type[BaseException]) -> None:
    """A step that fails or is interrupted, before or after the engine did it, leaves no container and no image."""
    driver = MemoryDriver(engine)
    volume = driver.create_volume({"name": "vol"})
    before = [driver.ids("container"), driver.ids("image")]
    engine.fail(verb, error("it broke"), after=after)
    with pytest.raises(error, match="it broke"):
        seeding.seed(driver, volume, {"a": Entry(b"")}, {})
    assert [driver.ids("container"), driver.ids("image")] == before


def test_a_container_that_cannot_be_removed(engine: MemoryEngine) -> None:
    """It keeps its image, without which nobody could tell that its labels are its own, and is what is told."""
    driver = MemoryDriver(engine)
    volume = driver.create_volume({"name": "vol"})
    engine.fail("remove", EngineError("it does not go"))
    with pytest.raises(EngineError, match="it does not go"):
        seeding.seed(driver, volume, {"a": Entry(b"")}, {})
    [container] = items.of_refs(driver, "container", driver.ids("container"))
    assert not items.is_of_labelled_image(driver, container)
