"""Waiting for a `ready()` of the user's own."""

from __future__ import annotations

import pytest

from pytest_docker_tools import probes
from pytest_docker_tools.driver import ExecResult
from pytest_docker_tools.exceptions import Conflict, ContainerNotReady, DeadlineExceeded
from pytest_docker_tools.testing import MemoryEngine, MemoryImage
from pytest_docker_tools.wrappers import Container

from .conftest import started


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


def test_an_error_of_a_users_ready_is_raised(engine: MemoryEngine) -> None:
    """What a user's ready() raises while the container runs is not hidden."""

    class Breaks(Container):
        def ready(self) -> bool:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        started(engine, MemoryImage(), Breaks).wait_until_ready()
