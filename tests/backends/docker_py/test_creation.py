"""What is sent to create a container, and what is made of the engine's answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import docker
import pytest

from pytest_docker_tools.exceptions import (
    EngineWarning,
    NotFound,
    UnsupportedOption,
)
from pytest_docker_tools_docker_py.driver import DockerPyDriver

from .conftest import FakeEngine, body_of, respond

CREATE = "POST /containers/create"


@pytest.fixture
def created(engine: FakeEngine) -> Callable[[], dict[str, Any]]:
    """Let containers be created, and give what was sent for the last one."""
    sent: list[dict[str, Any]] = []

    def create(handler: BaseHTTPRequestHandler) -> None:
        sent.append(json.loads(body_of(handler)))
        respond(handler, {"Id": "1" * 64}, 201)

    engine.answers[CREATE] = create
    return lambda: sent[-1]


class TestCreateContainer:
    def test_one_request(self, engine: FakeEngine, driver: DockerPyDriver, created: Callable[[], Any]) -> None:
        """A container is made by one request, with its volumes where the engine looks for them, and detached."""
        options = {"image": "x", "volumes": ["v:/data:z", "/anonymous"], "ports": {80: None}, "network": "net"}
        assert driver.create_container(options) == "1" * 64
        assert engine.asked == ["GET /version", CREATE]
        sent = created()
        assert sent["HostConfig"]["Binds"] == ["v:/data:z"]
        assert sent["Volumes"] == {"/anonymous": {}}
        assert sent["ExposedPorts"] == {"80/tcp": {}}
        assert sent["HostConfig"]["NetworkMode"] == "net"
        assert (sent["AttachStdin"], sent["AttachStdout"], sent["StdinOnce"]) == (False, False, False)

    def test_warnings(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """Each thing that the engine warns of is a warning of its own, and the container is there."""
        engine.tell(CREATE, {"Id": "1" * 64, "Warnings": ["Limitation discarded.", "more"]}, 201)
        with pytest.warns(EngineWarning) as found:
            assert driver.create_container({"image": "x"}) == "1" * 64
        assert [str(item.message) for item in found] == ["Limitation discarded.", "more"]

    @pytest.mark.filterwarnings("error::pytest_docker_tools.exceptions.EngineWarning")
    def test_a_warning_that_is_an_error(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """Where a warning is an error, nothing of the container stays."""
        engine.tell(CREATE, {"Id": "1" * 64, "Warnings": ["Limitation discarded."]}, 201)
        with pytest.raises(EngineWarning, match="discarded"):
            driver.create_container({"image": "x"})
        assert engine.asked[-1] == f"DELETE /containers/{'1' * 64}"

    @pytest.mark.parametrize("mode", [None, "bridge", "default"])
    def test_links_on_the_default_network(
        self, driver: DockerPyDriver, created: Callable[[], Any], mode: str | None
    ) -> None:
        """On the default network links are the host's business."""
        driver.create_container({"image": "x", "links": {"a": "b"}, "network_mode": mode})
        assert created()["HostConfig"]["Links"] == ["a:b"]

    @pytest.mark.parametrize("keyword", ["network", "network_mode"])
    def test_links_on_another_network(self, driver: DockerPyDriver, created: Callable[[], Any], keyword: str) -> None:
        """On any other network they are that network's, where the engine heeds them."""
        driver.create_container({"image": "x", "links": {"a": "b"}, keyword: "net"})
        assert "Links" not in created()["HostConfig"]
        assert created()["NetworkingConfig"]["EndpointsConfig"] == {"net": {"Links": ["a:b"]}}

    @pytest.mark.parametrize(
        ("options", "place", "expected"),
        [
            ({"auto_remove": False, "remove": True}, "AutoRemove", True),
            ({"cpu_rt_period": 5}, "CPURealtimePeriod", 5),
            (
                {"device_requests": [{"count": -1, "capabilities": [["gpu"]]}]},
                "DeviceRequests",
                [{"Driver": "", "Count": -1, "DeviceIDs": [], "Capabilities": [["gpu"]], "Options": {}}],
            ),
            (
                {"devices": ["/dev/null"]},
                "Devices",
                [{"PathOnHost": "/dev/null", "PathInContainer": "/dev/null", "CgroupPermissions": "rwm"}],
            ),
            ({"extra_hosts": {"a": "::1"}}, "ExtraHosts", ["a:::1"]),
            ({"log_config": {"type": "none"}}, "LogConfig", {"Type": "none", "Config": {}}),
            ({"mem_limit": "1m"}, "Memory", 2**20),
            (
                {"mounts": [{"target": "/x", "tmpfs_options": {"mode": 0o1777}, "type": "tmpfs"}]},
                "Mounts",
                [{"Type": "tmpfs", "Target": "/x", "TmpfsOptions": {"Mode": 0o1777}}],
            ),
            (
                {"ports": {80: ("127.0.0.1", 8080), "81/udp": []}},
                "PortBindings",
                {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}], "81/udp": []},
            ),
            ({"restart_policy": {"name": "always"}}, "RestartPolicy", {"Name": "always"}),
            ({"tmpfs": ["/x:size=1m", "/y"]}, "Tmpfs", {"/x": "size=1m", "/y": ""}),
            ({"ulimits": [{"name": "nofile", "soft": 5}]}, "Ulimits", [{"Name": "nofile", "Soft": 5, "Hard": 5}]),
            ({"volumes_from": "a,b:ro"}, "VolumesFrom", ["a", "b:ro"]),
        ],
    )
    def test_how_it_runs(
        self, driver: DockerPyDriver, created: Callable[[], Any], options: dict[str, Any], place: str, expected: Any
    ) -> None:
        """What docker-py makes of an option is what was meant."""
        driver.create_container({"image": "x", **options})
        assert created()["HostConfig"][place] == expected

    @pytest.mark.parametrize(
        ("options", "place", "expected"),
        [
            ({"environment": {"A": 1, "B": None}}, "Env", ["A=1", "B"]),
            ({"entrypoint": "sh -c", "command": "'a b'"}, "Entrypoint", ["sh", "-c"]),
            ({"command": "'a b'"}, "Cmd", ["a b"]),
            (
                {"healthcheck": {"test": "true", "Retries": 5}},
                "Healthcheck",
                {"Test": ["CMD-SHELL", "true"], "Interval": None, "Timeout": None, "StartPeriod": None, "Retries": 5},
            ),
            ({"labels": ["a"]}, "Labels", {"a": ""}),
            ({"ports": {"81/udp": []}}, "ExposedPorts", {"81/udp": {}}),
            ({"user": 0}, "User", "0"),
        ],
    )
    def test_what_it_is(
        self, driver: DockerPyDriver, created: Callable[[], Any], options: dict[str, Any], place: str, expected: Any
    ) -> None:
        """The same of what is said of the container itself."""
        driver.create_container({"image": "x", **options})
        assert created()[place] == expected

    def test_several_networks(self, engine: FakeEngine, driver: DockerPyDriver, created: Callable[[], Any]) -> None:
        """A container is created in its first network, and connected to the others, with what is said of each."""
        sent: list[Any] = []

        def connect(handler: BaseHTTPRequestHandler) -> None:
            sent.append(json.loads(body_of(handler)))
            respond(handler, {})

        engine.answers["POST /networks/b/connect"] = connect
        networks = {"a": {"ipv4_address": "192.0.2.9"}, "b": {"aliases": ["x"], "links": {"c": "d"}}}
        driver.create_container({"image": "x", "networking_config": networks})
        assert created()["HostConfig"]["NetworkMode"] == "a"
        endpoints = created()["NetworkingConfig"]["EndpointsConfig"]
        assert endpoints == {"a": {"IPAMConfig": {"IPv4Address": "192.0.2.9"}}}
        assert sent == [{"Container": "1" * 64, "EndpointConfig": {"Aliases": ["x"], "Links": ["c:d"]}}]

    def test_a_network_that_cannot_be_connected(
        self, engine: FakeEngine, driver: DockerPyDriver, created: Callable[[], Any]
    ) -> None:
        """Nothing stays of a container that cannot be in all its networks."""
        engine.tell("POST /networks/b/connect", {"message": "network b not found"}, 404)
        engine.tell(f"DELETE /containers/{'1' * 64}", {})
        engine.tell(f"GET /containers/{'1' * 64}/json", {"Id": "1" * 64, "Name": "/x"})
        with pytest.raises(NotFound, match="to network 'b': network b not found"):
            driver.create_container({"image": "x", "networking_config": {"a": {}, "b": None}})
        assert engine.asked[-1] == f"DELETE /containers/{'1' * 64}"

    @pytest.mark.parametrize(
        ("version", "options", "keyword"),
        [
            ("1.43", {"network": "n", "networking_config": {"n": {"mac_address": "02::1"}}}, "networking_config"),
            ("1.44", {"mounts": [docker.types.Mount("/x", "v", subpath="y")]}, "mounts"),
            ("1.42", {"kernel_memory": "50m"}, "kernel_memory"),
            ("1.40", {"platform": "linux/amd64"}, "platform"),
            ("1.41", {"init_path": "/init"}, "init_path"),
        ],
    )
    def test_what_an_engine_would_not_heed(
        self, engine: FakeEngine, driver: DockerPyDriver, version: str, options: dict[str, Any], keyword: str
    ) -> None:
        """What the engine's version takes without effect is refused, and nothing is made."""
        engine.tell("GET /version", {"ApiVersion": version})
        with pytest.raises(UnsupportedOption) as raised:
            driver.create_container({"image": "x", **options})
        assert raised.value.keyword == keyword
        assert CREATE not in engine.asked

    @pytest.mark.parametrize(
        ("version", "options"),
        [
            ("1.44", {"network": "n", "networking_config": {"n": {"mac_address": "02::1"}}}),
            ("1.45", {"mounts": [docker.types.Mount("/x", "v", subpath="y")]}),
            ("1.41", {"kernel_memory": "50m"}),
        ],
    )
    def test_what_an_engine_heeds(
        self,
        engine: FakeEngine,
        driver: DockerPyDriver,
        created: Callable[[], Any],
        version: str,
        options: dict[str, Any],
    ) -> None:
        """The same is sent to one of a version that heeds it."""
        engine.tell("GET /version", {"ApiVersion": version})
        driver.create_container({"image": "x", **options})
        assert created()["Image"] == "x"
