"""The object model in docker-py's shape."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools.client import Client
from pytest_docker_tools.driver import ExecResult, Filters, Kind
from pytest_docker_tools.exceptions import (
    CommandFailed,
    EngineUnavailable,
    Forbidden,
    ImageNotFound,
    NotFound,
    UnsupportedOption,
)
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage
from pytest_docker_tools.testing.conformance.archives import archive_of


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
    assert client.images.pull("remote", all_tags=True) == client.images.list("remote") != []
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


def test_an_object_by_the_beginning_of_its_id(client: Client) -> None:
    """A container or network is found by a part of its id that no other begins with."""
    container, network = client.containers.create("app"), client.networks.create("net")
    assert client.containers.get(container.short_id) == container
    assert client.networks.get(network.short_id) == network
    beginnings = {client.containers.create("app").id[0] for _ in range(17)}
    ambiguous = next(digit for digit in beginnings if sum(i.id[0] == digit for i in client.containers.list(True)) > 1)
    with pytest.raises(NotFound):
        client.containers.get(ambiguous)


@pytest.mark.parametrize("ref", ["", None])
def test_an_object_without_an_id(client: Client, ref: Any) -> None:
    """An empty name, as of a variable that is not set, is not looked for."""
    for collection in (client.containers, client.images, client.networks, client.volumes):
        with pytest.raises(UnsupportedOption, match=r"the id or name of the .* is empty"):
            collection.get(ref)


def test_what_vanishes_while_listed(engine: MemoryEngine) -> None:
    """What another process removes between two looks is left out."""

    class Vanishing(MemoryDriver):
        def ids(self, kind: Kind, filters: Filters | None = None, *, timeout: float | None = None) -> list[str]:
            found = super().ids(kind, filters, timeout=timeout)
            self.remove(kind, found[:1])
            return found

    client = Client(Vanishing(engine))
    made = [client.containers.create("app") for _ in range(2)]
    [left] = client.containers.list(all=True)
    assert left in made


def test_filters_in_the_engines_words(engine: MemoryEngine) -> None:
    """Values of filters reach the driver as lists of text."""
    seen: list[Any] = []

    class Listening(MemoryDriver):
        def ids(self, kind: Kind, filters: Filters | None = None, *, timeout: float | None = None) -> list[str]:
            seen.append(filters)
            return []

    client = Client(Listening(engine))
    given: dict[str, Any] = {"dangling": True, "exited": 0, "label": ("a", "b=1"), "id": []}
    client.images.list("name", filters=given)
    client.networks.list(names=["a"], ids=[], filters={"name": "b"})
    assert seen == [
        {"dangling": ["true"], "exited": ["0"], "label": ["a", "b=1"], "id": [], "reference": ["name"]},
        {"name": ["a"]},
    ]
    assert given == {"dangling": True, "exited": 0, "label": ("a", "b=1"), "id": []}


@pytest.mark.parametrize("keyword", ["before", "since"])
def test_what_engines_ignore_is_refused(client: Client, keyword: str) -> None:
    """Two keywords that engines ignore are refused with the filter that they do not."""
    with pytest.raises(UnsupportedOption, match=rf"filters=\{{'{keyword}': 'it'\}}"):
        client.containers.list(**{keyword: "it"})  # type: ignore[arg-type]


def test_run(client: Client, engine: MemoryEngine) -> None:
    """An image that is missing is pulled; the output is bytes, and a failure says what stderr has."""
    engine.registry["remote:latest"] = MemoryImage(logs=b"out\n", exits_with=0)
    assert client.containers.run("remote", remove=True) == b"out\n"
    assert client.containers.list(all=True) == []
    assert client.images.get("remote").tags == ["remote:latest"]
    engine.add_image("failing", MemoryImage(exits_with=3))
    with pytest.raises(
        CommandFailed, match=r"\['a'\] in a container of image 'failing' ended with exit code 3"
    ) as raised:
        client.containers.run("failing", ["a"], name="it")
    assert raised.value.container.name == "it"
    assert (raised.value.exit_status, raised.value.image, raised.value.stderr) == (3, "failing", b"")
    with pytest.raises(ImageNotFound):
        client.containers.run("nowhere")


def test_what_a_failed_command_wrote_cannot_command_a_terminal(engine: MemoryEngine) -> None:
    """The output in the message of a failed command has no control characters."""

    class Writing(MemoryDriver):
        def logs(self, ref: str, **options: Any) -> bytes:
            return b"\x1b[31mred \xff\n" if not options["stdout"] else b""

    engine.add_image("failing", MemoryImage(exits_with=1))
    with pytest.raises(CommandFailed, match=r"stderr:\n\\x1b\[31mred \\xff\n$"):
        Client(Writing(engine)).containers.run("failing")


def test_run_with_auto_remove(client: Client, engine: MemoryEngine) -> None:
    """A container that removes itself is not gone before its output is read, unless nobody waits for it."""
    engine.add_image("short", MemoryImage(logs=b"out\n", exits_with=0))
    assert client.containers.run("short", auto_remove=True) == b"out\n"
    assert client.containers.list(all=True) == []
    for made in (
        client.containers.run("app", detach=True, remove=True),
        client.containers.run("app", detach=True, auto_remove=True),
    ):
        assert made.attrs["HostConfig"]["AutoRemove"] is True


def test_health(client: Client) -> None:
    """Health is unknown without a check."""
    assert client.containers.create("app").health == "unknown"
    checked = client.containers.run("app", detach=True, healthcheck={"test": "true"})
    checked.reload()
    assert checked.health in ("starting", "healthy")


class Followed(MemoryDriver):
    """Tells whether its log is read."""

    reading = False

    @contextmanager
    def follow(self, ref: str, **options: Any) -> Iterator[Iterator[bytes]]:
        with super().follow(ref, **options) as lines:
            self.reading = True
            yield lines
            self.reading = False


def test_a_stream_ends_what_reads_the_log(engine: MemoryEngine) -> None:
    """A log is not read any more when its stream was closed, or has come to its end."""
    driver = Followed(engine)
    container = Client(driver).containers.run("app", detach=True)
    stream = container.logs(stream=True)
    assert next(stream) == b"hello from the app\n"
    assert driver.reading
    stream.close()
    assert not driver.reading
    assert list(stream) == []
    container.stop()
    assert list(container.logs(stream=True)) == [b"hello from the app\n"]
    assert not driver.reading


def test_logs(client: Client) -> None:
    """A log is bytes or a stream of lines; a followed one cannot have an end of its own."""
    container = client.containers.run("app", detach=True)
    assert container.logs(tail="all") == container.logs(tail=-1) == b"hello from the app\n"
    assert container.logs(tail=0) == b""
    assert list(container.logs(stream=True, follow=False)) == [b"hello from the app\n"]
    with pytest.raises(UnsupportedOption, match=r"'until'.*follow=False"):
        container.logs(stream=True, until=1)
    with pytest.raises(UnsupportedOption, match=r"'since'.*a datetime or seconds"):
        container.logs(since="10m")  # type: ignore[call-overload]
    container.remove(force=True)
    with pytest.raises(NotFound):
        container.logs(stream=True)


def test_exec_run(client: Client, engine: MemoryEngine) -> None:
    """The output is in one, or a pair with None for an empty stream; that of a detached command is an empty text."""
    engine.on_execute(lambda facts, words: ExecResult(3, b"out", b"e" if "both" in words else b""))
    container = client.containers.run("app", detach=True)
    assert container.exec_run("both") == (3, b"oute")
    assert container.exec_run("both", stdout=False, stderr=False) == (3, b"")
    assert container.exec_run("one", demux=True) == (3, (b"out", None))
    assert container.exec_run("both", detach=True) == (None, "")


def test_options_that_were_not_given(engine: MemoryEngine) -> None:
    """Only what was asked for reaches the driver, False of a keyword whose default is another too."""
    seen: list[Any] = []

    class Listening(MemoryDriver):
        def create_network(self, options: Any, *, timeout: float | None = None) -> str:
            seen.append(options)
            return super().create_network(options)

        def connect(self, network: str, container: str, options: Any = None, *, timeout: float | None = None) -> None:
            seen.append(options)

    client = Client(Listening(engine))
    network = client.networks.create("net")
    client.networks.create("other", "bridge", internal=True, attachable=False)
    network.connect("any")
    network.connect(client.containers.create("app"), "10.0.0.2")
    assert seen == [
        {"name": "net"},
        {"name": "other", "driver": "bridge", "internal": True, "attachable": False},
        {},
        {"ipv4_address": "10.0.0.2"},
    ]


def test_build_from_a_file(client: Client) -> None:
    """A file with a Dockerfile may be one of bytes or of text, or the bytes themselves."""
    for file in (io.BytesIO(b"FROM scratch\n"), io.StringIO("FROM scratch\n"), b"FROM scratch\n"):
        image, _ = client.images.build(fileobj=file, tag="built")
        assert image.tags == ["built:latest"]
        image.remove(force=True)


def test_archive_of_a_path(client: Client) -> None:
    """A path comes in chunks, with what is known of it."""
    container = client.containers.create("app")
    container.put_archive("/", archive_of({"folder/a": b"content"}, mode=0o644))
    chunks, stat = container.get_archive("/folder/a", chunk_size=100)
    assert {len(chunk) for chunk in list(chunks)[:-1]} == {100}
    assert (stat["name"], stat["size"], stat["mode"], stat["linkTarget"]) == ("a", 7, 0o644, "")
    chunks, stat = container.get_archive("/folder", None)
    assert len(list(chunks)) == 1
    assert (stat["name"], stat["mode"]) == ("folder", 1 << 31 | 0o755)


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


def test_put_archive(client: Client) -> None:
    """Text is no archive."""
    container = client.containers.create("app")
    with pytest.raises(UnsupportedOption, match=r"'data'.*bytes of a tar archive"):
        container.put_archive("/tmp", "text")  # type: ignore[arg-type]
