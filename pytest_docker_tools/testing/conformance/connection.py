"""The connection to the engine: which one it is, how another process opens it, and its end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from ...driver import KINDS, Driver, Kind
from ...drivers import client_of, open_driver
from ...exceptions import Conflict, EngineUnavailable, ImageNotFound, NotFound, UnsupportedOperation
from ..capabilities import allowed, needs
from ..fixtures import Create, FactsOf
from ..unresponsive import Open
from .verbs import EVERY_VERB, Verb


class TestEndpoint:
    def test_is_always_the_same(self, driver: Driver, open_backend: Open) -> None:
        """The engine has an address, and a host at which its ports are reached."""
        with closing(open_backend({})) as other:
            assert other.endpoint() == driver.endpoint()
        assert "://" in driver.endpoint().url
        assert driver.endpoint().host

    @needs("connection")
    def test_is_given_without_asking_the_engine(
        self, dead_driver: Driver, hanging_driver: Callable[[float], Driver]
    ) -> None:
        """An engine that does not answer has an address all the same."""
        for driver in (dead_driver, hanging_driver(30)):
            assert "127.0.0.1" in driver.endpoint().url

    def test_is_that_of_the_opening(
        self, open_backend: Open, image: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """A test that changes its environment or folder does not change the engine."""
        with closing(open_backend({})) as driver:
            before = driver.endpoint()
            for variable in ("DOCKER_HOST", "CONTAINER_HOST"):
                monkeypatch.setenv(variable, "tcp://192.0.2.1:1")
            monkeypatch.setenv("PATH", "/no/such")
            monkeypatch.chdir(tmp_path)
            assert driver.inspect("image", [image], timeout=30) != [None]
            assert driver.endpoint() == before


class TestVersion:
    def test_of_the_engine(self, driver: Driver, can_version: bool) -> None:
        """The engine's version is what its API gives."""
        with allowed(can_version, UnsupportedOperation):
            assert {"Version", "ApiVersion", "Os", "Arch"} <= driver.version().keys()


class TestMissing:
    @pytest.mark.parametrize("kind", KINDS)
    def test_names_object_and_engine(self, driver: Driver, kind: Kind) -> None:
        """The error for an object that has to be there says which one, and where it is not."""
        error = driver.missing(kind, "no-such-thing")
        assert isinstance(error, NotFound)
        assert isinstance(error, ImageNotFound) is (kind == "image")
        assert "no-such-thing" in str(error)
        assert driver.endpoint().url in str(error)


class TestClient:
    def test_finds_what_the_driver_makes(self, driver: Driver, create: Create, own_image: str, network: str) -> None:
        """The client that tests get has docker-py's shape, and speaks to the same engine."""
        client, container = client_of(driver), create()
        assert client.containers.get(container).id == container
        assert client.images.get(own_image).id == (driver.inspect("image", [own_image])[0] or {})["Id"]
        assert client.networks.get(network).id == network


