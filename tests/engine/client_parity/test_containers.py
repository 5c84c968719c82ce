"""The client, and its containers: run, create, get, list."""

from __future__ import annotations

from typing import Any

import pytest

from ..conftest import BASE, wait_until
from .conftest import Make, Named, Raises, label

BOTH = ["sh", "-c", "echo out; sleep 0.2; echo err >&2; exit 3"]


class TestClient:
    def test_version(self, client: Any) -> None:
        """The version has the keys of the engine's API."""
        assert {"Version", "ApiVersion", "Os", "Arch"} <= set(client.version())

    def test_ping(self, client: Any) -> None:
        """An engine that answers is True."""
        assert client.ping() is True

    @pytest.mark.parametrize("name", ["frobnicate", "_private"])
    def test_no_such_attribute(self, client: Any, name: str) -> None:
        """What there is not is an AttributeError, of the client and of its objects."""
        for thing in (client, client.containers, client.images.get(BASE)):
            with pytest.raises(AttributeError):
                getattr(thing, name)


class TestRun:
    def test_gives_stdout(self, client: Any, named: Named) -> None:
        """What the command wrote to its standard output comes back as bytes; the container stays."""
        name = named("container")
        assert client.containers.run(BASE, ["sh", "-c", "echo out; echo err >&2"], name=name) == b"out\n"
        assert client.containers.get(name).status == "exited"

    @pytest.mark.parametrize(
        ("stdout", "stderr", "expected"),
        [(True, True, b"out\nerr\n"), (False, True, b"err\n"), (True, False, b"out\n")],
    )
    def test_streams(self, client: Any, named: Named, stdout: bool, stderr: bool, expected: bytes) -> None:
        """The streams that were asked for are given; their positions are third and fourth."""
        command = ["sh", "-c", "echo out; sleep 0.2; echo err >&2"]
        assert client.containers.run(BASE, command, stdout, stderr, True, name=named("container")) == expected

    def test_remove(self, client: Any, named: Named, mark: str) -> None:
        """With `remove`, nothing is left of the container."""
        client.containers.run(BASE, "true", remove=True, name=named("container"), labels=label(mark))
        assert client.containers.list(all=True, filters={"label": mark}) == []

    def test_stream(self, client: Any, named: Named) -> None:
        """With `stream` the output is an iterator of lines."""
        command = ["sh", "-c", "echo 1; echo 2"]
        output = client.containers.run(BASE, command, stream=True, remove=True, name=named("container"))
        assert not isinstance(output, bytes)
        assert list(output) == [b"1\n", b"2\n"]

    def test_log_driver_that_is_not_read(self, client: Any, named: Named) -> None:
        """A log driver other than the two common ones gives None."""
        options = {"remove": True, "name": named("container"), "log_config": {"Type": "none"}}
        assert client.containers.run(BASE, "echo 1", **options) is None

    def test_failure(self, client: Any, named: Named, raises: Raises, mark: str) -> None:
        """An exit code that is not 0 is an error that has it, the command, the image, and what stderr says."""
        name = named("container")
        with raises("CommandFailed") as raised:
            client.containers.run(BASE, BOTH, name=name)
        error = raised.value
        assert (error.exit_status, error.command, error.image, error.stderr) == (3, BOTH, BASE, b"err\n")
        assert error.container == client.containers.get(name)
        with raises("CommandFailed"):
            client.containers.run(BASE, "false", remove=True, name=named("container"), labels=label(mark))
        assert client.containers.list(all=True, filters={"label": mark}) == []

    def test_detached(self, client: Any, named: Named) -> None:
        """With `detach` it is the container, as it was before it was started."""
        container = client.containers.run(BASE, "sleep 600", name=named("container"), detach=True)
        assert container.status == "created"
        container.reload()
        assert container.status == "running"

    def test_detached_and_removed(self, client: Any, named: Named, raises: Raises) -> None:
        """With `detach` and `remove`, the engine removes the container when it ends."""
        container = client.containers.run(BASE, "sleep 600", name=named("container"), detach=True, remove=True)
        container.reload()
        assert container.attrs["HostConfig"]["AutoRemove"] is True
        container.kill()
        with raises("NotFound"):
            wait_until(lambda: container.reload() is not None)

    def test_image_object(self, client: Any, named: Named) -> None:
        """An image may be given itself."""
        image = client.images.get(BASE)
        assert client.containers.run(image, "echo 1", remove=True, name=named("container")) == b"1\n"

    def test_a_missing_image_is_pulled(self, client: Any, named: Named, pushed: str) -> None:
        """An image that the engine does not have is pulled."""
        assert client.containers.run(pushed, "echo pulled", remove=True, name=named("container")) == b"pulled\n"
        assert pushed in client.images.get(pushed).tags

    def test_an_image_that_no_registry_has(self, client: Any, registry: str, raises: Raises) -> None:
        """An image that is nowhere is NotFound."""
        with raises("NotFound"):
            client.containers.run(f"{registry}/no-such:1", "true")

    def test_unknown_keyword(self, client: Any) -> None:
        """A keyword that there is not is a TypeError."""
        for function in (client.containers.run, client.containers.create):
            with pytest.raises(TypeError, match="no_such"):
                function(BASE, "true", no_such=1)


