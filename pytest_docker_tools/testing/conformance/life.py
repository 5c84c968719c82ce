"""The life of a container, from its start on."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from ...driver import Driver
from ...exceptions import Conflict, DeadlineExceeded, EngineError, NotFound, PortUnavailable
from ..capabilities import needs
from ..fixtures import Create, FactsOf

TRAPS = "trap 'exit 3' TERM; trap 'exit 4' INT; echo ready; while :; do sleep 0.05; done"
DEAF = "trap '' TERM; echo ready; while :; do sleep 0.05; done"


def ready(driver: Driver, container: str) -> str:
    """Wait until a container has written a line, and give the container back."""
    with driver.follow(container, timeout=30) as lines:
        assert next(lines) == b"ready\n"
    return container


class TestStart:
    def test_runs(self, driver: Driver, create: Create, facts: FactsOf) -> None:
        """A started container runs."""
        container = create()
        driver.start(container)
        state = facts(container)["State"]
        assert (state["Status"], state["Pid"] > 0) == ("running", True)

    def test_a_running_container_is_left_alone(self, driver: Driver, run: Create, facts: FactsOf) -> None:
        """Starting twice is fine."""
        container = run()
        before = facts(container)["State"]["Pid"]
        driver.start(container)
        assert facts(container)["State"]["Pid"] == before != 0

    def test_a_stopped_container(self, driver: Driver, run: Create, facts: FactsOf) -> None:
        """A container that has ended can be started again."""
        container = run()
        driver.kill(container)
        driver.wait(container, timeout=30)
        driver.start(container)
        assert facts(container)["State"]["Status"] == "running"

    def test_missing(self, driver: Driver) -> None:
        """A container that is not there is NotFound."""
        with pytest.raises(NotFound):
            driver.start("no-such-container")

    def test_port_of_another_container(self, driver: Driver, run: Create, create: Create, facts: FactsOf) -> None:
        """A host port that another container has is PortUnavailable."""
        port = facts(run(ports={80: ("127.0.0.1",)}))["NetworkSettings"]["Ports"]["80/tcp"][0]["HostPort"]
        container = create(ports={80: ("127.0.0.1", port)})
        with pytest.raises(PortUnavailable, match=port):
            driver.start(container)

    @needs("host")
    def test_port_of_a_process(self, driver: Driver, create: Create) -> None:
        """A host port that a process has is PortUnavailable."""
        with closing(socket.socket()) as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            container = create(ports={80: taken.getsockname()})
            with pytest.raises(PortUnavailable):
                driver.start(container)

    @needs("processes")
    def test_missing_command(self, driver: Driver, create: Create, facts: FactsOf) -> None:
        """A command that the image does not have is the engine's error, and the container does not run."""
        container = create(command=["no-such-command"], init=False)
        with pytest.raises(EngineError, match="no-such-command"):
            driver.start(container)
        assert facts(container)["State"]["Status"] in ("created", "exited")

    @needs("processes")
    def test_published_port(self, driver: Driver, server: str, facts: FactsOf) -> None:
        """A published port leads to the container."""
        binding = facts(server)["NetworkSettings"]["Ports"]["8080/tcp"][0]
        end = time.monotonic() + 30
        answer = b""
        while not answer and time.monotonic() < end:
            try:
                with socket.create_connection((driver.endpoint().host, int(binding["HostPort"])), 10) as connection:
                    connection.sendall(b"GET /no-such-file HTTP/1.0\r\n\r\n")
                    answer = connection.recv(100)
            except OSError:
                time.sleep(0.05)
        assert b"404" in answer


class TestStop:
    def test_ends(self, driver: Driver, run: Create, facts: FactsOf) -> None:
        """A stopped container does not run; stopping again is fine."""
        container = run()
        driver.stop(container)
        assert facts(container)["State"]["Status"] == "exited"
        driver.stop(container)

    @needs("processes")
    def test_sends_the_signal(self, driver: Driver, run: Create) -> None:
        """A container can end by itself upon the stop signal."""
        container = ready(driver, run(command=["sh", "-c", TRAPS], init=False))
        driver.stop(container)
        assert driver.wait(container, timeout=10) == 3

    @needs("processes")
    def test_kills_after_grace(self, driver: Driver, run: Create) -> None:
        """A container that does not heed the signal is killed after the grace."""
        container = ready(driver, run(command=["sh", "-c", DEAF], init=False))
        driver.stop(container, grace=0)
        assert driver.wait(container, timeout=10) == 137

    @needs("processes")
    def test_grace_is_no_part_of_the_timeout(self, open_backend: Callable[..., Driver], run: Create) -> None:
        """The grace comes on top of the driver's own deadline."""
        with closing(open_backend({"timeout": 8})) as driver:
            container = ready(driver, run(command=["sh", "-c", DEAF], init=False))
            driver.stop(container, grace=9)
            assert driver.wait(container, timeout=10) == 137

    def test_missing(self, driver: Driver) -> None:
        """A container that is not there is NotFound."""
        with pytest.raises(NotFound, match="no-such-container"):
            driver.stop("no-such-container")


