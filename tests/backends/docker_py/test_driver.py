"""The driver on an engine of canned answers: what no real engine can be made to do."""

from __future__ import annotations

import gc
import io
import json
import threading
import weakref
from collections.abc import Callable
from contextlib import closing
from http.server import BaseHTTPRequestHandler
from typing import Any

import docker
import pytest

from pytest_docker_tools.driver import ExecResult
from pytest_docker_tools.drivers import client_of, driver_of
from pytest_docker_tools.exceptions import (
    BuildFailed,
    Conflict,
    EngineError,
    EngineUnavailable,
    EngineWarning,
    ImageNotFound,
    NotFound,
    Unauthorized,
    UnsupportedOption,
)
from pytest_docker_tools_docker_py.driver import DockerPyDriver

from .conftest import FakeEngine, body_of, chunked, respond

CREATE, EXEC, START = "POST /containers/create", "POST /containers/x/exec", "POST /exec/e/start"
OUTPUT = b"\x01\0\0\0\0\0\0\x03out\x02\0\0\0\0\0\0\x03err"


def raw(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """Answer as an engine does whose output ends with the connection: headers and output at once."""
    body_of(handler)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n"
    handler.wfile.write(head + content)
    handler.close_connection = True


@pytest.fixture
def created(engine: FakeEngine) -> Callable[[], dict[str, Any]]:
    """Let containers be created, and give what was sent for the last one."""
    sent: list[dict[str, Any]] = []

    def create(handler: BaseHTTPRequestHandler) -> None:
        sent.append(json.loads(body_of(handler)))
        respond(handler, {"Id": "1" * 64}, 201)

    engine.answers[CREATE] = create
    return lambda: sent[-1]


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


class TestExecute:
    @pytest.fixture(autouse=True)
    def a_command(self, engine: FakeEngine) -> None:
        """An engine that has run a command."""
        engine.tell(EXEC, {"Id": "e"}, 201)
        engine.tell("GET /exec/e/json", {"Running": False, "ExitCode": 3})
        engine.answers[START] = lambda handler: raw(handler, OUTPUT)

    def test_output_that_comes_with_the_headers(self, driver: DockerPyDriver) -> None:
        """Nothing is lost of an answer that comes all at once."""
        for _ in range(20):
            assert driver.execute("x", ["y"]) == ExecResult(3, b"out", b"err")
        assert driver.execute("x", ["y"], merge_stderr=True) == ExecResult(3, b"outerr", b"")
        assert driver.execute("x", ["y"], tty=True) == ExecResult(3, OUTPUT, b"")

    def test_an_exit_code_that_comes_later(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """The exit code is that of the command's end, which may be later than that of its output."""
        states = iter([{"Running": True, "ExitCode": None}, {"Running": True, "ExitCode": 0}])
        ended = {"Running": False, "ExitCode": 7}
        engine.answers["GET /exec/e/json"] = lambda handler: respond(handler, next(states, ended))
        assert driver.execute("x", ["y"]).exit_code == 7

    @pytest.mark.parametrize(("code", "expected"), [(127, 127), (126, 126), (None, 126), (1, 126)])
    @pytest.mark.parametrize("detach", [False, True])
    def test_a_command_that_cannot_be_run(
        self, engine: FakeEngine, driver: DockerPyDriver, detach: bool, code: int | None, expected: int
    ) -> None:
        """What an engine says instead of running a command is its output, with an exit code that says so."""
        engine.tell(START, {"message": "exec: no such file"}, 400)
        engine.tell("GET /exec/e/json", {"Running": False, "ExitCode": code})
        assert driver.execute("x", ["y"], detach=detach) == ExecResult(expected, b"exec: no such file", b"")

    @pytest.mark.parametrize("request_", [EXEC, START])
    @pytest.mark.parametrize(
        ("state", "message"),
        [("paused", "could not execute a command in container 'x': it is paused, not running"), ("running", "odd")],
    )
    def test_a_container_in_another_state(
        self, engine: FakeEngine, driver: DockerPyDriver, request_: str, state: str, message: str
    ) -> None:
        """A conflict is told with the container's state, or in the engine's words where that is not the reason."""
        engine.tell(request_, {"message": "something odd"}, 409)
        engine.tell("GET /containers/x/json", {"State": {"Status": state}})
        with pytest.raises(Conflict, match=message):
            driver.execute("x", ["y"])

    def test_options(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """All that is asked for is sent, and nothing else."""
        sent: list[Any] = []

        def create(handler: BaseHTTPRequestHandler) -> None:
            sent.append(json.loads(body_of(handler)))
            respond(handler, {"Id": "e"}, 201)

        engine.answers[EXEC] = create
        options: dict[str, Any] = {"environment": {"A": 1, "B": None}, "workdir": "/w", "user": 0, "privileged": True}
        driver.execute("x", "a 'b c'", **options)
        driver.execute("x", ["a"])
        assert {**sent[0], "Container": "x"}.items() >= {
            "Cmd": ["a", "b c"],
            "Env": ["A=1", "B"],
            "WorkingDir": "/w",
            "User": "0",
            "Privileged": True,
            "AttachStdin": False,
        }.items()
        assert not {"Env", "WorkingDir"} & sent[1].keys()


class TestLogs:
    def test_a_log_that_breaks_off(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """An engine that is gone while its log is followed is told, and not taken for the end."""
        engine.tell("GET /containers/x/json", {"Id": "x", "Name": "/x", "Config": {"Tty": False}})

        def break_off(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Transfer-Encoding", "chunked")
            handler.end_headers()
            handler.wfile.write(b"b\r\n\x01\0\0\0\0\0\0\x03one\r\n")
            engine.tell("GET /containers/x/json", {"message": "going down"}, 503)
            handler.close_connection = True

        engine.answers["GET /containers/x/logs"] = break_off
        with driver.follow("x") as lines, pytest.raises(EngineError, match="going down"):
            list(lines)

    @pytest.mark.parametrize("follow", [False, True])
    def test_no_stream(self, engine: FakeEngine, driver: DockerPyDriver, follow: bool) -> None:
        """With neither stream there is nothing, of a container that is there."""
        with pytest.raises(NotFound):
            self._read(driver, follow)
        engine.tell("GET /containers/x/json", {"Id": "x", "Name": "/x"})
        assert self._read(driver, follow) == b""

    def _read(self, driver: DockerPyDriver, follow: bool) -> bytes:
        if not follow:
            return driver.logs("x", stdout=False, stderr=False)
        with driver.follow("x", stdout=False, stderr=False) as lines:
            return b"".join(lines)

    def test_times(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """The epoch is a time like others, and times keep their fractions."""
        asked: list[str] = []

        def log(handler: BaseHTTPRequestHandler) -> None:
            asked.append(handler.path)
            respond(handler, b"")

        engine.answers["GET /containers/x/logs"] = log
        engine.tell("GET /containers/x/json", {"Id": "x", "Name": "/x", "Config": {"Tty": True}})
        driver.logs("x", since=0, until=1700000000.25, tail=0)
        assert "since=0.0001" in asked[0]
        assert "until=1700000000.25" in asked[0]
        assert "tail=0" in asked[0]


class TestPutArchive:
    def test_a_file_is_read_in_pieces(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """An archive that comes from a file, of whatever kind, is sent from where it stands."""
        engine.tell("GET /containers/x/json", {"Id": "x", "Name": "/x"})
        sent: list[bytes] = []

        def put(handler: BaseHTTPRequestHandler) -> None:
            assert handler.headers["Transfer-Encoding"] == "chunked"
            sent.append(body_of(handler))
            respond(handler, {})

        engine.answers["PUT /containers/x/archive"] = put
        archive = io.BytesIO(b"skipped" + b"x" * 200_000)
        archive.seek(7)
        driver.put_archive("x", "/", archive)
        assert sent == [b"x" * 200_000]

    def test_what_is_asked(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """A file takes the place of no folder, and a path may have bytes that are no UTF-8."""
        engine.tell("GET /containers/x/json", {"Id": "x", "Name": "/x"})
        asked: list[str] = []

        def put(handler: BaseHTTPRequestHandler) -> None:
            asked.append(handler.path.partition("?")[2])
            body_of(handler)
            respond(handler, {})

        engine.answers["PUT /containers/x/archive"] = put
        driver.put_archive("x", "/\udcff", b"archive")
        assert sorted(asked[0].split("&")) == ["noOverwriteDirNonDir=1", "path=%2F%FF"]

    @pytest.mark.parametrize(
        ("status", "said"), [(404, "Could not find the file /y in container x"), (400, "y is not a directory")]
    )
    def test_no_folder(self, engine: FakeEngine, driver: DockerPyDriver, status: int, said: str) -> None:
        """A path that is no folder is NotFound, with what to do."""
        engine.tell("GET /containers/x/json", {"Id": "x", "Name": "/x"})
        engine.tell("PUT /containers/x/archive", {"message": said}, status)
        with pytest.raises(NotFound, match="must be a directory"):
            driver.put_archive("x", "/y", b"")


class TestBuildImage:
    @pytest.mark.parametrize(
        ("dockerfile", "said"),
        [
            ("FROM x", "the --mount option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/"),
            ("FROM x", "dockerfile parse error line 2: Unknown flag: link"),
            ("FROM x\nRUN <<EOF\necho\nEOF", "dockerfile parse error line 3: unknown instruction: ECHO"),
            ("# syntax=docker/dockerfile:1\nFROM x\nNEW y", "dockerfile parse error line 3: unknown instruction: NEW"),
        ],
    )
    def test_what_needs_buildkit(
        self, engine: FakeEngine, driver: DockerPyDriver, tmp_path: Any, dockerfile: str, said: str
    ) -> None:
        """A Dockerfile for the other builder is told, with the backend that has it."""
        engine.tell("POST /build", {"message": said}, 400)
        (tmp_path / "Dockerfile").write_text(dockerfile)
        for options in ({"fileobj": dockerfile.encode()}, {"path": str(tmp_path)}):
            with pytest.raises(BuildFailed, match=r"classic builder.*choose --docker-backend=docker-cli with buildx"):
                driver.build_image(options)

    @pytest.mark.parametrize(
        "said",
        [
            "dockerfile parse error line 2: unknown instruction: RNU",
            "dockerfile parse error line 2: Unknown flag: chwon",
            "COPY failed: file not found in build context",
        ],
    )
    def test_other_failures_need_none(self, engine: FakeEngine, driver: DockerPyDriver, said: str) -> None:
        """What fails for another reason, such as a slip of the pen, is not told to be the builder's."""
        engine.tell("POST /build", {"message": said}, 400)
        with pytest.raises(BuildFailed, match=f"'app': {said}") as raised:
            driver.build_image({"fileobj": b"FROM x\nRNU y << 3", "tag": "app"})
        assert "builder" not in str(raised.value)

    def test_what_the_engine_refuses(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """A keyword that the engine does not take is named."""
        engine.tell("POST /build", {"message": "squash is only supported with experimental mode"}, 400)
        with pytest.raises(UnsupportedOption, match=r"'squash'.*experimental"):
            driver.build_image({"fileobj": b"FROM x", "squash": True})

    def test_has_what_docker_pys_error_has(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """Reason and log are where docker-py has them, too."""
        items = b'{"stream": "Step 1/1 : RUN x\\n"}{"stream": "no\\n"}{"error": "returned a non-zero code: 7"}'
        engine.answers["POST /build"] = lambda handler: chunked(handler, items)
        with pytest.raises(docker.errors.BuildError) as raised:
            driver.build_image({"fileobj": b"FROM x"})
        assert raised.value.msg == "returned a non-zero code: 7"
        assert [item.get("stream") for item in raised.value.build_log] == ["Step 1/1 : RUN x\n", "no\n", None]
        assert isinstance(raised.value, BuildFailed)
        assert raised.value.log == "Step 1/1 : RUN x\nno\nreturned a non-zero code: 7\n"

    def test_nothing_is_left_behind(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """The containers of steps are removed, whether the build fails or not, where nothing else is asked for."""
        asked: list[str] = []

        def build(handler: BaseHTTPRequestHandler) -> None:
            asked.append(handler.path)
            chunked(handler, b'{"error": "no"}')

        engine.answers["POST /build"] = build
        for options in ({}, {"rm": False}, {"forcerm": False}):
            with pytest.raises(BuildFailed):
                driver.build_image({"fileobj": b"FROM x", **options})
        found = [
            (f"rm={rm}" in path, f"forcerm={force}" in path)
            for path, (rm, force) in zip(asked, [(True, True), (False, False), (True, False)], strict=True)
        ]
        assert found == [(True, True)] * 3

    def test_a_file_that_cannot_be_read(self, driver: DockerPyDriver, tmp_path: Any) -> None:
        """What cannot be packed is a build that failed."""
        with pytest.raises(BuildFailed, match="No such file"):
            driver.build_image({"path": str(tmp_path), "dockerfile": "../nothing"})


class TestPullImage:
    @pytest.mark.parametrize("streamed", [False, True])
    @pytest.mark.parametrize(
        ("said", "error"),
        [
            ("manifest for x:latest not found: manifest unknown", ImageNotFound),
            ('Head "http://r/v2/x": no basic auth credentials', Unauthorized),
            ("dial tcp: connection refused", EngineError),
        ],
    )
    def test_refused(
        self, engine: FakeEngine, driver: DockerPyDriver, said: str, error: type[Exception], streamed: bool
    ) -> None:
        """What the registry says is the same error, whether it comes at once or in the course of the pull."""
        if streamed:
            engine.answers["POST /images/create"] = lambda handler: chunked(
                handler, json.dumps({"error": said}).encode()
            )
        else:
            engine.tell("POST /images/create", {"message": said}, 404 if error is ImageNotFound else 500)
        with pytest.raises(error, match=f"pull 'x:latest': {said}"):
            driver.pull_image({"repository": "x"})

    def test_credentials(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """Credentials of a pull are sent with it, and with nothing else."""
        headers: list[Any] = []

        def pull(handler: BaseHTTPRequestHandler) -> None:
            headers.append(handler.headers["X-Registry-Auth"])
            chunked(handler, b"{}")

        engine.answers["POST /images/create"] = pull
        engine.tell("GET /images/x:latest/json", {"Id": "sha256:1"})
        assert driver.pull_image({"repository": "x", "auth_config": {"username": "me", "password": "p"}}) == "sha256:1"
        assert driver.pull_image({"repository": "x"}) == "sha256:1"
        assert headers[0]
        assert headers[1] is None

    def test_all_tags(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """All tags have the name under which the engine lists them."""
        engine.answers["POST /images/create"] = lambda handler: chunked(handler, b"{}")
        assert driver.pull_image({"repository": "docker.io/library/x", "all_tags": True}) == "x"


class TestNetworks:
    def test_a_taken_name_is_asked_for(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """The engine is told to look for another network of that name, which older ones do not by themselves."""
        sent: list[Any] = []

        def create(handler: BaseHTTPRequestHandler) -> None:
            sent.append(json.loads(body_of(handler)))
            respond(handler, {"Id": "n"}, 201)

        engine.answers["POST /networks/create"] = create
        assert driver.create_network({"name": "x"}) == "n"
        assert sent[0]["CheckDuplicate"] is True

    def test_a_mac_address(self, driver: DockerPyDriver) -> None:
        """What engines take without heeding it is refused, with where they heed it."""
        with pytest.raises(UnsupportedOption, match="'networking_config'"):
            driver.connect("n", "x", {"mac_address": "02:42:ac:11:00:99"})
