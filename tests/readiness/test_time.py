"""How long a container is waited for, and what is said when time is over."""

from __future__ import annotations

import time
from typing import Any

import pytest

from pytest_docker_tools import probes, readiness, tasks
from pytest_docker_tools.driver import ExecResult
from pytest_docker_tools.exceptions import ContainerNotReady, DeadlineExceeded, TimeoutError
from pytest_docker_tools.testing import MemoryEngine, MemoryImage
from pytest_docker_tools.wrappers import Container
from pytest_docker_tools.wrappers.container import SHORTEST_CALL, wait_for_callable

from .conftest import started


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
