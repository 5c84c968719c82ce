"""Waiting for an answer by HTTP."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pytest_docker_tools import http_request
from pytest_docker_tools.exceptions import UsageError
from pytest_docker_tools.probes import Http
from pytest_docker_tools.testing import MemoryImage
from pytest_docker_tools.wrappers import Container

from .conftest import Started, last_words


class Handler(BaseHTTPRequestHandler):
    """Answers with the status that the path names, after those that its server has."""

    def do_GET(self) -> None:
        first: Iterator[int] = self.server.first  # type: ignore[attr-defined]
        self.send_response(next(first, 0) or int(self.path.strip("/") or 200))
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    """An HTTP server on the loopback interface."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.first = iter(())  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def served(started: Started, server: ThreadingHTTPServer) -> Callable[[Http], Container]:
    """Give a container whose published port leads to the server."""

    def served(probe: Http) -> Container:
        ports = {"80/tcp": ("127.0.0.1", server.server_port)}
        return started(MemoryImage(listens=("80/tcp",)), probe, ports=ports)

    return served


class TestHttp:
    @pytest.mark.parametrize(
        "probe",
        [
            Http(),
            Http("301"),
            Http("/404", status=404),
            Http("/404", status="404"),
            Http("/503", status=[200, 503]),
            Http("/503", status=["200", "503"]),  # type: ignore[list-item]  # what references become
            Http(port=80),
        ],
    )
    def test_a_status(self, served: Callable[[Http], Container], probe: Http) -> None:
        """A path is asked for; by default all but errors will do, else the status, or one of several."""
        served(probe).wait_until_ready()

    def test_is_waited_for(self, served: Callable[[Http], Container], server: ThreadingHTTPServer) -> None:
        """A server that is not up to it at first is asked again."""
        server.first = iter((503, 503))  # type: ignore[attr-defined]
        container = served(Http())
        container.timeout = 30
        container.wait_until_ready()

    def test_another_status_is_told(self, served: Callable[[Http], Container], server: ThreadingHTTPServer) -> None:
        """When time is over, the request is told, and its answer."""
        url = f"http://127.0.0.1:{server.server_port}/500"
        assert last_words(served(Http("/500"))) == f"GET {url} was answered with status 500"

    def test_has_the_time_that_is_left(
        self, served: Callable[[Http], Container], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A request takes no longer than the container may still take to get ready."""
        allowed: list[float] = []

        def get(url: str, timeout: float) -> int:
            allowed.append(timeout)
            return 200

        monkeypatch.setattr(http_request, "get", get)
        container = served(Http())
        container.timeout = 3
        container.wait_until_ready()
        assert 0 < allowed[0] <= 3

    def test_no_answer_is_told(self, started: Started) -> None:
        """A port that nobody answers on is told, with the reason."""
        container = started(MemoryImage(listens=("80/tcp",)), Http(), ports={"80/tcp": ("127.0.0.1", 1)})
        assert last_words(container).startswith("GET http://127.0.0.1:1/ was not answered: [Errno ")

    @pytest.mark.parametrize("ports", [{}, {"53/udp": None}, {"80/tcp": None, "81/tcp": None}])
    def test_which_port(self, started: Started, ports: dict[str, None]) -> None:
        """Without one TCP port there is a question of which is meant, which is told at once."""
        image = MemoryImage(listens=tuple(ports))
        with pytest.raises(UsageError, match=r"Say which one is meant: Http\(port="):
            started(image, Http(), ports=ports).wait_until_ready()

    def test_another_scheme(self, served: Callable[[Http], Container]) -> None:
        """Only http and https are spoken."""
        with pytest.raises(UsageError, match="takes 'http' or 'https', not 'gopher'"):
            served(Http(scheme="gopher")).wait_until_ready()
