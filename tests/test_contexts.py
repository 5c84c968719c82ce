"""Context managers whose errors are reported at the line that enters them."""

from __future__ import annotations

import traceback
from collections.abc import Iterator

import pytest

from pytest_docker_tools.contexts import contextmanager

from .conftest import Run


@contextmanager
def given(value: str, *, events: list[str], refuse: str = "") -> Iterator[str]:
    """A context that notes what happens."""
    if refuse == "enter":
        raise KeyError(refuse)
    events.append("entered")
    try:
        yield value
    except ValueError:
        events.append("error")
        if refuse == "error":
            raise KeyError(refuse) from None
        if refuse != "swallow":
            raise
    if refuse == "exit":
        raise KeyError(refuse)
    events.append("left")


def test_value_and_end() -> None:
    """The context gives the value, and what follows it is done at the end."""
    events: list[str] = []
    with given("value", events=events) as value:
        events.append(value)
    assert events == ["entered", "value", "left"]


def test_an_error_in_the_context() -> None:
    """The generator gets an error of the context, and may let it pass, or not."""
    events: list[str] = []
    error = ValueError()
    with pytest.raises(ValueError) as raised, given("value", events=events):  # noqa: PT011
        raise error
    assert raised.value is error
    with given("value", events=events, refuse="swallow"):
        raise ValueError
    assert events == ["entered", "error", "entered", "error", "left"]


def enter(refuse: str) -> None:
    with given("value", events=[], refuse=refuse):
        if refuse == "error":
            raise ValueError


@pytest.mark.parametrize("refuse", ["enter", "exit", "error"])
def test_no_line_of_contextlib(refuse: str) -> None:
    """An error of the generator has the lines of the context and of the generator in its traceback, and no other."""
    with pytest.raises(KeyError) as raised:
        enter(refuse)
    names = [frame.name for frame in traceback.extract_tb(raised.tb)]
    assert names == ["test_no_line_of_contextlib", "enter", "__enter__" if refuse == "enter" else "__exit__", "given"]


def test_a_name_and_its_words() -> None:
    """It is known by the name and docstring of the function."""
    assert (given.__name__, given.__doc__) == ("given", "A context that notes what happens.")


def test_a_report_ends_at_the_line_that_was_written(pytester: pytest.Pytester, run: Run) -> None:
    """A call in a test that fails within such a context is reported with the line of the test."""
    pytester.makepyfile(
        "from pytest_docker_tools import container\n"
        "db = container(image='app')\n"
        "def test_it(db):\n"
        "    db.get_files('/missing')\n"
    )
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([">       db.get_files('/missing')", "*.py:4: NotFound"])
    result.stdout.no_fnmatch_line("*contextlib*")
