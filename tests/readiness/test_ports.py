"""Waiting for the ports and addresses of a container, also when it goes on after a pause or a restart."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pytest_docker_tools import readiness
from pytest_docker_tools.exceptions import Conflict, NotFound, UsageError
from pytest_docker_tools.testing import MemoryEngine, MemoryImage

from .conftest import started


def test_a_port_that_opens_late_is_waited_for(engine: MemoryEngine) -> None:
    """A container is ready once something listens on each published port."""
    image = MemoryImage(listens=("80/tcp", "53/udp"), listens_after=3)
    container = started(engine, image, ports={"80/tcp": None, "53/udp": None})
    assert container.ready() is False
    assert container.waits_for is not None
    assert "port 80/tcp, 53/udp" in container.waits_for
    container.wait_until_ready()
    assert container.get_open_tcp_ports() == ["80"]
    assert container.get_open_udp_ports() == ["53"]


def test_ports_that_are_not_published_are_not_waited_for(engine: MemoryEngine) -> None:
    """A container that publishes nothing is ready when it runs and has its addresses."""
    container = started(engine, MemoryImage(exposed=("80/tcp",)))
    container.wait_until_ready()
    assert container.waits_for is None


@pytest.mark.parametrize("mode", ["host", "none"])
def test_modes_without_addresses(engine: MemoryEngine, mode: str) -> None:
    """A container in a network mode that assigns no address is not waited for on that account."""
    assert started(engine, MemoryImage(), network_mode=mode).ready()


def test_restart_waits_again(engine: MemoryEngine) -> None:
    """`restart` returns when the container is ready again, with the new host ports."""
    container = started(engine, MemoryImage(listens=("80/tcp",)), ports={"80/tcp": None})
    container.wait_until_ready()
    port = container.ports["80/tcp"]
    container.restart()
    assert container.ports["80/tcp"] != port
    assert container.waits_for is None


def test_pause_and_unpause(engine: MemoryEngine) -> None:
    """A paused container is not ready; `unpause` returns when it is again."""
    container = started(engine, MemoryImage())
    container.pause()
    assert container.ready() is False
    assert container.waits_for == "its state is 'paused'"
    container.unpause()
    assert container.status == "running"


def test_a_listener_on_loopback_is_none(engine: MemoryEngine) -> None:
    """A server on the container's own loopback interface cannot be reached, so its port is not ready."""
    container = started(engine, MemoryImage(listens=("127.0.0.1:80/tcp",)), ports={"80/tcp": None})
    assert container.ready() is False
    assert container.get_open_tcp_ports() == ["80"]


@pytest.mark.parametrize(
    ("behaviour", "ready"), [("waits", True), ("greets", True), ("closes", False), ("none", False)]
)
def test_a_connection_that_lasts(
    engine: MemoryEngine, behaviour: str, ready: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where listening cannot be seen, a connection that stays open counts, and one that is closed at once does not."""
    if behaviour == "closes":
        # It may take the server a while.
        monkeypatch.setattr(readiness, "STAYS_OPEN", 5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        image = MemoryImage(listens=None)
        container = started(engine, image, ports={"80/tcp": ("127.0.0.1", port), "53/udp": None})
        server.settimeout(10)
        if behaviour == "none":
            server.close()
            assert container.ready() is ready
            return
        with ThreadPoolExecutor() as threads:
            accepted = threads.submit(serve, server, behaviour)
            assert container.ready() is ready
            accepted.result().close()


def test_a_port_that_is_not_reached_from_here(engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that nobody can see, and to which no way leads from the tests, counts as listening."""
    container = started(engine, MemoryImage(listens=None), ports={"80/tcp": ("127.0.0.1", 8080)})

    def get_addr(port: str) -> tuple[str, int]:
        raise UsageError("no way")

    monkeypatch.setattr(container, "get_addr", get_addr)
    assert container.ready()


def serve(server: socket.socket, behaviour: str) -> socket.socket:
    """Take one connection, as a server does that waits for a request, or greets, or as a proxy without a server."""
    connection, _ = server.accept()
    if behaviour == "greets":
        connection.sendall(b"220 hello\r\n")
    if behaviour == "closes":
        connection.close()
    return connection


def test_a_container_that_stops_during_a_look(engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container that is being restarted when its sockets are looked at is looked at again."""
    container = started(engine, MemoryImage(listens=("80/tcp",)), ports={"80/tcp": None})
    listening, errors = container.driver.listening, iter([Conflict("is restarting"), NotFound("no process")])

    def restarting(*arguments: Any, **options: Any) -> Any:
        for error in errors:
            raise error
        return listening(*arguments, **options)

    monkeypatch.setattr(container.driver, "listening", restarting)
    assert not container.ready()
    assert container.waits_for == "it has stopped since the last look"
    container.wait_until_ready()


def test_ports_that_the_engine_publishes_of_itself(engine: MemoryEngine) -> None:
    """Ports of the image, which are published all at once, are waited for like those that were named."""
    container = started(engine, MemoryImage(exposed=("80/tcp",)), publish_all_ports=True)
    assert not container.ready()
    assert container.waits_for == "nothing listens on its port 80/tcp"


def test_ports_are_waited_for_although_none_is_published(engine: MemoryEngine) -> None:
    """A port that was asked for is waited for on an internal network, too, where an engine publishes nothing."""
    container = started(engine, MemoryImage(), ports={"80/tcp": None})
    container.attrs["NetworkSettings"]["Ports"] = {"80/tcp": None}
    assert readiness.missing(container) == "nothing listens on its port 80/tcp"
