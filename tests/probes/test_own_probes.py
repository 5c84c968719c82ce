"""Waiting for a function, or a probe, of the user's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from pytest_docker_tools import probes
from pytest_docker_tools.exceptions import DeadlineExceeded, UsageError
from pytest_docker_tools.probes import Probe
from pytest_docker_tools.testing import MemoryImage
from pytest_docker_tools.wrappers import Container

from .conftest import Started, last_words


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
