"""Waiting until a container can be used."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pytest_docker_tools import probes, readiness, tasks
from pytest_docker_tools.client import Client
from pytest_docker_tools.driver import ExecResult, Facts
from pytest_docker_tools.exceptions import (
    Conflict,
    ContainerFailed,
    ContainerNotReady,
    DeadlineExceeded,
    NotFound,
    TimeoutError,
    UsageError,
)
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage
from pytest_docker_tools.wrappers import Container
from pytest_docker_tools.wrappers.container import SHORTEST_CALL, wait_for_callable


def started(engine: MemoryEngine, image: MemoryImage, kind: type[Container] = Container, **options: Any) -> Container:
    """Give a started container, not waited for."""
    engine.add_image("tried", image)
    client = Client(MemoryDriver(engine))
    container = client.containers.create("tried", **options)
    container.start()
    return kind(client.containers.get(container.id))


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


def test_what_is_missing_is_named_when_time_is_over(engine: MemoryEngine) -> None:
    """The error names the container, the time, what was still missing, and shows the end of the log."""
    container = started(engine, MemoryImage(logs=b"waiting for godot\n"), ports={"80/tcp": None})
    container.timeout = 0.05
    with pytest.raises(ContainerNotReady) as caught:
        container.wait_until_ready()
    assert caught.value.container is container
    message = str(caught.value)
    assert container.name in message
    assert "0.05 seconds" in message
    assert "nothing listens on its port 80/tcp" in message
    assert "waiting for godot" in message


def test_a_ready_of_the_users_own_is_waited_for(engine: MemoryEngine) -> None:
    """A subclass's ready() is called until it returns True, and named when it does not."""

    class Slow(Container):
        calls = 0

        def ready(self) -> bool:
            self.calls += 1
            return self.calls > 2

    container = started(engine, MemoryImage(), Slow)
    container.wait_until_ready()
    assert isinstance(container, Slow)
    assert container.calls == 3
    container.calls, container.timeout = -1000, 0.05
    with pytest.raises(ContainerNotReady, match=r"Slow.ready\(\) returned False"):
        container.wait_until_ready()


def test_what_was_missing_before_is_not_told_again(engine: MemoryEngine) -> None:
    """A user's ready() that returns False is named, not the probe that failed when it last returned True."""
    answers = iter([True, False])

    class Comes(Container):
        def ready(self) -> bool:
            return next(answers)

    container = started(engine, MemoryImage(), Comes)
    container.wait_for, container.timeout = [probes.LogLine("godot")], 0
    with pytest.raises(ContainerNotReady, match="'godot' is not found"):
        container.wait_until_ready()
    with pytest.raises(ContainerNotReady, match=r"Comes.ready\(\) returned False"):
        container.wait_until_ready()


def test_facts_behind_a_users_ready_are_those_of_now(engine: MemoryEngine) -> None:
    """Where the user's ready() does not look at the container, its state and ports are known all the same."""

    class Always(Container):
        def ready(self) -> bool:
            return True

    container = started(engine, MemoryImage(), Always, ports={"80/tcp": None})
    for act, state in ((container.start, "running"), (container.restart, "running"), (container.kill, "exited")):
        act()
        seen = container.attrs
        container.reload()
        assert seen == container.attrs
        assert seen["State"]["Status"] == state


def test_a_container_that_ended_ends_the_wait_at_once(engine: MemoryEngine) -> None:
    """A container that ended is an error with exit code and last output, long before the time is over."""
    container = started(engine, MemoryImage(exits_with=3, logs=b"no config\n"), ports={"80/tcp": None})
    before = time.monotonic()
    with pytest.raises(ContainerFailed) as caught:
        container.wait_until_ready()
    assert time.monotonic() - before < container.timeout / 2
    assert "exit code 3" in str(caught.value)
    assert "no config" in str(caught.value)
    assert caught.value.container is container


@pytest.mark.parametrize(("code", "expected"), [(0, True), (3, False)])
def test_an_end_without_a_mistake(engine: MemoryEngine, code: int, expected: bool) -> None:
    """Who may have meant a container that ends is told how that is said."""
    with pytest.raises(ContainerFailed) as caught:
        started(engine, MemoryImage(exits_with=code)).wait_until_ready()
    assert ("If it is to end, say so: wait_for=probes.Exited()." in str(caught.value)) is expected


