"""The object model in docker-py's shape."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_docker_tools.client import Client
from pytest_docker_tools.exceptions import EngineUnavailable, Forbidden, ImageNotFound, NotFound
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage


@pytest.fixture
def client(engine: MemoryEngine) -> Client:
    return Client(MemoryDriver(engine))


def test_containers(client: Client) -> None:
    """Containers are created, listed by state, found by name, and removed."""
    made = client.containers.create("app", ["serve"], name="it", labels={"a": "1"})
    assert client.containers.list() == []
    assert client.containers.list(all=True) == [made]
    made.start()
    assert [found.name for found in client.containers.list(ignore_removed=True)] == ["it"]
    assert client.containers.list(filters={"label": "a=2"}) == []
    same = client.containers.get("it")
    assert (same, same.status, same.labels["a"]) == (made, "running", "1")
    assert same.image == client.images.get("app")
    assert same.logs() == b"hello from the app\n"
    assert len({made, same}) == 1
    same.remove(force=True)
    with pytest.raises(NotFound, match="no container 'it'"):
        client.containers.get("it")


def test_images(client: Client, engine: MemoryEngine, tmp_path: Path) -> None:
    """Images are found, tagged, pulled, built, listed by name, and removed."""
    image = client.images.get("app")
    assert image.tag("other", "1")
    assert set(client.images.get("app").tags) == {"app:latest", "other:1"}
    assert client.images.list(name="other") == [image]
    engine.registry["remote:2"] = MemoryImage(labels={"from": "registry"})
    assert client.images.pull("remote", "2").labels == {"from": "registry"}
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    built, log = client.images.build(path=str(tmp_path), tag="built")
    assert built.tags == ["built:latest"]
    assert all("stream" in line for line in log)
    built.remove(force=True)
    for missing in (client.images.get, client.images.remove):
        with pytest.raises(ImageNotFound):
            missing("built")


def test_networks_and_volumes(client: Client) -> None:
    """Networks and volumes are created, found, used, and removed."""
    network, volume = client.networks.create("net"), client.volumes.create("vol", labels={"a": "1"})
    made = client.containers.create("app")
    made.start()
    network.connect(made, aliases=["alias"])
    network.reload()
    assert network.containers == [made]
    with pytest.raises(Forbidden):
        network.remove()
    network.disconnect(made)
    network.remove()
    assert client.volumes.get("vol").name == volume.id == "vol"
    assert client.volumes.list(filters={"label": "a=1"}) == [volume]
    volume.remove()
    with pytest.raises(NotFound):
        volume.remove()


def test_what_docker_py_has_besides(client: Client) -> None:
    """What is not here is an AttributeError that names the backend which has it."""
    for thing in (client, client.containers, client.images.get("app")):
        with pytest.raises(AttributeError, match=r"'frobnicate'.*--docker-backend=docker-py"):
            thing.frobnicate  # noqa: B018


def test_a_closed_client(client: Client) -> None:
    """A client that was closed cannot be used."""
    assert client.ping()
    assert client.version()
    with client:
        pass
    with pytest.raises(EngineUnavailable):
        client.ping()
