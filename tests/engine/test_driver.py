"""What holds for every kind, and for the connection itself."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools.driver import Driver
from pytest_docker_tools.drivers import open_driver
from pytest_docker_tools.exceptions import Conflict, DeadlineExceeded, EngineUnavailable

Create = Callable[..., str]
Named = Callable[[str], str]
Facts = Callable[..., dict[str, Any]]


class TestInspect:
    def test_in_order(self, driver: Driver, create: Create, named: Named) -> None:
        """Results come in the order of the refs, by id or name, several times, and None where there is nothing."""
        name = named("container")
        first, second = create(), create(name=name)
        found = driver.inspect("container", ["nothing", second, name, "nothing", first, first])
        assert [facts and facts["Id"] for facts in found] == [None, second, second, None, first, first]

    def test_nothing(self, driver: Driver) -> None:
        """No refs are no results."""
        assert driver.inspect("image", []) == []

    def test_every_kind(self, driver: Driver, image: str, create: Create, named: Named) -> None:
        """A name means only what has it among its kind."""
        name = named("network")
        driver.create_network({"name": name})
        driver.create_volume({"name": named("volume")})
        assert driver.inspect("network", [name, "nothing"])[0] is not None
        assert driver.inspect("container", [name]) == [None]
        assert driver.inspect("volume", [name]) == [None]
        assert driver.inspect("image", [image, name])[1] is None

    def test_the_beginning_of_an_id_is_no_name(self, driver: Driver, create: Create, named: Named) -> None:
        """A name that happens to begin an id is not taken for that, neither to inspect nor to remove."""
        container, network = create(), driver.create_network({"name": named("network")})
        assert driver.inspect("container", [container[:6]]) == [None]
        driver.remove("container", [container[:6]], force=True)
        driver.remove("network", [network[:6]])
        assert driver.inspect("container", [container]) != [None]
        assert driver.inspect("network", [network]) != [None]

    def test_many(self, driver: Driver, create: Create) -> None:
        """More refs than fit in one command are no matter."""
        container = create()
        found = driver.inspect("container", [*("nothing" for _ in range(450)), container])
        assert [facts["Id"] for facts in found if facts] == [container]
        assert len(found) == 451


class TestIds:
    def test_filters(self, driver: Driver, create: Create, run: Create) -> None:
        """Containers in every state that match all values of a label are given, once each."""
        created, running = create(labels={"a": "1", "mine": "x"}), run(labels={"a": "2", "mine": "x"})
        assert set(driver.ids("container", {"label": "mine=x"})) == {created, running}
        assert driver.ids("container", {"label": ["mine=x", "a=2"]}) == [running]
        assert driver.ids("container", {"label": ["mine=x"], "status": ["created", "exited"]}) == [created]
        assert driver.ids("container", {"label": "mine=y"}) == []

    def test_other_kinds(self, driver: Driver, image: str, named: Named, facts: Facts) -> None:
        """Images and networks are given by id, volumes by name."""
        names = {kind: named(kind) for kind in ("image", "network", "volume")}
        driver.tag_image(image, names["image"], "one")
        driver.tag_image(image, names["image"], "two")
        network = driver.create_network({"name": names["network"], "labels": {"mine": names["network"]}})
        driver.create_volume({"name": names["volume"], "labels": {"mine": names["volume"]}})
        assert driver.ids("image", {"reference": names["image"]}) == [facts(image, "image")["Id"]]
        assert driver.ids("network", {"label": f"mine={names['network']}"}) == [network]
        assert driver.ids("volume", {"label": f"mine={names['volume']}"}) == [names["volume"]]
        driver.remove("image", [f"{names['image']}:one", f"{names['image']}:two"])


class TestRemove:
    @pytest.mark.parametrize("force", [False, True])
    @pytest.mark.parametrize("kind", ["container", "image", "network", "volume"])
    def test_missing_is_fine(self, driver: Driver, kind: Any, force: bool) -> None:
        """What is not there is already removed."""
        driver.remove(kind, ["no-such-thing", "abcdef"], force=force)
        driver.remove(kind, [], force=force)

    def test_running(self, driver: Driver, run: Create, create: Create) -> None:
        """A running container is a conflict, the others are removed; with force it is gone at once."""
        running, created = run(), create()
        with pytest.raises(Conflict):
            driver.remove("container", [running, "no-such-container", created])
        assert driver.inspect("container", [created]) == [None]
        started = time.monotonic()
        driver.remove("container", [running], force=True)
        assert driver.inspect("container", [running]) == [None]
        assert time.monotonic() - started < 5

    @pytest.mark.parametrize("volumes", [False, True])
    def test_anonymous_volumes(self, driver: Driver, create: Create, facts: Facts, volumes: bool) -> None:
        """A container's anonymous volumes go along where that is asked for."""
        container = create(volumes=["/data"])
        volume = facts(container)["Mounts"][0]["Name"]
        driver.remove("container", [container], volumes=volumes)
        left = driver.inspect("volume", [volume])
        driver.remove("volume", [volume])
        assert (left == [None]) is volumes

    def test_what_removes_itself(self, driver: Driver, create: Create) -> None:
        """A container that the engine removes by itself at its end is gone when removing it comes back."""
        containers = [create(auto_remove=True) for _ in range(4)]
        for container in containers:
            driver.start(container)
            driver.remove("container", [container], force=True)
        assert driver.inspect("container", containers) == [None] * 4

    def test_image_in_use(self, driver: Driver, image: str, create: Create, named: Named) -> None:
        """An image that a container has is a conflict."""
        built = driver.build_image({"fileobj": f"FROM {image}\nLABEL own=1\n".encode(), "tag": named("image")})
        create(image=built)
        with pytest.raises(Conflict):
            driver.remove("image", [built])

    def test_at_once(self, driver: Driver, run: Create) -> None:
        """Several calls that remove the same container do not get in each other's way."""
        container = run()
        with ThreadPoolExecutor(4) as pool:
            for done in [pool.submit(driver.remove, "container", [container], force=True) for _ in range(4)]:
                done.result(timeout=30)
        assert driver.inspect("container", [container]) == [None]