class TestRestart:
    def test_another_process(self, driver: Driver, run: Create, facts: FactsOf) -> None:
        """A restarted container runs, as another process."""
        container = run()
        before = facts(container)["State"]["Pid"]
        driver.restart(container, grace=0)
        assert facts(container)["State"]["Status"] == "running"
        assert facts(container)["State"]["Pid"] != before

    def test_of_one_that_does_not_run(self, driver: Driver, create: Create, facts: FactsOf) -> None:
        """A container that does not run is started."""
        container = create()
        driver.restart(container, grace=0)
        assert facts(container)["State"]["Status"] == "running"

    def test_missing(self, driver: Driver) -> None:
        """A container that is not there is NotFound."""
        with pytest.raises(NotFound, match="no-such-container"):
            driver.restart("no-such-container")


class TestKill:
    def test_kills(self, driver: Driver, run: Create) -> None:
        """Without a signal it is SIGKILL."""
        container = run()
        driver.kill(container)
        assert driver.wait(container, timeout=10) == 137

    @needs("processes")
    @pytest.mark.parametrize(("signal", "code"), [("SIGTERM", 3), ("TERM", 3), (15, 3), (2, 4)])
    def test_signal(self, driver: Driver, run: Create, signal: Any, code: int) -> None:
        """A signal by name or number reaches the container."""
        container = ready(driver, run(command=["sh", "-c", TRAPS], init=False))
        driver.kill(container, signal=signal)
        assert driver.wait(container, timeout=10) == code

    def test_what_does_not_run(self, driver: Driver, create: Create) -> None:
        """A container that does not run cannot be killed."""
        with pytest.raises(Conflict):
            driver.kill(create())

    def test_a_signal_that_is_none(self, driver: Driver, run: Create, facts: FactsOf) -> None:
        """A signal that the engine does not know is its error."""
        container = run()
        with pytest.raises(EngineError):
            driver.kill(container, signal="SIGNOTHING")
        assert facts(container)["State"]["Status"] == "running"

    def test_missing(self, driver: Driver) -> None:
        """A container that is not there is NotFound."""
        with pytest.raises(NotFound, match="no-such-container"):
            driver.kill("no-such-container")


class TestPause:
    def test_and_unpause(self, driver: Driver, run: Create, facts: FactsOf) -> None:
        """A paused container is frozen until it is unpaused; each of it once."""
        container = run()
        driver.pause(container)
        assert facts(container)["State"]["Status"] == "paused"
        with pytest.raises(Conflict):
            driver.pause(container)
        driver.unpause(container)
        assert facts(container)["State"]["Status"] == "running"
        with pytest.raises(Conflict):
            driver.unpause(container)

    def test_what_does_not_run(self, driver: Driver, create: Create) -> None:
        """A container that does not run is a conflict."""
        container = create()
        for verb in (driver.pause, driver.unpause):
            with pytest.raises(Conflict):
                verb(container)

    def test_missing(self, driver: Driver) -> None:
        """A container that is not there is NotFound."""
        for verb in (driver.pause, driver.unpause):
            with pytest.raises(NotFound, match="no-such-container"):
                verb("no-such-container")


class TestWait:
    @needs("processes")
    @pytest.mark.parametrize("code", [7, 130, 255])
    def test_gives_the_exit_code(self, driver: Driver, run: Create, code: int) -> None:
        """The exit code is the container's, also if it has ended before."""
        container = run(command=["sh", "-c", f"exit {code}"])
        assert [driver.wait(container, timeout=30), driver.wait(container, timeout=30)] == [code, code]

    def test_never_started(self, driver: Driver, create: Create) -> None:
        """A container that was never started is not waited for."""
        assert driver.wait(create(), timeout=30) == 0

    def test_is_told(self, driver: Driver, run: Create) -> None:
        """A container that somebody else ends is waited for no longer."""
        container = run()
        killer = threading.Timer(0.2, driver.kill, [container])
        killer.start()
        assert driver.wait(container, timeout=30) == 137
        killer.join()

    def test_deadline(self, driver: Driver, run: Create, facts: FactsOf, children: Callable[[], set[int]]) -> None:
        """Waiting ends at the deadline, though not the container."""
        container, before = run(), children()
        started = time.monotonic()
        with pytest.raises(DeadlineExceeded, match=r"0\.5"):
            driver.wait(container, timeout=0.5)
        assert time.monotonic() - started < 20
        assert children() == before
        assert facts(container)["State"]["Status"] == "running"

    def test_missing(self, driver: Driver) -> None:
        """A container that is not there is NotFound."""
        with pytest.raises(NotFound, match="no-such-container"):
            driver.wait("no-such-container", timeout=30)


@needs("processes")
class TestHealth:
    @pytest.mark.parametrize(
        ("test", "status", "failed"), [("echo tried", "healthy", False), ("echo tried; exit 3", "unhealthy", True)]
    )
    def test_of_a_check(
        self, driver: Driver, run: Create, facts: FactsOf, test: str, status: str, failed: bool
    ) -> None:
        """What a check has found is told: its state, how often it failed, and the last exit code and output."""
        container = run(healthcheck={"test": test, "interval": 100_000_000, "retries": 1})
        end, found = time.monotonic() + 30, driver.health(facts(container)) or {}
        while found.get("Status") != status:
            assert time.monotonic() < end, found
            time.sleep(0.05)
            found = driver.health(facts(container)) or {}
        last = found["Log"][-1]
        # Not every engine keeps the code itself.
        assert (last["ExitCode"] != 0, last["Output"].strip()) == (failed, "tried")
        assert (found["FailingStreak"] > 0) == failed

    def test_without_a_check(self, driver: Driver, run: Create, facts: FactsOf) -> None:
        """A container without a check has no health."""
        assert not (driver.health(facts(run())) or {}).get("Status")
