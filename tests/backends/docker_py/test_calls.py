"""Calls that end in time, whatever the engine does, and leave no thread."""

from __future__ import annotations

import _thread
import gc
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import docker
import pytest
from docker.constants import DEFAULT_NUM_POOLS

from pytest_docker_tools.driver import Driver
from pytest_docker_tools.exceptions import DeadlineExceeded, EngineError, EngineUnavailable
from pytest_docker_tools_docker_py.driver import DockerPyDriver

from .conftest import FakeEngine, chunked, respond

Open = Callable[..., DockerPyDriver]
SHOWN = "GET /containers/x/json"
CREATED = "POST /volumes/create"


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of an engine that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"tcp://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def held(engine: FakeEngine) -> Iterator[threading.Event]:
    """Let requests wait for an event, which is set in the end."""
    event = threading.Event()
    yield event
    event.set()


def threads_end(within: float = 5) -> bool:
    """Tell whether the threads of calls end soon."""
    end = time.monotonic() + within
    while any(thread.name == "docker-py" for thread in threading.enumerate()):
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def looks(driver: Driver) -> object:
    return driver.inspect("container", ["x"])


def follows(driver: Driver) -> object:
    with driver.follow("x", timeout=0.3) as lines:
        return list(lines)


class TestDeadline:
    def test_of_the_driver(self, open_driver: Open, silent: str) -> None:
        """A call ends at the driver's deadline, and its thread with it."""
        started = time.monotonic()
        with pytest.raises(DeadlineExceeded, match=rf"inspect containers: the engine at {silent} .* after 0.3 seconds"):
            looks(open_driver(base_url=silent, timeout=0.3))
        assert time.monotonic() - started < 10
        assert threads_end()

    def test_of_the_call(self, open_driver: Open, silent: str) -> None:
        """The deadline of a call is its own, also for one that has none by itself."""
        driver = open_driver(base_url=silent, timeout=60)
        verbs: list[Callable[[], object]] = [
            lambda: driver.ids("container", timeout=0.2),
            lambda: driver.wait("x", timeout=0.2),
            lambda: driver.build_image({"fileobj": b"FROM scratch"}, timeout=0.2),
            lambda: follows(driver),
        ]
        for verb in verbs:
            with pytest.raises(DeadlineExceeded, match=r"0\.[23] seconds"):
                verb()
        assert threads_end()

    def test_an_answer_in_drips(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """An engine that says a little now and then does not get longer."""

        def drip(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", "10000")
            handler.end_headers()
            for _ in range(1000):
                handler.wfile.write(b" ")
                time.sleep(0.02)

        engine.answers[SHOWN] = drip
        with pytest.raises(DeadlineExceeded):
            driver.inspect("container", ["x"], timeout=0.3)
        assert threads_end()

    def test_of_one_that_makes_several_requests(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """The deadline is one for all requests of a call, and none follows it."""

        def slow(handler: BaseHTTPRequestHandler) -> None:
            time.sleep(0.1)
            respond(handler, {"Id": "x", "Name": "/x"})

        for number in range(100):
            engine.answers[f"GET /containers/c{number}/json"] = slow
        with pytest.raises(DeadlineExceeded):
            driver.inspect("container", [f"c{number}" for number in range(100)], timeout=0.5)
        assert threads_end()
        assert len(engine.asked) < 20

    def test_a_connection_that_is_not_taken(self, open_driver: Open) -> None:
        """An engine that takes no connection any more ends a call like one that is silent."""
        with (
            socket.create_server(("127.0.0.1", 0), backlog=0) as full,
            socket.socket() as first,
            socket.socket() as more,
        ):
            for waiting in (first, more):
                waiting.setblocking(False)
                waiting.connect_ex(full.getsockname())
            driver = open_driver(base_url=f"tcp://127.0.0.1:{full.getsockname()[1]}", timeout=0.5)
            with pytest.raises(DeadlineExceeded):
                looks(driver)
            assert threads_end()


class TestClose:
    def test_in_flight(self, open_driver: Open, silent: str) -> None:
        """A call that waits for an answer ends when the driver is closed, and so does its thread."""
        driver = open_driver(base_url=silent, timeout=60)
        threading.Timer(0.2, driver.close).start()
        with pytest.raises(EngineUnavailable, match="closed"):
            looks(driver)
        assert threads_end()

    def test_in_the_middle_of_an_answer(
        self, engine: FakeEngine, driver: DockerPyDriver, held: threading.Event
    ) -> None:
        """A call that has a part of its answer ends when the driver is closed."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", "10")
            handler.end_headers()
            handler.wfile.write(b"{")
            threading.Timer(0.2, driver.close).start()
            held.wait(30)

        engine.answers["POST /containers/x/wait"] = answer
        with pytest.raises(EngineUnavailable, match="closed"):
            driver.wait("x")
        assert threads_end()

    def test_later_calls(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """A closed driver refuses every call, without asking the engine; it may be closed again."""
        driver.close()
        with pytest.raises(EngineUnavailable, match="list images: the connection to the engine has been closed"):
            driver.ids("image")
        driver.close()
        assert engine.asked == []


class TestInterrupt:
    def test_is_prompt(self, open_driver: Open, silent: str) -> None:
        """Ctrl-C ends waiting for an engine, and the thread that waits with it."""
        driver = open_driver(base_url=silent, timeout=60)
        threading.Timer(0.2, _thread.interrupt_main).start()
        started = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            looks(driver)
        assert time.monotonic() - started < 10
        assert threads_end()

    def test_while_the_thread_starts(self, driver: DockerPyDriver, monkeypatch: pytest.MonkeyPatch) -> None:
        """An interrupt that keeps a call from being made comes out as it is."""

        def interrupted(thread: threading.Thread) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(threading.Thread, "start", interrupted)
        with pytest.raises(KeyboardInterrupt):
            looks(driver)

    def test_what_is_being_made_gets_a_moment(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """When Ctrl-C comes out, what the engine was about to make is there, and can be found."""
        done = threading.Event()

        def create(handler: BaseHTTPRequestHandler) -> None:
            _thread.interrupt_main()
            time.sleep(0.3)
            done.set()
            respond(handler, {"Name": "x"}, 201)

        engine.answers[CREATED] = create
        with pytest.raises(KeyboardInterrupt):
            driver.create_volume({"name": "x"})
        assert done.is_set()
        assert threads_end()


class TestThreads:
    def test_none_is_left(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """When a call comes back, whatever it gives, its thread is gone."""
        engine.tell(SHOWN, {"Id": "x", "Name": "/x"})
        engine.tell("GET /containers/broken/json", {"message": "broken"}, 500)
        assert driver.inspect("container", ["x", "y"]) == [{"Id": "x", "Name": "/x"}, None]
        with pytest.raises(EngineError, match="broken"):
            driver.inspect("container", ["broken"])
        assert threads_end()

    def test_side_by_side(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """Calls of several threads do not wait for each other, and one that ends does not end another."""
        together = threading.Barrier(8)

        def answer(handler: BaseHTTPRequestHandler) -> None:
            together.wait(30)
            respond(handler, {"Id": "x", "Name": "/x"})

        engine.answers[SHOWN] = answer
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: driver.inspect("container", ["x"]), range(8)))
        assert found == [[{"Id": "x", "Name": "/x"}]] * 8

    def test_more_than_the_client_has_pools_for(self, tmp_path: Path) -> None:
        """Connections for which docker-py's client has no place any more are closed, and not lost."""
        many = DEFAULT_NUM_POOLS + 15
        with FakeEngine(tmp_path / "engine.sock").serving() as engine:
            together = threading.Barrier(many)

            def answer(handler: BaseHTTPRequestHandler) -> None:
                together.wait(30)
                respond(handler, {"Id": "x", "Name": "/x"})

            names = [f"n{number}" for number in range(many)]
            engine.answers = {f"GET /containers/{name}/json": answer for name in names}
            with closing(docker.APIClient(base_url=engine.url, version="1.41")) as api:
                driver = DockerPyDriver(api=api)
                with ThreadPoolExecutor(many) as pool:
                    assert None not in pool.map(lambda name: driver.inspect("container", [name])[0], names)
        # What was lost would now be told as a warning, which is an error here.
        gc.collect()

    def test_an_abandoned_call_does_not_disturb_others(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """Connections that calls left behind are not used again, and those in use are not shut down."""
        slow = threading.Event()

        def answer(handler: BaseHTTPRequestHandler) -> None:
            slow.wait(30)
            respond(handler, {"Id": "slow", "Name": "/slow"})

        engine.answers["GET /containers/slow/json"] = answer
        engine.tell(SHOWN, {"Id": "x", "Name": "/x"})
        with ThreadPoolExecutor(4) as pool:
            patient = pool.submit(driver.inspect, "container", ["slow"])
            for _ in range(3):
                with pytest.raises(DeadlineExceeded):
                    driver.inspect("container", ["slow"], timeout=0.1)
                assert looks(driver) == [{"Id": "x", "Name": "/x"}]
            slow.set()
            assert patient.result(30) == [{"Id": "slow", "Name": "/slow"}]

    def test_a_reader_that_takes_its_time(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """What the engine says faster than it is read is all read in the end, in order."""
        lines = b"".join(b'{"stream": "%d\\n"}\r\n' % number for number in range(500))
        engine.answers["POST /build"] = lambda handler: chunked(handler, lines + b'{"aux": {"ID": "sha256:1"}}')
        engine.tell("GET /images/sha256:1/json", {"Id": "sha256:1"})
        seen: list[str] = []

        def report(line: str) -> None:
            time.sleep(0.002)
            seen.append(line)

        assert driver.build_image({"fileobj": b"FROM scratch"}, on_progress=report) == "sha256:1"
        assert seen == [str(number) for number in range(500)]


class TestConnecting:
    def test_the_version_is_asked_once(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """The engine is first asked when the driver is used, and for its version, as docker-py does."""
        assert engine.asked == []
        looks(driver)
        looks(driver)
        assert engine.asked == ["GET /version", SHOWN, SHOWN]

    def test_an_engine_that_comes_later(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """A driver whose engine was not there at first can be used when it is."""
        engine.tell("GET /version", {"message": "starting"}, 503)
        with pytest.raises(EngineUnavailable, match="starting"):
            looks(driver)
        engine.tell("GET /version", {"ApiVersion": "1.41"})
        assert looks(driver) == [None]

    @pytest.mark.parametrize("answer", [b"<html>hello</html>", {"hello": "world"}, ["hello"], None])
    def test_what_is_no_engine(self, engine: FakeEngine, driver: DockerPyDriver, answer: Any) -> None:
        """Something else that answers at the address is told, with the address."""
        engine.tell("GET /version", answer)
        with pytest.raises((EngineUnavailable, EngineError), match=rf"{engine.url}.*no engine"):
            looks(driver)

    # docker-py leaves a socket that cannot be connected to the garbage collector.
    @pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
    def test_a_dead_address(self, open_driver: Open) -> None:
        """The reason is said, and not how the libraries below found it."""
        driver = open_driver(base_url="unix:///no/such.sock")
        with pytest.raises(EngineUnavailable, match=r"unix:///no/such\.sock .*DOCKER_HOST.*No such file") as raised:
            looks(driver)
        assert "HTTPConnectionPool" not in str(raised.value)
        assert raised.value.__cause__ is raised.value.__context__ is None
        gc.collect()

    def test_an_address_that_is_none(self, open_driver: Open) -> None:
        """What docker-py does not take for an address is an engine that cannot be reached."""
        with pytest.raises(EngineUnavailable, match="frob://x"):
            looks(open_driver(base_url="frob://x"))