class TestEndpoint:
    def test_is_that_of_the_client(self, driver: Driver) -> None:
        """The engine is named without being asked."""
        endpoint = driver.endpoint()
        assert "://" in endpoint.url
        assert driver.endpoint() == endpoint

    def test_version(self, driver: Driver) -> None:
        """The engine's version is what its API gives."""
        version = driver.version()
        assert {"Version", "ApiVersion", "Os", "Arch"} <= version.keys()

    def test_context(self, backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A context names the engine, and DOCKER_HOST comes before it."""
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
        monkeypatch.delenv("DOCKER_HOST", raising=False)
        create = ["docker", "context", "create", "other", "--docker", "host=tcp://192.0.2.7:2375"]
        subprocess.run(create, check=True, capture_output=True)
        monkeypatch.setenv("DOCKER_CONTEXT", "other")
        with closing(open_driver(backend)) as driver:
            assert (driver.endpoint().url, driver.endpoint().host) == ("tcp://192.0.2.7:2375", "192.0.2.7")
        monkeypatch.setenv("DOCKER_HOST", "unix:///tmp/x.sock")
        with closing(open_driver(backend)) as driver:
            assert (driver.endpoint().url, driver.endpoint().local) == ("unix:///tmp/x.sock", True)

    def test_context_that_is_missing(self, backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """A context that is not there is said by every verb, with what to do."""
        monkeypatch.delenv("DOCKER_HOST", raising=False)
        monkeypatch.setenv("DOCKER_CONTEXT", "no-such-context")
        with closing(open_driver(backend)) as driver:
            with pytest.raises(EngineUnavailable, match="no-such-context"):
                driver.endpoint()
            with pytest.raises(EngineUnavailable, match="no-such-context"):
                driver.ids("container")


class TestRecipe:
    def test_opens_the_same_engine_elsewhere(self, driver: Driver, create: Create) -> None:
        """Another process, in another folder and with another environment, finds this engine."""
        container, recipe = create(), driver.recipe()
        assert recipe
        code = (
            "import json, sys; from pytest_docker_tools.drivers import open_driver\n"
            "driver = open_driver(*json.load(sys.stdin))\n"
            f"print(driver.endpoint().url, driver.inspect('container', [{container!r}])[0]['Id'])"
        )
        other = subprocess.run(
            [sys.executable, "-c", code],
            input=json.dumps([recipe.backend, recipe.settings]),
            env={"DOCKER_HOST": "tcp://192.0.2.1:1", "DOCKER_CONTEXT": "elsewhere", "HOME": "/no/such"},
            cwd="/",
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert other.stdout.split() == [driver.endpoint().url, container]

    def test_has_no_secrets(self, backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """What names the engine is part of it, and nothing else of the environment."""
        monkeypatch.setenv("DOCKER_AUTH_CONFIG", "hunter2")
        monkeypatch.setenv("PASSWORD", "hunter2")
        with closing(open_driver(backend, {"timeout": 7})) as driver:
            recipe = driver.recipe()
        assert recipe
        assert "hunter2" not in json.dumps(recipe.settings)
        assert recipe.settings["timeout"] == 7


VERBS: list[tuple[str, Callable[[Driver], object]]] = [
    ("inspect", lambda driver: driver.inspect("container", ["x", "y"])),
    ("ids", lambda driver: driver.ids("image")),
    ("remove", lambda driver: driver.remove("volume", ["x", "y"], force=True)),
    ("create", lambda driver: driver.create_container({"image": "x"})),
    ("start", lambda driver: driver.start("x")),
    ("execute", lambda driver: driver.execute("x", ["true"], timeout=1)),
    ("execute merged", lambda driver: driver.execute("x", ["true"], merge_stderr=True, timeout=1)),
    ("logs", lambda driver: driver.logs("x")),
    ("logs of one stream", lambda driver: driver.logs("x", stderr=False)),
    ("follow", lambda driver: driver.follow("x").__enter__()),
    ("wait", lambda driver: driver.wait("x", timeout=1)),
    ("get", lambda driver: driver.get_archive("x", "/").__enter__()),
    ("put", lambda driver: driver.put_archive("x", "/", b"")),
    ("build", lambda driver: driver.build_image({"fileobj": b"FROM scratch"}, timeout=1)),
    ("pull", lambda driver: driver.pull_image({"repository": "x"}, timeout=1)),
    ("network", lambda driver: driver.create_network({"name": "x"})),
    ("volume", lambda driver: driver.create_volume({"name": "x"})),
    ("version", lambda driver: driver.version()),
]
EVERY_VERB = pytest.mark.parametrize("verb", [verb for _, verb in VERBS], ids=[name for name, _ in VERBS])


class TestWithoutAnEngine:
    @EVERY_VERB
    def test_dead_socket(
        self, backend: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, verb: Callable[[Driver], object]
    ) -> None:
        """An engine that is not there is named by every verb, with what to do."""
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/dead.sock")
        with closing(open_driver(backend)) as driver, pytest.raises(EngineUnavailable, match=r"dead\.sock") as raised:
            verb(driver)
        assert "DOCKER_HOST" in str(raised.value)

    def test_no_client(self, backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """A driver without its client is made all the same, and says what to install when it is used."""
        monkeypatch.setenv("PATH", "/no/such")
        with closing(open_driver(backend)) as driver, pytest.raises(EngineUnavailable, match="Install"):
            driver.version()


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of an engine that takes connections and never answers."""
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        yield f"tcp://127.0.0.1:{listening.getsockname()[1]}"


class TestHangingEngine:
    @EVERY_VERB
    def test_deadline(
        self,
        backend: str,
        monkeypatch: pytest.MonkeyPatch,
        silent: str,
        children: Callable[[], set[int]],
        verb: Callable[[Driver], object],
    ) -> None:
        """Every verb ends at its deadline, which the user may set, and leaves no process."""
        monkeypatch.setenv("DOCKER_HOST", silent)
        before, started = children(), time.monotonic()
        with (
            closing(open_driver(backend, {"timeout": 1})) as driver,
            pytest.raises(DeadlineExceeded, match="after 1 seconds"),
        ):
            verb(driver)
        assert time.monotonic() - started < 5
        assert children() == before

    def test_close(
        self, backend: str, monkeypatch: pytest.MonkeyPatch, silent: str, children: Callable[[], set[int]]
    ) -> None:
        """Closing ends a call in flight, and refuses later ones."""
        monkeypatch.setenv("DOCKER_HOST", silent)
        before, driver = children(), open_driver(backend)
        threading.Timer(0.5, driver.close).start()
        with pytest.raises(EngineUnavailable, match="closed"):
            driver.version()
        with pytest.raises(EngineUnavailable, match="closed"):
            driver.ids("container")
        driver.close()
        assert children() == before


def test_many_at_once(driver: Driver, image: str, named: Named) -> None:
    """Sixteen threads make, use and remove containers side by side."""

    def live(number: int) -> tuple[int, bytes]:
        name = named("container")
        container = driver.create_container({"image": image, "command": ["sleep", "60"], "init": True, "name": name})
        driver.start(container)
        result = driver.execute(container, ["sh", "-c", "echo $NUMBER"], environment={"NUMBER": number, "HOME": "/x"})
        driver.remove("container", [container], force=True, volumes=True)
        return number, result.stdout

    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(live, range(16)))
    assert results == [(number, b"%d\n" % number) for number in range(16)]


def test_the_environment_is_that_of_the_opening(backend: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A test that changes its environment or folder does not change the engine."""
    with closing(open_driver(backend)) as driver:
        monkeypatch.setenv("DOCKER_HOST", "tcp://192.0.2.1:1")
        monkeypatch.setenv("PATH", "/no/such")
        monkeypatch.chdir(tmp_path)
        assert driver.version(timeout=30)
