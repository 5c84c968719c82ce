"""The registry that conformance tests pull from."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from pytest_docker_tools.testing.registry import PASSWORD, USERNAME, Published, Registry


@pytest.fixture
def registry() -> Iterator[Registry]:
    """A public one."""
    with Registry() as registry:
        yield registry


def got(published: Published, path: str, **headers: str) -> bytes:
    """Give what the registry has of an image below its name."""
    host, _, name = published.repository.partition("/")
    with urlopen(Request(f"http://{host}/v2/{name}/{path}", headers=headers), timeout=10) as answer:
        content: bytes = answer.read()
        digest = answer.headers["Docker-Content-Digest"]
    assert digest == f"sha256:{hashlib.sha256(content).hexdigest()}"
    return content


def manifest(published: Published) -> Any:
    """Give the manifest of an image."""
    return json.loads(got(published, f"manifests/{published.tag}"))


def test_an_image_is_whole(registry: Registry) -> None:
    """Tag and digest lead to the manifest, the manifest to configuration and layer, which fit each other."""
    published = registry.publish(labels={"a": "b"}, tag="v1")
    assert got(published, "manifests/v1") == got(published, f"manifests/{published.digest}")
    found = manifest(published)
    config = json.loads(got(published, f"blobs/{found['config']['digest']}"))
    layer = got(published, f"blobs/{found['layers'][0]['digest']}")
    assert len(layer) == found["layers"][0]["size"]
    assert config["rootfs"]["diff_ids"] == [f"sha256:{hashlib.sha256(gzip.decompress(layer)).hexdigest()}"]
    assert config["config"]["Labels"] == published.labels
    assert published.labels["a"] == "b"


def test_images_differ(registry: Registry) -> None:
    """No two images are alike; a tag that is published again leads to the new one, and the old keeps its digest."""
    old = registry.publish()
    new = registry.publish(repository=old.repository)
    other = registry.publish(repository=old.repository, tag="other")
    assert len({old.digest, new.digest, other.digest, registry.publish().digest}) == 4
    assert got(old, "manifests/latest") == got(new, f"manifests/{new.digest}")
    assert got(old, f"manifests/{old.digest}")
    assert json.loads(got(old, "tags/list"))["tags"] == ["latest", "other"]


@pytest.mark.parametrize("path", ["manifests/nope", "blobs/sha256:0", "nothing"])
def test_what_is_missing(registry: Registry, path: str) -> None:
    """What is not there is 404, with the error that clients look for."""
    published = registry.publish()
    with pytest.raises(HTTPError) as raised:
        got(published, path)
    with raised.value:
        assert raised.value.code == 404
        assert json.load(raised.value)["errors"][0]["code"].endswith("_UNKNOWN")


def test_a_private_one() -> None:
    """Without the right password everything is 401, with a challenge; with it, it is as in a public one."""
    with Registry(private=True) as registry:
        published = registry.publish()
        for headers in ({}, {"Authorization": "Basic bm9ib2R5Om5vdGhpbmc="}):
            with pytest.raises(HTTPError) as raised:
                got(published, "manifests/latest", **headers)
            with raised.value:
                assert (raised.value.code, raised.value.headers["WWW-Authenticate"][:5]) == (401, "Basic")
        word = base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
        assert got(published, "manifests/latest", Authorization=f"Basic {word}")


def test_a_held_layer(registry: Registry) -> None:
    """The layer of a held image comes when it is released, and nothing else waits for that."""
    published = registry.publish(held=True)
    layer = f"blobs/{manifest(published)['layers'][0]['digest']}"
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(got, published, layer)
        assert not wait([waiting], timeout=0.2).done
        published.release()
        assert waiting.result(timeout=10)


def test_leaves_no_thread() -> None:
    """A registry whose context has been left serves no more."""
    before = set(threading.enumerate())
    with Registry() as registry:
        published = registry.publish()
        assert got(published, "manifests/latest")
    with pytest.raises(OSError, match="refused"):
        got(published, "manifests/latest")
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
    assert set(threading.enumerate()) <= before
