"""An engine of a few canned answers on the loopback interface, and drivers of it."""

from __future__ import annotations

import json
import re
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import pytest

from pytest_docker_tools_docker_py.driver import DockerPyDriver

Answer = Callable[[BaseHTTPRequestHandler], object]


class FakeEngine(ThreadingHTTPServer):
    """Answers requests as it was told, and takes note of them. With `path`, it listens on a socket there."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, path: Path | None = None) -> None:
        if path is None:
            super().__init__(("127.0.0.1", 0), _Handler)
            self.url = f"tcp://127.0.0.1:{self.server_address[1]}"
        else:
            self.address_family = socket.AF_UNIX
            super().__init__(str(path), _Handler)  # type: ignore[arg-type]
            self.url = f"unix://{path}"
        self.asked: list[str] = []
        self.answers: dict[str, Answer] = {}
        self.tell("GET /version", {"ApiVersion": "1.41"})

    def tell(self, request: str, body: Any, status: int = 200) -> None:
        """Answer a request, such as "GET /containers/x/json", with JSON or with bytes."""
        self.answers[request] = lambda handler: respond(handler, body, status)

    def server_bind(self) -> None:
        """Listen, without asking for the name of the address."""
        socketserver.TCPServer.server_bind(self)

    @contextmanager
    def serving(self) -> Iterator[FakeEngine]:
        """Answer as long as the context lasts."""
        with self:
            thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            yield self
            self.shutdown()
            thread.join()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet about clients that have gone."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        engine = cast(FakeEngine, self.server)
        request = f"{self.command} {re.sub('^/v[0-9.]+', '', self.path).partition('?')[0]}"
        engine.asked.append(request)
        answer = engine.answers.get(request)
        if answer is None:
            respond(self, {"message": f"no such thing: {request}"}, 404)
        else:
            answer(self)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _answer

    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing."""


def body_of(handler: BaseHTTPRequestHandler) -> bytes:
    """Give what came with a request, the first time that it is asked for."""
    size = int(handler.headers.get("Content-Length") or 0)
    del handler.headers["Content-Length"]
    found = handler.rfile.read(size)
    if handler.headers.get("Transfer-Encoding") == "chunked":
        del handler.headers["Transfer-Encoding"]
        while size := int(handler.rfile.readline(), 16):
            found += handler.rfile.read(size)
            handler.rfile.readline()
        handler.rfile.readline()
    return found


def respond(handler: BaseHTTPRequestHandler, body: Any, status: int = 200) -> None:
    """Send a whole answer, after the whole request."""
    body_of(handler)
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def chunked(handler: BaseHTTPRequestHandler, content: bytes, size: int = 100) -> None:
    """Send an answer in pieces, as an engine does that does not know how much it will be."""
    body_of(handler)
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for start in range(0, len(content), size):
        piece = content[start : start + size]
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
    handler.wfile.write(b"0\r\n\r\n")


@pytest.fixture
def engine() -> Iterator[FakeEngine]:
    """An engine that knows its version, and nothing else."""
    with FakeEngine().serving() as engine:
        yield engine


@pytest.fixture
def open_driver() -> Iterator[Callable[..., DockerPyDriver]]:
    """Open drivers, which are closed after the test."""
    with ExitStack() as opened:
        yield lambda **settings: opened.enter_context(closing(DockerPyDriver(**settings)))


@pytest.fixture
def driver(open_driver: Callable[..., DockerPyDriver], engine: FakeEngine) -> DockerPyDriver:
    """A driver of the engine of canned answers."""
    return open_driver(base_url=engine.url, timeout=20)