@pytest.mark.parametrize("status", ["exited", "dead"])
def test_states_that_are_ends(engine: MemoryEngine, status: str) -> None:
    """A container that has exited is over, as is one that the engine could not remove."""
    container = started(engine, MemoryImage())
    container.attrs["State"].update(Status=status, ExitCode=9)
    with pytest.raises(ContainerFailed, match="ended with exit code 9 before it was ready"):
        readiness.raise_if_ended(container)


def test_an_end_is_noticed_behind_a_users_ready(engine: MemoryEngine) -> None:
    """A container that ended is noticed although the user's ready() does not look at it."""

    class Never(Container):
        def ready(self) -> bool:
            return False

    with pytest.raises(ContainerFailed, match="exit code 0"):
        started(engine, MemoryImage(exits_with=0), Never).wait_until_ready()


def test_running_out_of_memory_is_told(engine: MemoryEngine) -> None:
    """A container that was ended for want of memory says so."""
    with pytest.raises(ContainerFailed, match="out of memory"):
        started(engine, MemoryImage(exits_with=137, oom=True)).wait_until_ready()


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


def test_looks_come_fast_first() -> None:
    """The first look comes after about 10 ms, the next ones at growing distances, and there is one at least."""
    assert readiness.PACE[0] <= 0.01
    assert len(list(readiness.looks(0.2))) >= 4
    assert len(list(readiness.looks(0.001))) == 1
    assert len(list(readiness.looks(0))) == 1


def test_wait_for_callable() -> None:
    """wait_for_callable returns once the callable is true, and raises TimeoutError with the message else."""
    answers = iter([False, None, True])
    wait_for_callable("answer", lambda: next(answers), timeout=5)
    with pytest.raises(TimeoutError, match=r"Waiting for godot.*0\.02 seconds"):
        wait_for_callable("Waiting for godot", lambda: False, timeout=0.02)