class TestRecipe:
    def test_is_json(self, driver: Driver, open_backend: Open, can_recipe: bool) -> None:
        """Settings are JSON, and have the timeout that the user set; or there are none."""
        with closing(open_backend({"timeout": 7})) as other:
            recipe = other.recipe()
        assert (recipe is not None) is can_recipe
        if recipe:
            settings = json.loads(json.dumps(recipe.settings))
            assert settings["timeout"] == 7
            with closing(open_driver(recipe.backend, settings)) as again:
                assert again.endpoint() == driver.endpoint()

    @needs("recipe")
    def test_opens_the_same_engine_elsewhere(self, driver: Driver, create: Create) -> None:
        """Another process, in another folder and with another environment, finds this engine."""
        container, recipe = create(), driver.recipe()
        assert recipe
        code = (
            "import json, sys; from pytest_docker_tools.drivers import open_driver\n"
            "driver = open_driver(*json.load(sys.stdin))\n"
            f"print(driver.endpoint().url, driver.inspect('container', [{container!r}])[0]['Id'])"
        )
        elsewhere = {
            "CONTAINER_HOST": "tcp://192.0.2.1:1",
            "DOCKER_CONTEXT": "elsewhere",
            "DOCKER_HOST": "tcp://192.0.2.1:1",
            "HOME": "/no/such",
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        }
        other = subprocess.run(
            [sys.executable, "-c", code],
            input=json.dumps([recipe.backend, recipe.settings]),
            env=elsewhere,
            cwd="/",
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert other.returncode == 0, other.stderr
        assert other.stdout.split() == [driver.endpoint().url, container]

    @needs("recipe")
    def test_has_no_secrets(self, open_backend: Open, monkeypatch: pytest.MonkeyPatch) -> None:
        """What names the engine is part of it, and nothing else of the environment."""
        for variable in ("DOCKER_AUTH_CONFIG", "PASSWORD", "REGISTRY_TOKEN"):
            monkeypatch.setenv(variable, "hunter2")
        with closing(open_backend({})) as driver:
            recipe = driver.recipe()
        assert recipe
        assert "hunter2" not in json.dumps(recipe.settings)


class TestClose:
    @EVERY_VERB
    def test_later_calls(self, open_backend: Open, verb: Verb) -> None:
        """Every verb of a closed driver raises EngineUnavailable; it may be closed again."""
        driver = open_backend({})
        driver.close()
        with pytest.raises(EngineUnavailable):
            verb(driver, 30)
        driver.close()

    @needs("connection")
    @EVERY_VERB
    def test_calls_in_flight(
        self,
        hanging_driver: Callable[[float], Driver],
        verb: Verb,
        children: Callable[[], set[int]],
        threads: Callable[[], set[threading.Thread]],
    ) -> None:
        """Closing ends a call that is waiting for the engine, and nothing of ours is left."""
        before, driver, started = children(), hanging_driver(60), time.monotonic()
        closer = threading.Timer(0.3, driver.close)
        closer.start()
        with pytest.raises(EngineUnavailable):
            verb(driver, 60)
        assert time.monotonic() - started < 20
        closer.join()
        assert children() == before
        assert not threads()

    def test_waiting(self, open_backend: Open, run: Create) -> None:
        """Closing ends waiting for a container, which goes on."""
        container = run()
        with closing(open_backend({})) as driver, ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(driver.wait, container)
            threading.Timer(0.5, driver.close).start()
            with pytest.raises(EngineUnavailable):
                waiting.result(timeout=30)

    def test_following(self, open_backend: Open, run: Create, facts: FactsOf) -> None:
        """Closing ends following a log, and the container goes on."""
        container = run()
        with closing(open_backend({})) as driver, driver.follow(container) as lines:
            threading.Timer(0.5, driver.close).start()
            with pytest.raises(EngineUnavailable):
                next(lines)
        assert facts(container)["State"]["Status"] == "running"


class TestListening:
    def test_sockets(self, driver: Driver, server: str, facts: FactsOf) -> None:
        """What listens in a container is seen."""
        end = time.monotonic() + 30
        sockets = driver.listening(facts(server))
        while not sockets and time.monotonic() < end:
            time.sleep(0.02)
            sockets = driver.listening(facts(server))
        assert sockets is not None
        assert ("tcp", 8080) in {(found.protocol, found.port) for found in sockets}
        assert not any(found.is_loopback for found in sockets)

    def test_nothing(self, driver: Driver, run: Create, facts: FactsOf) -> None:
        """A container in which nothing listens has no sockets."""
        assert driver.listening(facts(run())) == frozenset()

    def test_of_one_that_has_ended(self, driver: Driver, run: Create, facts: FactsOf) -> None:
        """A container that has ended since is a conflict, one that is gone is NotFound."""
        container = run()
        before = facts(container)
        driver.kill(container)
        driver.wait(container, timeout=30)
        with pytest.raises(Conflict):
            driver.listening(before)
        driver.remove("container", [container])
        with pytest.raises(NotFound):
            driver.listening(before)


class TestStillRuns:
    def test_of_one_that_has_ended(self, driver: Driver, run: Create, facts: FactsOf) -> None:
        """Of a container that has ended since, or was started anew, nobody says that it runs as it was seen."""
        container = run()
        before = facts(container)
        driver.kill(container)
        driver.wait(container, timeout=30)
        assert driver.still_runs(before) is False
        driver.start(container)
        assert driver.still_runs(before) is False
        driver.remove("container", [container], force=True)
        assert driver.still_runs(facts(run()) | {"Id": before["Id"]}) is False

    def test_of_one_that_is_paused(self, driver: Driver, run: Create, facts: FactsOf) -> None:
        """Of a container that is paused nobody says that it runs."""
        container = run()
        before = facts(container)
        driver.pause(container)
        assert driver.still_runs(before) is False
