"""Waiting for a command in a container, and for the container's end."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from pytest_docker_tools import probes
from pytest_docker_tools.driver import ExecResult
from pytest_docker_tools.exceptions import Conflict, ContainerFailed, ContainerNotReady, UsageError
from pytest_docker_tools.probes import Exec, Exited, Healthy, Http, LogLine, Probe
from pytest_docker_tools.testing import MemoryDriver, MemoryImage
from pytest_docker_tools.wrappers import Container

from .conftest import Started, last_words


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