def test_the_time_is_that_of_the_wall_clock(engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look gets no more time than is left, and an engine that does not answer it is named."""
    container = started(engine, MemoryImage())
    container.timeout = 1.5
    allowed: list[float] = []
    now = 0.0

    def passes(seconds: float) -> None:
        nonlocal now
        now += seconds

    def hanging(kind: str, refs: object, *, timeout: float) -> None:
        allowed.append(timeout)
        passes(0.2)
        raise DeadlineExceeded("too late")

    monkeypatch.setattr(container.driver, "inspect", hanging)
    monkeypatch.setattr(time, "monotonic", lambda: now)
    monkeypatch.setattr(time, "sleep", passes)
    with pytest.raises(ContainerNotReady, match="the engine does not answer"):
        container.wait_until_ready()
    assert now < 2
    assert allowed == sorted(allowed, reverse=True)
    assert allowed[0] > 1 > allowed[-1]
    assert container.patience() is None


def test_one_look_without_any_time(engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container that has no time to get ready is looked at once, for which the engine gets a second."""
    container = started(engine, MemoryImage())
    container.timeout = 0
    allowed: list[float] = []
    inspect = container.driver.inspect

    def noting(kind: Any, refs: Any, *, timeout: float) -> Any:
        allowed.append(timeout)
        return inspect(kind, refs, timeout=timeout)

    monkeypatch.setattr(container.driver, "inspect", noting)
    container.wait_until_ready()
    assert 0.5 < allowed[0] <= 1


def test_a_look_that_is_cut_short_says_less(engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the last whole look has found is told, not that the time for one more was too short."""
    container = started(engine, MemoryImage())
    container.timeout = 0.1
    answers = iter([ExecResult(3, b"no db", b"")])

    def execute(*arguments: object, **options: object) -> ExecResult:
        for answer in answers:
            return answer
        raise DeadlineExceeded("too late")

    monkeypatch.setattr(container.driver, "execute", execute)
    container.wait_for = [probes.Exec("ping")]
    with pytest.raises(ContainerNotReady, match="'ping' ended with exit code 3: no db"):
        container.wait_until_ready()
    with pytest.raises(ContainerNotReady, match=r"Exec\(command='ping', exit_code=0\) was not answered"):
        container.wait_until_ready()


def test_a_command_of_a_users_ready_is_bounded_too(engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that the user's ready() runs may take the time that is left, and one in a test as long as it needs."""

    class Asks(Container):
        def ready(self) -> bool:
            return self.exec_run("true").exit_code == 0

    container = started(engine, MemoryImage(), Asks)
    allowed: list[float | None] = []

    def execute(*arguments: object, timeout: float | None = None, **options: object) -> ExecResult:
        allowed.append(timeout)
        return ExecResult(0, b"", b"")

    monkeypatch.setattr(container.driver, "execute", execute)
    container.wait_until_ready()
    container.exec_run("true")
    container.exec_run("true", timeout=7)
    assert allowed[0] is not None
    assert 0 < allowed[0] <= container.timeout
    assert allowed[1:] == [None, 7]


def test_reading_the_log_is_bounded_too(engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A probe of the log may take the time that is left, and a look at it in a test what the driver allows."""
    container = started(engine, MemoryImage())
    container.wait_for = [probes.LogLine("ready")]
    allowed: list[float | None] = []

    def logs(ref: str, *, timeout: float | None, **options: object) -> bytes:
        allowed.append(timeout)
        return b"ready"

    monkeypatch.setattr(container.driver, "logs", logs)
    container.wait_until_ready()
    container.logs()
    assert allowed[0] is not None
    assert 0 < allowed[0] <= container.timeout
    assert allowed[1:] == [None]


def test_an_engine_that_stops_answering_behind_an_error(engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user's ready() that fails while the engine answers no more ends as a container that is not ready."""

    class Fails(Container):
        def ready(self) -> bool:
            raise Conflict("it broke")

    container = started(engine, MemoryImage(), Fails)
    container.timeout = 0.05

    def hanging(kind: str, refs: object, *, timeout: float) -> None:
        raise DeadlineExceeded("too late")

    monkeypatch.setattr(container.driver, "inspect", hanging)
    with pytest.raises(ContainerNotReady, match="the engine does not answer"):
        container.wait_until_ready()


def test_an_exit_code_behind_a_state_is_told(engine: MemoryEngine) -> None:
    """What a container that is being restarted ended with is part of what it lacks."""
    container = started(engine, MemoryImage())
    container.attrs["State"].update(Status="restarting", ExitCode=3)
    assert readiness.missing(container) == "its state is 'restarting', after exit code 3"


def test_a_container_that_the_engine_removed(engine: MemoryEngine) -> None:
    """A container that ended and, with remove=True, was removed is an error that says so."""
    container = started(engine, MemoryImage())
    container.driver.remove("container", [container.id], force=True)
    container.attrs["HostConfig"]["AutoRemove"] = True
    with pytest.raises(ContainerFailed, match=r"was removed before it was ready.*remove=True"):
        container.wait_until_ready()


def test_an_end_says_more_than_what_failed_because_of_it(engine: MemoryEngine) -> None:
    """A user's ready() that fails as the container has ended is reported as that end, with the exit code."""

    class Asks(Container):
        def ready(self) -> bool:
            return self.exec_run("true").exit_code == 0

    container = started(engine, MemoryImage(), Asks)
    engine.end_container(container.id, 5)
    with pytest.raises(ContainerFailed, match="exit code 5"):
        container.wait_until_ready()


def test_an_error_of_a_users_ready_is_raised(engine: MemoryEngine) -> None:
    """What a user's ready() raises while the container runs is not hidden."""

    class Breaks(Container):
        def ready(self) -> bool:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        started(engine, MemoryImage(), Breaks).wait_until_ready()


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


def test_a_file_that_is_not_there_is_no_end(engine: MemoryEngine) -> None:
    """A user's ready() that does not find a file in a running container raises that, and no end is made up."""

    class Reads(Container):
        def ready(self) -> bool:
            return self.get_text("/run/ready") == "yes"

    with pytest.raises(NotFound, match="/run/ready"):
        started(engine, MemoryImage(), Reads).wait_until_ready()


@pytest.fixture
def seen(engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Let processes of the engine be seen from here, and give how often a container was inspected since."""

    def still_runs(driver: MemoryDriver, container: Facts) -> bool:
        found = engine.containers.get(container["Id"])
        return found is not None and found.running and found.facts()["State"]["Pid"] == container["State"]["Pid"]

    monkeypatch.setattr(MemoryDriver, "still_runs", still_runs)

    def seen() -> int:
        count = sum(call.verb == "inspect" for call in engine.calls)
        engine.calls.clear()
        return count

    return seen


class TestLooksThatAreSaved:
    def test_while_its_process_runs(self, engine: MemoryEngine, seen: Callable[[], int]) -> None:
        """A container whose process runs is inspected once, however often it is looked at until it is ready."""
        container = started(engine, MemoryImage(listens=("80/tcp",), listens_after=4), ports={"80/tcp": None})
        seen()
        container.wait_until_ready()
        assert sum(call.verb == "listening" for call in engine.calls) >= 3
        assert seen() == 1

    def test_of_facts_of_a_moment_ago(self, engine: MemoryEngine, seen: Callable[[], int]) -> None:
        """Who has just looked says so, and it is not inspected again."""
        container = started(engine, MemoryImage(listens=("80/tcp",), listens_after=2), ports={"80/tcp": None})
        seen()
        tasks.run(readiness.reached(container, 5, has_looked=True))
        assert seen() == 0
        container.wait_until_ready()
        assert seen() == 1

    def test_where_the_process_is_not_seen(self, engine: MemoryEngine) -> None:
        """Where nobody can tell whether the process runs, every look is an inspection."""
        container = started(engine, MemoryImage(listens=("80/tcp",), listens_after=5), ports={"80/tcp": None})
        engine.calls.clear()
        tasks.run(readiness.reached(container, 5, has_looked=True))
        verbs = [call.verb for call in engine.calls]
        assert verbs.count("inspect") >= verbs.count("listening") >= 2

    def test_by_a_ready_of_the_users_own(self, engine: MemoryEngine, seen: Callable[[], int]) -> None:
        """So it is for a ready() that does not look, and for one that looks, as it wants to, each time."""

        class Third(Container):
            turns = 0

            def ready(self) -> bool:
                self.turns += 1
                return self.turns == 3

        class Looks(Third):
            def ready(self) -> bool:
                self.reload()
                return super().ready()

        for kind, count in ((Third, 1), (Looks, 3)):
            container = started(engine, MemoryImage(), kind)
            seen()
            container.wait_until_ready()
            assert seen() == count

    def test_outside_of_a_wait(self, engine: MemoryEngine, seen: Callable[[], int]) -> None:
        """Who asks by himself gets an answer of now."""
        container = started(engine, MemoryImage())
        tasks.run(readiness.reached(container, 5, has_looked=True))
        seen()
        assert container.ready()
        assert seen() == 1

    def test_after_its_end(self, engine: MemoryEngine, seen: Callable[[], int]) -> None:
        """A container that has ended since is inspected, and its exit code is told."""
        container = started(engine, MemoryImage())
        engine.end_container(container.id, 7)
        with pytest.raises(ContainerFailed, match="exit code 7"):
            tasks.run(readiness.reached(container, 5, has_looked=True))

    def test_of_one_that_is_to_end(self, engine: MemoryEngine, seen: Callable[[], int]) -> None:
        """A container that is to end is not inspected before its process has ended."""

        class Ends(Container):
            wait_for = (probes.Exited(3),)
            turns = 0

            def ready(self) -> bool:
                self.turns += 1
                if self.turns == 4:
                    engine.end_container(self.id, 3)
                return super().ready()

        container = started(engine, MemoryImage(), Ends)
        seen()
        tasks.run(readiness.reached(container, 5, has_looked=True))
        assert container.attrs["State"]["ExitCode"] == 3
        assert seen() == 1

    def test_of_one_that_was_started_anew(self, engine: MemoryEngine, seen: Callable[[], int]) -> None:
        """Another process is another look, as ports may be others."""
        container = started(engine, MemoryImage(listens=("80/tcp",)), ports={"80/tcp": None})
        container.driver.restart(container.id)
        seen()
        tasks.run(readiness.reached(container, 5, has_looked=True))
        assert seen() == 1
        [facts] = container.driver.inspect("container", [container.id])
        assert container.attrs["State"]["Pid"] == (facts or {})["State"]["Pid"]

    @pytest.mark.parametrize(
        ("place", "value"),
        [
            (("State", "Status"), "paused"),
            (("State", "Status"), "restarting"),
            (("State", "Status"), "created"),
            (("NetworkSettings", "Ports"), {}),
            (("NetworkSettings", "Networks"), {"bridge": {"IPAddress": "", "GlobalIPv6Address": ""}}),
            (("Config", "Healthcheck"), {"Test": ["CMD-SHELL", "true"]}),
        ],
    )
    def test_of_what_may_change_by_itself(
        self, engine: MemoryEngine, seen: Callable[[], int], place: tuple[str, str], value: Any
    ) -> None:
        """What is left to come is looked for, although the process is the same."""
        container = started(engine, MemoryImage(listens=("80/tcp",)), ports={"80/tcp": None})
        container.attrs[place[0]][place[1]] = value
        seen()
        tasks.run(readiness.reached(container, 5, has_looked=True))
        assert seen() == 1

    def test_of_health(self, engine: MemoryEngine, seen: Callable[[], int]) -> None:
        """What the engine's own check finds is looked for each time."""
        container = started(engine, MemoryImage(healthy_after=4), healthcheck={"test": "true"})
        container.wait_for = [probes.Healthy()]
        seen()
        container.wait_until_ready()
        assert seen() >= 3
        assert container.attrs["State"]["Health"]["Status"] == "healthy"


def test_the_time_of_others_does_not_count(engine: MemoryEngine) -> None:
    """While pytest's thread is busy with another fixture, the time of one that is waited for does not pass."""
    container = started(engine, MemoryImage(listens=("80/tcp",), listens_after=4), ports={"80/tcp": None})
    patience: list[float] = []

    def is_asked(container: Container) -> bool:
        patience.append(container.patience() or 0)
        return True

    container.wait_for = probes.checked(is_asked)
    task = tasks.Task(readiness.reached(container, 1.5))
    task.go_on()
    time.sleep(1.6)
    while not task.is_done:
        task.go_on_here()
    task.result()
    assert min(patience) > SHORTEST_CALL


class TestPace:
    """How often a container is looked at."""

    @pytest.fixture
    def pauses(self, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        """The seconds of the pauses that are made, which take no time."""
        made: list[float] = []

        def pause(seconds: float) -> tasks.Pause:
            made.append(seconds)
            return tasks.Pause(0)

        monkeypatch.setattr(tasks, "pause", pause)
        return made

    @pytest.mark.parametrize(("seen", "first", "longest"), [(True, 0.001, 0.05), (False, 0.01, 0.25)])
    def test_of_looks(
        self,
        engine: MemoryEngine,
        pauses: list[float],
        monkeypatch: pytest.MonkeyPatch,
        seen: bool,
        first: float,
        longest: float,
    ) -> None:
        """A container is looked at sooner and more often where that asks nobody."""
        monkeypatch.setattr(MemoryDriver, "still_runs", lambda driver, facts: seen)
        container = started(engine, MemoryImage(listens=("80/tcp",), listens_after=40), ports={"80/tcp": None})
        tasks.run(readiness.reached(container, 5, has_looked=True))
        assert (pauses[0], max(pauses)) == (first, longest)

    @pytest.mark.parametrize("more", ["wait_for", "ready"])
    def test_of_more_than_looks(
        self, engine: MemoryEngine, pauses: list[float], monkeypatch: pytest.MonkeyPatch, more: str
    ) -> None:
        """What the user asks besides is not asked that often."""
        monkeypatch.setattr(MemoryDriver, "still_runs", lambda driver, facts: True)
        answers = iter([*[False] * 20, *[True] * 20])

        class Own(Container):
            if more == "wait_for":
                wait_for = (probes.Check(lambda container: next(answers)),)
            else:

                def ready(self) -> bool:
                    return next(answers)

        container = started(engine, MemoryImage(), Own)
        tasks.run(readiness.reached(container, 5, has_looked=True))
        assert max(pauses) == 0.25
