"""Images."""

from __future__ import annotations

import io
import re
import uuid
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools.driver import Driver

from ..conftest import BASE, Push
from .conftest import Named, Raises


class TestImages:
    def test_get(self, client: Any, raises: Raises) -> None:
        """An image is found by name or id."""
        image = client.images.get(BASE)
        digits = image.id.removeprefix("sha256:")
        for ref in (f"{BASE}:latest", image.id, digits, image.short_id):
            assert client.images.get(ref) == image
        assert client.images.get(name=BASE) == image
        assert image.id == image.attrs["Id"]
        assert image.short_id == image.id.replace(digits, digits[:12])
        with raises("ImageNotFound"):
            client.images.get("localhost/no-such:1")
        with raises("no id"):
            client.images.get("")

    def test_list(self, client: Any, named: Named) -> None:
        """Images are listed by name, with or without a tag, and by filters."""
        image, name = client.images.get(BASE), named("image")
        image.tag(name, "1")
        assert client.images.list(name) == client.images.list(name=f"{name}:1") == [image]
        assert client.images.list(name, filters={"dangling": False}) == [image]
        assert client.images.list(name, filters={"dangling": True}) == []
        assert client.images.list(f"{name}:2") == []
        client.images.remove(f"{name}:1")

    def test_tags(self, client: Any, named: Named) -> None:
        """A name may have its tag in it, or beside it, or none, which is latest."""
        image, names = client.images.get(BASE), [named("image") for _ in range(3)]
        assert image.tag(names[0]) is True
        assert image.tag(names[1], "2") is True
        assert image.tag(f"{names[2]}:3") is True
        tags = {f"{names[0]}:latest", f"{names[1]}:2", f"{names[2]}:3"}
        assert not tags & set(image.tags)
        image.reload()
        assert tags <= set(image.tags)
        assert all(tag in repr(image) for tag in tags)
        for tag in tags:
            assert client.images.remove(image=tag) is None
        assert not tags & set(client.images.get(BASE).tags)

    def test_build(self, client: Any, named: Named, tmp_path: Path) -> None:
        """A folder is built to an image, with its log as dicts."""
        (tmp_path / "Dockerfile").write_text(f"FROM {BASE}\nARG A\nLABEL a=$A\nRUN echo 'a step'\n")
        name = named("image")
        options = {"path": str(tmp_path), "tag": name, "buildargs": {"A": "1"}}
        image, log = client.images.build(**options, rm=True, nocache=True, timeout=60)
        assert image.tags == [f"{name}:latest"]
        assert image.labels["a"] == "1"
        lines = list(log)
        assert all(isinstance(line, dict) for line in lines)
        # BuildKit writes its number and the time before it.
        assert any(re.search("^(#.* )?a step\n$", line.get("stream", "")) for line in lines)

    def test_build_from_a_file(self, client: Any, named: Named) -> None:
        """A Dockerfile may be a file; without a tag, an image has no tags, also not <none>."""
        unique = uuid.uuid4().hex
        dockerfile = io.BytesIO(f"FROM {BASE}\nLABEL a={unique}\n".encode())
        image, _ = client.images.build(fileobj=dockerfile, rm=True, nocache=True)
        assert image.tags == []
        assert image in client.images.list(filters={"label": f"a={unique}", "dangling": True})
        image.remove()
        assert client.images.list(filters={"label": f"a={unique}"}) == []

    def test_build_that_fails(self, client: Any, raises: Raises) -> None:
        """A step that fails is an error that says so."""
        with raises("BuildFailed") as raised:
            dockerfile = io.BytesIO(f"FROM {BASE}\nRUN exit 7\n".encode())
            client.images.build(fileobj=dockerfile, rm=True, forcerm=True, nocache=True)
        assert "7" in str(raised.value)

    def test_build_with_an_unknown_keyword(self, client: Any) -> None:
        """A keyword that there is not is a TypeError."""
        with pytest.raises(TypeError, match="no_such"):
            client.images.build(path=".", no_such=1)

    def test_pull(self, client: Any, pushed: str, driver: Driver) -> None:
        """An image is pulled; its tag is in its name, or beside it."""
        repository, _, tag = pushed.rpartition(":")
        image = client.images.pull(repository, tag)
        assert pushed in image.tags
        driver.remove("image", [pushed], force=True)
        assert client.images.pull(pushed) == image

    def test_pull_all_tags(self, client: Any, push: Push, registry: str, driver: Driver) -> None:
        """All images of a repository are a list."""
        repository = f"{registry}/{push('1', '2')}"
        images = client.images.pull(repository, all_tags=True)
        assert {tag for image in images for tag in image.tags} == {f"{repository}:1", f"{repository}:2"}
        driver.remove("image", [f"{repository}:1", f"{repository}:2"], force=True)

    def test_pull_what_is_not_there(self, client: Any, registry: str, raises: Raises) -> None:
        """What a registry does not have is NotFound; one that does not answer is an error."""
        with raises("NotFound"):
            client.images.pull(f"{registry}/no-such", tag="1")
        with raises("any of the engine"):
            client.images.pull("127.0.0.1:1/no-such")

    def test_remove(self, client: Any, named: Named, raises: Raises) -> None:
        """An image that is used, or has several names, is not removed by its id; one that is gone is an error."""
        names = named("image"), named("image")
        content = f"FROM {BASE}\nLABEL a={uuid.uuid4().hex}\n".encode()
        image, _ = client.images.build(fileobj=io.BytesIO(content), tag=names[0], rm=True, nocache=True)
        image.tag(names[1])
        with raises("Conflict"):
            image.remove()
        client.images.remove(names[1])
        user = client.containers.create(image, "true", name=named("container"))
        with raises("Conflict"):
            image.remove()
        user.remove()
        assert client.images.get(names[0]) == image
        image.remove()
        for act in (image.remove, image.reload, lambda: client.images.remove(names[0], force=True)):
            with raises("ImageNotFound"):
                act()
