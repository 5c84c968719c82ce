"""Images in memory: their names, building and pulling them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_docker_tools.exceptions import BuildFailed, Conflict, EngineError, ImageNotFound, UnsupportedOption
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
    with pytest.raises(ImageNotFound):
        driver.tag_image("nothing", "app")


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
    """A name goes first, the image with its last one; by id, several names or a container need force."""
    image = engine.add_image("a", MemoryImage(cmd=("one",)))
    driver.tag_image("a", "b")
    with pytest.raises(Conflict, match="several tags"):
        driver.remove("image", [image])
    driver.remove("image", ["a"])
    assert facts_of(driver, image, "image")["RepoTags"] == ["b:latest"]
    ref = driver.create_container({"image": "b"})
    with pytest.raises(Conflict, match="must force"):
        driver.remove("image", ["b"])
    driver.start(ref)
    with pytest.raises(Conflict, match="cannot be forced"):
        driver.remove("image", ["b"], force=True)
    driver.stop(ref)
    driver.remove("image", [image, image], force=True)
    assert driver.inspect("image", [image]) == [None]


def test_pull(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """An image of the registry is pulled, named and has a digest; `latest` is what no tag means."""
    engine.registry |= {"redis:latest": MemoryImage(), "redis:7": MemoryImage(cmd=("seven",))}
    told: list[str] = []
    image = driver.pull_image({"repository": "redis"}, on_progress=told.append)
    seven = driver.pull_image({"repository": "redis", "tag": "7"})
    assert driver.pull_image({"repository": "redis:7"}) == seven != image
    assert "Pulling from redis" in told[0]
    [digest] = facts_of(driver, "redis:7", "image")["RepoDigests"]
    assert facts_of(driver, digest, "image")["Id"] == seven


def test_pulling_all_tags(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """All tags of a repository, and no others, are pulled when asked for."""
    engine.registry |= {"a:1": MemoryImage(), "a:2": MemoryImage(cmd=("two",)), "b:1": MemoryImage(cmd=("b",))}
    driver.pull_image({"repository": "a", "all_tags": True})
    found = driver.inspect("image", ["a:1", "a:2", "b:1"])
    assert [image is not None for image in found] == [True, True, False]


def test_pulling_what_the_registry_does_not_have(driver: MemoryDriver) -> None:
    """A missing image is `ImageNotFound`, and an unknown keyword is refused."""
    with pytest.raises(ImageNotFound, match="manifest for nothing:latest not found"):
        driver.pull_image({"repository": "nothing"})
    with pytest.raises(UnsupportedOption, match="'stream'"):
        driver.pull_image({"repository": "nothing", "stream": True})


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


def test_builds_that_fail(driver: MemoryDriver, engine: MemoryEngine, tmp_path: Path) -> None:
    """A missing folder or Dockerfile, no context at all, and what the test's function raises are errors."""
    with pytest.raises(EngineError, match="unable to prepare context"):
        driver.build_image({"path": str(tmp_path / "nowhere")})
    with pytest.raises(EngineError, match="Cannot locate specified Dockerfile"):
        driver.build_image({"path": str(tmp_path)})
    with pytest.raises(UnsupportedOption, match="'path'"):
        driver.build_image({})

    def broken(options: object) -> MemoryImage:
        raise BuildFailed("a step failed", log="Step 1/1 : RUN false")

    engine.on_build(broken)
    with pytest.raises(BuildFailed) as caught:
        driver.build_image({"fileobj": b"RUN false"})
    assert caught.value.log == "Step 1/1 : RUN false"
    assert driver.ids("image", {"dangling": "true"}) == []
