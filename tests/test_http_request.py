"""One HTTP request."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from pytest_docker_tools import http_request

ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


@contextmanager
def answering(answer: bytes, context: ssl.SSLContext | None = None) -> Iterator[tuple[str, list[bytes]]]:
    """Give the address of a server that answers one request so, and what it was asked."""
    asked: list[bytes] = []

    def serve() -> None:
        connection, _ = server.accept()
        with context.wrap_socket(connection, server_side=True) if context else connection as client:
            asked.append(client.recv(1000))
            client.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor() as threads:
        server.settimeout(30)
        served = threads.submit(serve)
        yield f"127.0.0.1:{server.getsockname()[1]}", asked
        served.result(30)


@pytest.mark.parametrize(("path", "sent"), [("", b"/"), ("/a/b?c=d%20e", b"/a/b?c=d%20e"), ("/ä b", b"/%C3%A4%20b")])
def test_the_status_is_given(path: str, sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The status of the answer to a path is given, whatever the proxies of the environment."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with answering(ANSWER) as (address, asked):
        assert http_request.get(f"http://{address}{path}", None) == 204
    assert asked[0].startswith(b"GET " + sent + b" HTTP/1.1\r\n")


def test_a_certificate_of_ones_own(tmp_path: Path) -> None:
    """Over TLS, whoever answers is believed."""
    program = shutil.which("openssl")
    assert program, "The tests of TLS need the openssl command."
    made = ["-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=elsewhere"]
    command = [program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *made]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with answering(ANSWER, context) as (address, _):
        assert http_request.get(f"https://{address}/", None) == 204


@pytest.mark.parametrize("answer", [b"", b"220 hello\r\n"])
def test_what_is_no_answer(answer: bytes) -> None:
    """A connection that is closed at once, and one that speaks something else, are told."""
    with answering(answer) as (address, _):
        said = http_request.get(f"http://{address}/", None)
    assert isinstance(said, str)
    assert said


@pytest.mark.parametrize(("left", "allowed"), [(None, 5), (60, 5), (3, 3)])
def test_how_long_it_takes(left: float | None, allowed: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request takes five seconds at most, so that another one can be tried, and no more than are left."""
    taken: list[float] = []

    def noting(address: str, *, timeout: float) -> HTTPConnection:
        taken.append(timeout)
        return HTTPConnection(address, timeout=timeout)

    monkeypatch.setattr(http_request, "HTTPConnection", noting)
    with answering(ANSWER) as (address, _):
        assert http_request.get(f"http://{address}/", left) == 204
    assert taken == [allowed]


def test_nobody_answers_in_time() -> None:
    """A server that says nothing is given up after the seconds that there are."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert "timed out" in str(http_request.get(f"http://127.0.0.1:{server.getsockname()[1]}/", 0.1))
