"""The driver on an engine of canned answers: what no real engine can be made to do."""

from __future__ import annotations

import gc
import threading
import weakref
from contextlib import closing
from http.server import BaseHTTPRequestHandler

import docker
import pytest

from pytest_docker_tools.drivers import client_of, driver_of
from pytest_docker_tools.exceptions import (
    Conflict,
    EngineError,
    EngineUnavailable,
)
from pytest_docker_tools_docker_py.driver import DockerPyDriver

from .conftest import FakeEngine, respond


class TestClients:
    def test_the_client_is_docker_pys_own(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """The client that tests get is the official one, of the engine's version, and its driver is known."""
        client = client_of(driver)
        assert type(client) is docker.DockerClient
        assert client.api.api_version == "1.41"
        assert client.api.timeout == 20
        assert driver_of(client) is driver
        engine.tell("GET /containers/x/json", {"Id": "x", "Name": "/x"})
        assert client.containers.get("x").client is client

    def test_a_client_is_not_kept_alive(self, engine: FakeEngine) -> None:
        """A client that nobody has any more is freed, and its driver with it."""
        client = docker.DockerClient(base_url=engine.url, version="1.41")
        driver = driver_of(client)
        assert isinstance(driver, DockerPyDriver)
        engine.tell("GET /containers/json", [])
        assert driver.ids("container") == []
        gone = weakref.ref(client), weakref.ref(driver)
        client.close()
        del client, driver
        gc.collect()
        assert [found() for found in gone] == [None, None]

    def test_a_client_of_somebody_elses_is_not_closed(self, engine: FakeEngine) -> None:
        """Closing the driver ends its calls, and leaves the client to whoever made it."""
        engine.tell("GET /containers/x/json", {"Id": "x", "Name": "/x"})
        with closing(docker.DockerClient(base_url=engine.url, version="1.41")) as client:
            closed = threading.Event()
            client.api.close = closed.set  # type: ignore[method-assign]
            driver = driver_of(client)
            driver.close()
            with pytest.raises(EngineUnavailable, match="closed"):
                driver.inspect("container", ["x"])
            assert not closed.is_set()
            assert client.containers.get("x").id == "x"
            del client.api.close

    def test_its_version_is_that_of_the_client(self, engine: FakeEngine) -> None:
        """A client that was made for a version of the API is asked in that version."""
        versions: list[str] = []

        def look(handler: BaseHTTPRequestHandler) -> None:
            versions.append(handler.path.split("/")[1])
            respond(handler, {"Id": "x", "Name": "/x"})

        engine.answers["GET /containers/x/json"] = look
        with closing(docker.DockerClient(base_url=engine.url, version="1.30")) as client:
            driver_of(client).inspect("container", ["x"])
        assert versions == ["v1.30"]
        assert engine.asked == ["GET /containers/x/json"]


class TestInspect:
    @pytest.mark.parametrize("status", [400, 404, 500])
    @pytest.mark.parametrize(
        "said",
        ["multiple IDs found with provided prefix: ab", "network ab is ambiguous (2 matches found based on ID prefix)"],
    )
    def test_the_beginning_of_several_ids(
        self, engine: FakeEngine, driver: DockerPyDriver, said: str, status: int
    ) -> None:
        """A name that begins the ids of several others is the name of none of them."""
        engine.tell("GET /containers/ab/json", {"message": said}, status)
        assert driver.inspect("container", ["ab"]) == [None]
        driver.remove("container", ["ab"])
        assert not [request for request in engine.asked if request.startswith("DELETE")]

    @pytest.mark.parametrize("said", ["invalid reference format", "no such image: --help: invalid reference format"])
    def test_a_name_that_no_image_can_have(self, engine: FakeEngine, driver: DockerPyDriver, said: str) -> None:
        """There is no such image, in whichever words an engine says so; another refusal is one."""
        engine.tell("GET /images/--help/json", {"message": said}, 400)
        assert driver.inspect("image", ["--help"]) == [None]
        engine.tell("GET /images/--help/json", {"message": "client version 1.9 is too old"}, 400)
        with pytest.raises(EngineError, match="too old"):
            driver.inspect("image", ["--help"])

    def test_other_trouble_is_raised(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """Only what is missing is None."""
        engine.tell("GET /networks/ab", {"message": "the disk is full"}, 500)
        with pytest.raises(EngineError, match="could not inspect networks: the disk is full"):
            driver.inspect("network", ["ab"])

    def test_nothing(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """An empty name is nobody's, and nothing is asked for nothing."""
        assert driver.inspect("container", []) == []
        assert engine.asked == []
        assert driver.inspect("container", [""]) == [None]


class TestRemove:
    def test_waits_for_a_removal_in_progress(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """What somebody else is removing is waited for."""
        message = "removal of container web is already in progress"
        engine.tell("DELETE /containers/web", {"message": message}, 409)
        looks = iter(range(3))

        def look(handler: BaseHTTPRequestHandler) -> None:
            there = next(looks, None) is not None
            respond(handler, {"Id": "1", "Name": "/web"} if there else {"message": "gone"}, 200 if there else 404)

        engine.answers["GET /containers/web/json"] = look
        driver.remove("container", ["web"])
        assert engine.asked.count("GET /containers/web/json") == 4

    def test_what_somebody_else_has_just_removed(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """What the engine finds gone in the course of removing it is removed, whatever the status that says so."""
        engine.tell("DELETE /images/one", {"message": "unrecognized image ID sha256:1"}, 500)
        driver.remove("image", ["one", "two"])
        assert engine.asked[1:] == ["DELETE /images/one", "DELETE /images/two"]

    def test_the_others_are_tried(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """What cannot be removed is raised, the class that says most first, when all have been tried."""
        engine.tell("DELETE /volumes/one", {"message": "strange"}, 500)
        engine.tell("DELETE /volumes/two", {"message": "remove two: volume is in use - [x]"}, 409)
        with pytest.raises(Conflict, match="remove volumes: remove two: volume is in use"):
            driver.remove("volume", ["one", "two", "three"], force=True)
        assert engine.asked[1:] == ["DELETE /volumes/one", "DELETE /volumes/two", "DELETE /volumes/three"]
