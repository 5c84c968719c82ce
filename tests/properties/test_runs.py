"""Whole runs of pytest on fixtures that nobody would write."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

import pytest_docker_tools
from pytest_docker_tools.exceptions import DockerToolsError
from pytest_docker_tools.normalise import TABLES, Verb
from pytest_docker_tools.testing import MemoryEngine

from ..conftest import Run, names
from .conftest import OF_FORM, anything, fewer

HEAD = """
import pytest
from pathlib import PurePosixPath
from pytest_docker_tools import *
from pytest_docker_tools.probes import *
from pytest_docker_tools.types import *

inf, nan = float('inf'), float('nan')

@pytest.fixture(scope='session')
def text():
    return 'a{b}'

@pytest.fixture(scope='session')
def nothing():
    return None

net = network()
"""
# The verb behind each factory, and what it cannot do without.
FACTORIES: Mapping[str, tuple[Verb, str]] = {
    "container": ("container", "image='app', timeout=0.01"),
    "network": ("network", ""),
    "volume": ("volume", ""),
    "build": ("build", "path='.'"),
    "fetch": ("pull", "repository='app'"),
}
# Keywords that another factory, or none, has.
FOREIGN = ("wait_for", "initial_content", "detach", "no_such_keyword")
EXPRESSIONS = (
    *(
        "fxtr('text')",
        "fxtr('nothing')",
        "fxtr('missing')",
        "text",
        "net",
        "net.name",
        "lambda: None",
        "lambda text: text",
    ),
    *("'{text}'", "'{text.x}'", "'{missing}'", "'{net.name}'", "'{text'", "['{text}', net]", "{'{text}': '{net.id}'}"),
    *(
        "print",
        "str",
        "object()",
        "Ellipsis",
        "range(3)",
        "pytest",
        "(x for x in 'ab')",
        "Exited()",
        "Healthy()",
        "LogLine('x')",
    ),
    *(
        "Mount('{text}')",
        "EndpointConfig(aliases=text)",
        "{net: EndpointConfig()}",
        "Ulimit('core')",
        "'session'",
        "True",
    ),
)


def expression(keyword: str, verb: Verb) -> SearchStrategy[str]:
    """Give what may be written for a keyword, in ASCII."""
    usual = OF_FORM.get(TABLES[verb][keyword], anything) if keyword in TABLES[verb] else anything
    return st.one_of(st.sampled_from(EXPRESSIONS), usual.map(ascii), usual.map(ascii), anything.map(ascii))


@st.composite
def modules(draw: st.DrawFn) -> str:
    """Write a module of a fixture and a test of it."""
    factory = draw(st.sampled_from(sorted(FACTORIES)))
    verb, needed = FACTORIES[factory]
    parameters = inspect.signature(getattr(pytest_docker_tools, factory)).parameters.values()
    own = [item.name for item in parameters if item.kind is item.KEYWORD_ONLY]
    keywords = draw(st.sets(st.sampled_from(sorted({*TABLES[verb], *own, *FOREIGN})), min_size=1, max_size=2))
    values = [f"{keyword}={draw(expression(keyword, verb))}" for keyword in sorted(keywords)]
    given = ", ".join([item for item in needed.split(", ") if item and item.split("=")[0] not in keywords] + values)
    return f"{HEAD}\nit = {factory}({given})\n\ndef test_it(it):\n    pass\n"


# A fixture that is not there, or of another scope.
PYTESTS = (pytest.fail.Exception, pytest.FixtureLookupError)


class Witness:
    """Keeps what fails."""

    def __init__(self) -> None:
        self.errors: list[BaseException] = []

    def pytest_exception_interact(self, call: pytest.CallInfo[Any]) -> None:
        """Take note of an exception that a report is about."""
        assert call.excinfo is not None
        self.errors.append(call.excinfo.value)


def test_any_keyword(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """Whatever is written for keywords, a run goes on to its end, its errors are ours, and nothing stays."""
    turns = iter(range(10**9))

    @fewer(4)
    @given(st.lists(modules(), min_size=1, max_size=8))
    def check(sources: list[str]) -> None:
        folder = pytester.mkdir(f"run_{next(turns)}")
        for number, source in enumerate(sources):
            (folder / f"test_{number}.py").write_text(source, encoding="ascii")
        witness = Witness()
        result = run(str(folder), "--continue-on-collection-errors", plugins=[witness])
        assert result.ret in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED), result.ret
        assert "INTERNALERROR" not in result.stdout.str() + result.stderr.str()
        for error in witness.errors:
            assert isinstance(error, DockerToolsError) or _is_pytests(error), repr(error)
        assert (len(engine.containers), names(engine), len(engine.volumes)) == (0, set(), 0)

    check()


def _is_pytests(error: BaseException) -> bool:
    """Say whether pytest refuses a fixture."""
    of_a_scope = "Expected a function with the signature (*, fixture_name, config)"
    return isinstance(error, PYTESTS) or of_a_scope in str(error)
