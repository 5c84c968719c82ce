"""Logs and files of a container, on an engine of canned answers."""

from __future__ import annotations

import io
from http.server import BaseHTTPRequestHandler

import pytest

from pytest_docker_tools.exceptions import (
    EngineError,
    NotFound,
)
from pytest_docker_tools_docker_py.driver import DockerPyDriver

from .conftest import FakeEngine, body_of, respond


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

    @pytest.mark.parametrize(
        "said",
        [
            "Error processing tar file(exit status 1): open /y/x: not a directory",
            "open /y/x: not a directory",
            "mkdir /y/x: not a directory",
        ],
    )
    def test_a_file_in_the_way(self, engine: FakeEngine, driver: DockerPyDriver, said: str) -> None:
        """Where an archive needs a folder and there is a file, the path itself is not what is wrong."""
        engine.tell("GET /containers/x/json", {"Id": "x", "Name": "/x"})
        engine.tell("PUT /containers/x/archive", {"message": said}, 500)
        with pytest.raises(EngineError, match="not a directory") as raised:
            driver.put_archive("x", "/", b"")
        assert not isinstance(raised.value, NotFound)