class TestContainers:
    def test_create(self, client: Any, create: Make) -> None:
        """A container is created, not started."""
        made = create(["sh", "-c", "exit 3"], environment={"A": "1"}, detach=True)
        assert made.status == "created"
        assert "A=1" in made.attrs["Config"]["Env"]
        assert made.attrs["Config"]["Cmd"] == ["sh", "-c", "exit 3"]

    def test_create_does_not_pull(self, client: Any, raises: Raises) -> None:
        """An image that the engine does not have is ImageNotFound."""
        with raises("ImageNotFound"):
            client.containers.create("localhost/no-such:1")

    def test_name_taken(self, create: Make, raises: Raises) -> None:
        """A name that is taken is a conflict."""
        with raises("Conflict"):
            create(name=create().name)

    def test_get(self, client: Any, create: Make, raises: Raises) -> None:
        """A container is found by its name, id or short id."""
        made = create()
        for ref in (made.name, made.id, made.short_id):
            assert client.containers.get(ref) == made
        assert client.containers.get(container_id=made.id) == made
        with raises("NotFound"):
            client.containers.get("no-such-container")
        with raises("no id"):
            client.containers.get("")

    def test_list(self, client: Any, create: Make, run: Make, mark: str) -> None:
        """Running ones are listed, a paused one too; others with `all`; the newest first."""
        created, running, paused = create(labels=label(mark)), run(labels=label(mark)), run(labels=label(mark))
        paused.pause()
        mine = {"label": mark}
        assert client.containers.list(filters=mine, ignore_removed=True) == [paused, running]
        assert client.containers.list(True, None, mine, ignore_removed=True) == [paused, running, created]
        assert running in client.containers.list(ignore_removed=True)
        assert created not in client.containers.list(ignore_removed=True)
        paused.unpause()

    def test_list_is_fresh(self, client: Any, run: Make, mark: str) -> None:
        """What is listed has all of its facts."""
        made = run(labels=label(mark))
        [found] = client.containers.list(filters={"label": [mark]}, ignore_removed=True)
        assert (found.status, found.labels, found.name) == ("running", label(mark), made.name)

    def test_list_limit(self, client: Any, create: Make, run: Make, mark: str) -> None:
        """A limit is of the newest ones, in every state."""
        made = [run(labels=label(mark)), create(labels=label(mark)), create(labels=label(mark))]
        assert client.containers.list(filters={"label": mark}, limit=2, ignore_removed=True) == [made[2], made[1]]
        assert client.containers.list(filters={"label": mark}, limit=0, ignore_removed=True) == [made[0]]

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            ({"status": "created"}, ["created"]),
            ({"status": ["created", "exited"]}, ["exited", "created"]),
            ({"status": "running"}, []),
            ({"exited": 3}, []),
        ],
    )
    def test_list_filters(
        self, client: Any, create: Make, ended: Make, mark: str, filters: Any, expected: list[str]
    ) -> None:
        """A status means every state, and several values are alternatives; numbers are values too."""
        create(labels=label(mark))
        ended("false", labels=label(mark))
        # An engine's list may lag behind the end that it has told.
        wait_until(lambda: client.containers.list(filters={"status": "exited", "label": mark}))
        found = client.containers.list(filters={**filters, "label": mark}, ignore_removed=True)
        assert [container.status for container in found] == expected

    def test_list_by_name_and_order(self, client: Any, create: Make, mark: str) -> None:
        """A part of the name is enough; `before` and `since` are filters."""
        first, second = create(labels=label(mark)), create(labels=label(mark))
        every = {"all": True, "ignore_removed": True}
        assert client.containers.list(filters={"name": first.name[3:-1]}, **every) == [first]
        assert client.containers.list(filters={"before": second.name, "label": mark}, **every) == [first]
        assert client.containers.list(filters={"since": first.id, "label": mark}, **every) == [second]

    def test_unknown_filter(self, client: Any, raises: Raises) -> None:
        """A filter that the engine does not have is an error."""
        with raises("any of the engine"):
            client.containers.list(filters={"no-such": "1"})
