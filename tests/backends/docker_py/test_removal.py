"""A removal by requests whose answers nobody waits for."""

from __future__ import annotations

import gc
import socket
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from urllib3.connection import HTTPConnection

from pytest_docker_tools.driver import Kind, Removal
from pytest_docker_tools.exceptions import EngineUnavailable
from pytest_docker_tools_docker_py.driver import DockerPyDriver

from .conftest import FakeEngine, respond

Open = Callable[..., DockerPyDriver]

ONE, TWO = "1" * 64, "2" * 64


@pytest.fixture
def held(engine: FakeEngine) -> Iterator[threading.Event]:
    """Let the removal of container two wait for an event, which is set in the end."""
    event = threading.Event()

    def answer(handler: Any) -> None:
        event.wait(30)
        respond(handler, b"", 204)

    engine.answers[f"DELETE /containers/{TWO}"] = answer
    engine.tell(f"DELETE /containers/{ONE}", b"", 204)
    yield event
    event.set()


@pytest.fixture
def connected(driver: DockerPyDriver) -> DockerPyDriver:
    """A driver that has asked its engine for something."""
    driver.version()
    return driver


def hang_up(handler: Any) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


def begun(driver: DockerPyDriver, kind: Kind, *refs: str, **flags: Any) -> Removal:
    removal = driver.begin_removal(kind, refs, **flags)
    assert removal is not None
    return removal


def deletions(engine: FakeEngine) -> list[str]:
    return [asked for asked in engine.asked if asked.startswith("DELETE")]


def test_one_request_each(connected: DockerPyDriver, held: threading.Event, engine: FakeEngine) -> None:
    """Each ref has a request of its own, all on their way, and it goes on until all are answered, without a thread."""
    threads = set(threading.enumerate())
    removal = begun(connected, "container", TWO, ONE)
    end = time.monotonic() + 30
    while len(deletions(engine)) < 2:
        assert time.monotonic() < end
    assert not [thread for thread in set(threading.enumerate()) - threads if thread.name == "docker-py"]
    assert removal.wait(0.1) is None
    held.set()
    assert removal.wait(30) is removal.poll() is True


def test_as_remove_asks(connected: DockerPyDriver, engine: FakeEngine) -> None:
    """Requests are those of `remove`, with what it asks for."""
    asked: list[tuple[str, str]] = []

    def note(handler: Any) -> None:
        asked.append((handler.path, handler.headers["User-Agent"]))
        respond(handler, b"", 204)

    for path in (f"/containers/{ONE}", "/networks/net", "/volumes/vol"):
        engine.answers[f"DELETE {path}"] = note
    for kind, ref in (("container", ONE), ("network", "net"), ("volume", "vol")):
        assert begun(connected, kind, ref, force=True, volumes=True).wait(30)  # type: ignore[arg-type]
        connected.remove(kind, [ref], force=True, volumes=True)  # type: ignore[arg-type]
    assert asked[::2] == asked[1::2]
    assert len({path for path, _ in asked}) == 3


@pytest.mark.parametrize(("status", "is_gone"), [(200, True), (204, True), (404, True), (409, False), (500, False)])
def test_the_status_says_it(connected: DockerPyDriver, engine: FakeEngine, status: int, is_gone: bool) -> None:
    """What is gone already is fine, and all that is refused is said."""
    engine.tell(f"DELETE /containers/{ONE}", {"message": "because"}, status)
    engine.tell(f"DELETE /containers/{TWO}", b"", 204)
    assert begun(connected, "container", ONE, TWO).wait(30) is is_gone


@pytest.mark.parametrize("answer", [hang_up, lambda handler: handler.wfile.write(b"nonsense\r\n\r\n")])
def test_an_engine_that_does_not_answer(
    connected: DockerPyDriver, engine: FakeEngine, answer: Any, recwarn: pytest.WarningsRecorder
) -> None:
    """Where no answer comes, or none that is one, nobody knows whether all is gone, and the connection is closed."""
    engine.answers[f"DELETE /containers/{ONE}"] = answer
    assert begun(connected, "container", ONE).wait(30) is False
    gc.collect()
    assert not list(recwarn)


