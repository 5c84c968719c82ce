"""Images in memory: their names, building and pulling them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_docker_tools.exceptions import BuildFailed, Conflict
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

from .conftest import facts_of, running


def test_an_image_is_found_by_each_of_its_names(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """A tag, `latest` left out, the id and the beginning of the id are one image."""
    image = engine.add_image("app:2")
    driver.tag_image("app:2", "team/app")
    refs = ["app:2", "team/app", "team/app:latest", image, image[7:], image[:20]]
    assert [found and found["Id"] for found in driver.inspect("image", refs)] == [image] * len(refs)
    assert driver.inspect("image", ["app", "nothing"]) == [None, None]
    assert facts_of(driver, image, "image")["RepoTags"] == ["app:2", "team/app:latest"]


def test_image_facts(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """The configuration of an image is in its inspect JSON, and its containers have it."""
    image = MemoryImage(
        env={"A": "1"}, labels={"l": "1"}, cmd=("run",), entrypoint=("tini",), exposed=("80/tcp",), volumes=("/data",)
    )
    engine.add_image("app", image)
    config = facts_of(driver, "app", "image")["Config"]
    assert (config["Env"], config["Labels"], config["Cmd"]) == (["A=1"], {"l": "1"}, ["run"])
    assert (config["Entrypoint"], config["ExposedPorts"]) == (["tini"], {"80/tcp": {}})
    assert (config["Volumes"], facts_of(driver, "app", "image")["Os"]) == ({"/data": {}}, "linux")


def test_a_name_moves_to_another_image(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """The same content is the same image; other content takes the name over, and the old image has none."""
    old = engine.add_image("app", MemoryImage(cmd=("old",)))
    assert engine.add_image("app", MemoryImage(cmd=("old",))) == old
    new = engine.add_image("app", MemoryImage(cmd=("new",)))
    assert facts_of(driver, "app", "image")["Id"] == new != old
    assert driver.ids("image", {"dangling": "true"}) == [old]


def test_removing_images(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """An image goes by force, but not while a container of it runs."""
    image = engine.add_image("b", MemoryImage(cmd=("one",)))
    ref = driver.create_container({"image": "b"})
    driver.start(ref)
    with pytest.raises(Conflict, match="cannot be forced"):
        driver.remove("image", ["b"], force=True)
    driver.stop(ref)
    driver.remove("image", [image, image], force=True)
    assert driver.inspect("image", [image]) == [None]


def test_build(driver: MemoryDriver, engine: MemoryEngine, tmp_path: Path) -> None:
    """A build gives what the test's function gives, with labels and tag, and reports each step."""
    (tmp_path / "Dockerfile").write_text("FROM server\n\nRUN true\n")
    engine.on_build(lambda options: MemoryImage(labels={"stage": options["target"]}))
    told: list[str] = []
    options = {"path": str(tmp_path), "tag": "app", "target": "last", "labels": {"mine": "1"}}
    image = driver.build_image(options, on_progress=told.append)
    assert told[:2] == ["Step 1/2 : FROM server", "Step 2/2 : RUN true"]
    assert told[2].startswith("Successfully built ")
    facts = facts_of(driver, "app", "image")
    assert (facts["Id"], facts["Config"]["Labels"]) == (image, {"stage": "last", "mine": "1"})
    running(driver, image=image)


def test_the_id_is_that_of_the_content(driver: MemoryDriver, tmp_path: Path) -> None:
    """The same Dockerfile, files and options give the same image, under any tag; other ones give another."""
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text("FROM server\n")
    options = {"path": str(tmp_path)}
    first = driver.build_image(options)
    assert driver.build_image({**options, "tag": "named", "nocache": True}) == first
    assert driver.build_image({**options, "buildargs": {"A": "1"}}) != first
    (tmp_path / "file").write_text("new")
    second = driver.build_image(options)
    assert driver.build_image({"fileobj": b"FROM server\n"}) not in (first, second)
    assert first != second


def test_a_build_that_fails(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """What the test's function raises is the error of the build, which leaves no image."""

    def broken(options: object) -> MemoryImage:
        raise BuildFailed("a step failed", log="Step 1/1 : RUN false")

    engine.on_build(broken)
    with pytest.raises(BuildFailed) as caught:
        driver.build_image({"fileobj": b"RUN false"})
    assert caught.value.log == "Step 1/1 : RUN false"
    assert driver.ids("image", {"dangling": "true"}) == []
