"""What containers are waited for by."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from pytest_docker_tools import http_request, moments, probes
from pytest_docker_tools.client import Client
from pytest_docker_tools.driver import ExecResult
from pytest_docker_tools.exceptions import Conflict, ContainerFailed, ContainerNotReady, DeadlineExceeded, UsageError
from pytest_docker_tools.probes import Check, Exec, Exited, Healthy, Http, LogLine, Probe
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage
from pytest_docker_tools.wrappers import Container

Started = Callable[..., Container]


@pytest.fixture
def started(engine: MemoryEngine) -> Started:
    """Give a started container with these probes, not waited for."""

    def started(image: MemoryImage, *wait_for: Any, **options: Any) -> Container:
        engine.add_image("tried", image)
        client = Client(MemoryDriver(engine))
        made = client.containers.create("tried", **options)
        made.start()
        container = Container(client.containers.get(made.id))
        container.wait_for = probes.checked(list(wait_for))
        container.timeout = 0.05
        return container

    return started


def last_words(container: Container) -> str:
    """Wait for a container in vain, and give what the error says was missing."""
    with pytest.raises(ContainerNotReady) as caught:
        container.wait_until_ready()
    assert container.waits_for is not None
    assert container.waits_for in str(caught.value)
    return container.waits_for


CHECKED = {"Test": ["CMD", "true"]}


class TestHealthy:
    def test_is_waited_for(self, started: Started) -> None:
        """A container is ready once its health check succeeds."""
        container = started(MemoryImage(healthcheck=CHECKED, healthy_after=4), Healthy())
        container.timeout = 30
        container.wait_until_ready()
        assert container.attrs["State"]["Health"]["Status"] == "healthy"

    def test_the_last_try_is_told(self, started: Started, monkeypatch: pytest.MonkeyPatch) -> None:
        """When time is over, the state of the check is told, with the exit code and output of its last try."""
        container = started(MemoryImage(healthcheck=CHECKED, healthy_after=10**6), Healthy())
        assert last_words(container) == "its health check says starting, as it has not been tried yet"
        found = {
            "Status": "unhealthy",
            "Log": [{"ExitCode": 1, "Output": ""}, {"ExitCode": 7, "Output": "no\x1b db\n"}],
        }
        monkeypatch.setattr(container.driver, "health", lambda facts, timeout: found)
        assert last_words(container) == (
            r"its health check says unhealthy; the last try ended with exit code 7: no\x1b db"
        )

    @pytest.mark.parametrize("options", [{}, {"healthcheck": {"test": ["NONE"]}}])
    def test_without_a_check(self, started: Started, options: dict[str, Any]) -> None:
        """A container that has no health check is told at once, with what to do."""
        with pytest.raises(UsageError, match=r"has no health check.*container\(healthcheck="):
            started(MemoryImage(), Healthy(), **options).wait_until_ready()


class TestLogLine:
    @pytest.mark.parametrize("pattern", ["ready", "^server is ready$", r"port \d+", "(?i)READY"])
    def test_is_found(self, started: Started, pattern: str) -> None:
        """A regular expression is searched in the whole log, whose lines may end with \\r\\n."""
        started(MemoryImage(logs=b"boot\nserver is ready\r\nport 80\n"), LogLine(pattern)).wait_until_ready()

    def test_how_often(self, started: Started) -> None:
        """A line that comes several times may be waited for to do so."""
        image = MemoryImage(logs=b"ready\nstopping\nready\n")
        started(image, LogLine("^ready$", times=2)).wait_until_ready()
        started(image, LogLine("^ready$")).wait_until_ready()
        assert last_words(started(image, LogLine("ready", 3))) == "'ready' is not found in its log 3 times, but 2"

    def test_what_was_searched_is_told(self, started: Started) -> None:
        """When time is over, the pattern is told, and what the container wrote instead is shown."""
        container = started(MemoryImage(logs=b"waiting for godot\n"), LogLine("godot came"))
        assert last_words(container) == "'godot came' is not found in its log"
        with pytest.raises(ContainerNotReady, match="waiting for godot"):
            container.wait_until_ready()

    def test_a_run_before_does_not_count(self, started: Started, engine: MemoryEngine) -> None:
        """After a restart, only what was written since then is searched."""
        container = started(MemoryImage(), LogLine("ready"))
        engine.containers[container.id].write(b"ready\n")
        container.wait_until_ready()
        with pytest.raises(ContainerNotReady, match="'ready' is not found"):
            container.restart()
        engine.containers[container.id].write(b"ready\n")
        container.wait_until_ready()
        container.pause()
        container.unpause()

    def test_late_last_words(self, started: Started, engine: MemoryEngine) -> None:
        """A line that the engine stamps a moment after the end of its run is not of the next one."""
        container = started(MemoryImage(), LogLine("ready"))
        run = engine.containers[container.id]
        run.write(b"ready\n")
        run.started, run.finished = "2030-01-01T00:00:01Z", "2030-01-01T00:00:00Z"
        run.log[-1] = run.log[-1]._replace(time=(moments.epoch(run.finished) or 0) + 0.01)
        assert last_words(container) == "'ready' is not found in its log"
        run.log[-1] = run.log[-1]._replace(time=(moments.epoch(run.started) or 0) - 0.01)
        container.wait_until_ready()

    def test_no_regular_expression(self, started: Started) -> None:
        """What is no regular expression is told at once."""
        with pytest.raises(UsageError, match=r"LogLine\('\('\) is no regular expression"):
            started(MemoryImage(), LogLine("(")).wait_until_ready()


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


class TestExec:
    @pytest.fixture
    def codes(self, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
        """Let commands end with these exit codes, the last one for ever."""

        def codes(*codes: int | Exception) -> None:
            left = itertools.chain(codes, itertools.repeat(codes[-1]))

            def execute(driver: MemoryDriver, ref: str, command: Any, **options: Any) -> ExecResult:
                code = next(left)
                if isinstance(code, Exception):
                    raise code
                return ExecResult(code, b"not\nyet\n", b"")

            monkeypatch.setattr(MemoryDriver, "execute", execute)

        return codes

    def test_is_waited_for(self, started: Started, codes: Callable[..., None]) -> None:
        """A command is tried until it ends with 0, or with the code that is wanted."""
        codes(1, 1, 0)
        container = started(MemoryImage(), Exec(["pg_isready"]))
        container.timeout = 30
        container.wait_until_ready()
        codes(3)
        started(MemoryImage(), Exec("check --all", exit_code=3)).wait_until_ready()

    def test_the_last_try_is_told(self, started: Started, codes: Callable[..., None]) -> None:
        """When time is over, the command is told, its exit code and its output."""
        codes(2)
        container = started(MemoryImage(), Exec(["sh", "-c", "exit 2"]))
        assert last_words(container) == "the command \"sh -c 'exit 2'\" ended with exit code 2: not\nyet"

    def test_a_container_that_is_restarted_meanwhile(self, started: Started, codes: Callable[..., None]) -> None:
        """A command that finds the container stopped is tried again, as long as it has not ended for good."""
        codes(Conflict("is restarting"), 0)
        container = started(MemoryImage(), Exec(["true"]))
        container.timeout = 30
        container.wait_until_ready()


class TestExited:
    def test_is_waited_for(self, started: Started) -> None:
        """A container that does its work once is ready when it has ended; its log stays."""
        container = started(MemoryImage(exits_with=0, exits_after=3, logs=b"migrated\n"), Exited())
        container.timeout = 30
        container.wait_until_ready()
        assert container.status == "exited"
        assert container.logs() == "migrated\n"

    def test_another_exit_code(self, started: Started) -> None:
        """One that ends with another code has failed, at once, with its log."""
        container = started(MemoryImage(exits_with=1, logs=b"no such table\n"), Exited())
        with pytest.raises(ContainerFailed, match=r"exit code 1(.|\n)*no such table"):
            container.wait_until_ready()
        started(MemoryImage(exits_with=4), Exited(4)).wait_until_ready()

    def test_its_ports_are_not_waited_for(self, started: Started) -> None:
        """One that is to end need not listen."""
        started(MemoryImage(exits_with=0, exits_after=2), Exited(), ports={"80/tcp": None}).wait_until_ready()

    def test_one_that_does_not_end(self, started: Started) -> None:
        """When time is over, it is told that it has not ended."""
        container = started(MemoryImage(), Exited())
        assert last_words(container) == "it has not ended; its state is 'running'"
        container.pause()
        assert last_words(container) == "it has not ended; its state is 'paused'"

    @pytest.mark.parametrize("again", [Container.start, Container.restart])
    def test_a_line_of_its_log(self, started: Started, again: Callable[[Container], None]) -> None:
        """What it has written may be looked at too, and after a second run only what is of that."""
        image = MemoryImage(exits_with=0, logs=b"migrated\n")
        container = started(image, LogLine("migrated", times=1), Exited())
        container.wait_until_ready()
        container.wait_for = probes.checked([LogLine("migrated", times=2), Exited()])
        with pytest.raises(ContainerNotReady, match="2 times, but 1"):
            again(container)

    @pytest.mark.parametrize("other", [Healthy(), Http(), Exec("true")])
    def test_what_only_runs(self, other: Probe) -> None:
        """What takes a container that runs cannot be asked of one that ends."""
        with pytest.raises(UsageError, match=rf"Exited\(\).*{type(other).__name__}\(\).*Leave one of them out"):
            probes.checked([Exited(), other])


async def asynchronous(container: Container) -> bool:
    return False


class TestCheck:
    def test_is_waited_for(self, started: Started) -> None:
        """A function is called with the container until it returns something true."""
        answers = iter([None, False, "yes"])
        seen: list[object] = []

        def is_filled(container: Container) -> object:
            seen.append(container)
            return next(answers)

        container = started(MemoryImage(), is_filled)
        container.timeout = 30
        container.wait_until_ready()
        assert seen == [container] * 3

    def test_the_last_answer_is_told(self, started: Started) -> None:
        """When time is over, the function is named, and what it returned or raised is told."""

        def is_filled(container: Container) -> object:
            return []

        assert last_words(started(MemoryImage(), is_filled)) == "is_filled() returned []"
        words = last_words(started(MemoryImage(), lambda container: dict[str, int]()["rows"]))
        assert words == "<lambda>() raised KeyError: 'rows'"

        def is_sound(container: Container) -> object:
            raise AssertionError

        assert last_words(started(MemoryImage(), is_sound)) == "is_sound() raised AssertionError"

    def test_an_engine_that_does_not_answer_it(self, started: Started) -> None:
        """A function that the time is over for says less than what it returned before."""
        answers = iter([False])

        def is_filled(container: Container) -> bool:
            for answer in answers:
                return answer
            raise DeadlineExceeded("too late")

        assert last_words(started(MemoryImage(), is_filled)) == "is_filled() returned False"

    def test_a_mistake_is_raised(self, started: Started) -> None:
        """What no time will mend is not waited for."""
        with pytest.raises(NameError):
            started(MemoryImage(), lambda container: nothing).wait_until_ready()  # type: ignore[name-defined]  # noqa: F821

    @pytest.mark.parametrize(
        ("function", "error"),
        [
            (lambda: True, r"is called with the container: too many positional arguments"),
            (lambda container, name: True, r"is called with the container: missing a required argument: 'name'"),
            (asynchronous, r"is async, and nobody would await it"),
        ],
    )
    def test_what_cannot_be_called_so(self, function: Callable[..., Any], error: str) -> None:
        """A function that takes anything but one container, or whose answer is a coroutine, is refused."""
        with pytest.raises(UsageError, match=error):
            probes.checked(function)

    @pytest.mark.parametrize("function", [lambda container, name="db": True, lambda *containers: True, print, max])
    def test_what_can(self, function: Callable[..., Any]) -> None:
        """Further parameters may have defaults, and those of a function of C may be unknown."""
        assert probes.checked(function)

    def test_the_outcome_of_a_test(self, started: Started) -> None:
        """pytest.skip and pytest.fail in a function are what they are."""
        with pytest.raises(pytest.fail.Exception, match="no licence"):
            started(MemoryImage(), lambda container: pytest.fail("no licence")).wait_until_ready()


def test_several_in_their_order(started: Started) -> None:
    """Probes are asked in their order, none before those ahead of it hold, and none before the container is ready."""
    asked: list[str] = []

    def named(name: str, *answers: bool) -> Check:
        left = iter(answers)

        def ask(container: Container) -> bool:
            asked.append(name)
            return next(left)

        return Check(ask)

    container = started(
        MemoryImage(listens=("80/tcp",), listens_after=3),
        named("a", False, True, True),
        named("b", False, True),
        ports={"80/tcp": None},
    )
    container.timeout = 30
    container.wait_until_ready()
    assert asked == ["a", "a", "b", "a", "b"]


def test_all_of_them_in_one_look(started: Started, engine: MemoryEngine) -> None:
    """What held, and does not any more while the next one is waited for, is waited for again."""
    container = started(MemoryImage(listens=("80/tcp",)), ports={"80/tcp": None})
    answers = iter([False, True])

    def restarts_at_first(container: Container) -> bool:
        assert container.get_open_tcp_ports() == ["80"]
        if not (answer := next(answers)):
            container.driver.restart(container.id)
        return answer

    container.wait_for = (Check(restarts_at_first),)
    container.timeout = 30
    container.wait_until_ready()
    assert container.attrs["State"]["StartedAt"] == engine.containers[container.id].started


def test_a_probe_of_the_users_own(started: Started) -> None:
    """A class that is derived from Probe says itself what is missing."""

    @dataclass
    class Rows(Probe):
        wanted: int

        def missing(self, container: Container) -> str | None:
            return f"there are {container.id.count('x')} rows of {self.wanted}"

    assert last_words(started(MemoryImage(), Rows(3))) == "there are 0 rows of 3"


@pytest.mark.parametrize("answer", [False, True, ""])
def test_a_probe_that_answers_otherwise(started: Started, answer: Any) -> None:
    """A class of the user's own that gives neither None nor a text is told at once."""

    class Wrong(Probe):
        def missing(self, container: Container) -> Any:
            return answer

    with pytest.raises(UsageError, match=rf"missing\(\) returned {answer!r}, not None or what is missing"):
        started(MemoryImage(), Wrong()).wait_until_ready()


def test_probes_of_a_class(engine: MemoryEngine) -> None:
    """A wrapper class may say what its containers are waited for by."""

    class Postgres(Container):
        wait_for = (LogLine("ready"),)
        timeout = 0.05

    client = Client(MemoryDriver(engine))
    made = client.containers.create("app")
    made.start()
    with pytest.raises(ContainerNotReady, match="'ready' is not found"):
        Postgres(client.containers.get(made.id)).wait_until_ready()


@pytest.mark.parametrize("wrong", ["healthy", 5, {"log": "ready"}, [LogLine("a"), "b"], LogLine, [None]])
def test_what_is_no_probe(wrong: Any) -> None:
    """Anything else is refused, with what there is."""
    with pytest.raises(UsageError, match="takes a probe, a function of the container, or a list of them, not"):
        probes.checked(wrong)