def test_a_request_that_is_not_sent(
    connected: DockerPyDriver, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    """A request that breaks off counts as refused, and its connection is closed."""

    def break_off(self: Any, *args: Any, **options: Any) -> None:
        if self.sock is None:
            self.connect()
        raise BrokenPipeError

    monkeypatch.setattr(HTTPConnection, "request", break_off)
    assert begun(connected, "container", ONE, TWO).wait(30) is False
    gc.collect()
    assert not list(recwarn)


def test_an_engine_that_has_gone(open_driver: Open) -> None:
    """Where the engine takes no connection any more, that is a refusal, too."""
    with FakeEngine().serving() as engine:
        driver = open_driver(base_url=engine.url, timeout=20)
        driver.version()
        engine.answers["GET /containers/x/json"] = hang_up
        with pytest.raises(EngineUnavailable):
            driver.inspect("container", ["x"])
    assert begun(driver, "container", ONE).wait(30) is False


def test_many(connected: DockerPyDriver, engine: FakeEngine) -> None:
    """No more are on their way than docker-py keeps connections for; the others follow."""
    refs = [f"{number:064}" for number in range(30)]
    go_on = threading.Event()

    def answer(handler: Any) -> None:
        go_on.wait(30)
        respond(handler, b"", 204)

    for ref in refs:
        engine.answers[f"DELETE /containers/{ref}"] = answer
    removal = begun(connected, "container", *refs)
    end = time.monotonic() + 30
    while len(deletions(engine)) < 8:
        assert time.monotonic() < end
    assert removal.wait(0.1) is None
    assert len(deletions(engine)) == 8
    go_on.set()
    assert removal.wait(30)
    assert sorted(deletions(engine)) == [f"DELETE /containers/{ref}" for ref in refs]


def test_what_is_over_is_forgotten(connected: DockerPyDriver, engine: FakeEngine) -> None:
    """The driver keeps nothing of a removal that is over."""
    engine.tell(f"DELETE /containers/{ONE}", b"", 204)
    removal = begun(connected, "container", ONE)
    assert removal.wait(30)
    seen = weakref.ref(removal)
    del removal
    gc.collect()
    assert seen() is None


def test_the_deadline(connected: DockerPyDriver, held: threading.Event) -> None:
    """Where the engine is not done in time, nothing more is waited for."""
    assert begun(connected, "container", TWO, timeout=0.2).wait(10) is False


def test_closing(connected: DockerPyDriver, held: threading.Event, recwarn: pytest.WarningsRecorder) -> None:
    """One that goes on, also one that nobody asks for, ends with the driver, without a warning."""
    removal = begun(connected, "container", TWO)
    begun(connected, "container", TWO)
    assert removal.poll() is None
    gc.collect()
    connected.close()
    assert removal.poll() is False
    del removal
    gc.collect()
    assert not list(recwarn)
    with pytest.raises(EngineUnavailable):
        connected.begin_removal("container", [ONE])


def test_connections_are_used_again(
    connected: DockerPyDriver, engine: FakeEngine, held: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    """A connection that was answered on is docker-py's again."""
    peers = []

    def note(handler: Any) -> None:
        peers.append(handler.client_address)
        respond(handler, b"", 204)

    engine.answers[f"DELETE /containers/{ONE}"] = note
    for _ in range(3):
        assert begun(connected, "container", ONE).wait(30)
    connected.remove("container", [ONE])
    assert len(peers) == 4
    assert len(set(peers)) == 1
    assert not caplog.records


@pytest.mark.parametrize(
    ("kind", "refs"), [("container", []), ("container", [ONE, "abc"]), ("network", [""]), ("image", ["app"])]
)
def test_what_cannot_be_begun(connected: DockerPyDriver, engine: FakeEngine, kind: Kind, refs: list[str]) -> None:
    """What has to be looked at before, as it may begin the id of something else, is not begun."""
    assert connected.begin_removal(kind, refs) is None
    assert not deletions(engine)


def test_before_the_first_call(driver: DockerPyDriver, engine: FakeEngine) -> None:
    """Before the engine was asked for its version nothing can be begun without waiting for it."""
    assert driver.begin_removal("container", [ONE]) is None
    assert not engine.asked
    engine.tell("GET /version", {"message": "not yet"}, 500)
    with pytest.raises(EngineUnavailable):
        driver.version()
    assert driver.begin_removal("container", [ONE]) is None
    assert not deletions(engine)


@pytest.mark.parametrize("url", ["ssh://somebody@somewhere", "npipe:////./pipe/docker_engine"])
def test_connections_that_cannot_be_asked(connected: DockerPyDriver, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Where a connection does not tell whether there is something to read, nothing is begun."""
    monkeypatch.setitem(vars(connected), "_connection", type(connected._connection)(url))
    assert connected.begin_removal("container", [ONE]) is None


def test_a_proxy(connected: DockerPyDriver, monkeypatch: pytest.MonkeyPatch, engine: FakeEngine) -> None:
    """A proxy, which may want more than the request, is not asked; `remove` does that."""
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.settimeout(0.1)
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.getsockname()[1]}")
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.delenv("no_proxy", raising=False)
        assert begun(connected, "container", ONE, timeout=0.1).wait(30) is False
        with pytest.raises(TimeoutError):
            proxy.accept()
    assert not deletions(engine)


def test_a_socket_of_this_machine(open_driver: Open, tmp_path: Path) -> None:
    """It goes over a socket in a folder, whatever proxies there are."""
    with pytest.MonkeyPatch.context() as environment, FakeEngine(tmp_path / "engine").serving() as engine:
        environment.setenv("ALL_PROXY", "http://127.0.0.1:1")
        engine.tell(f"DELETE /containers/{ONE}", b"", 204)
        driver = open_driver(base_url=engine.url, timeout=20)
        driver.version()
        assert begun(driver, "container", ONE).wait(30)
