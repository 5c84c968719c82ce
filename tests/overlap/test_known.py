"""What is set up already is not begun again, whether it gave something or failed, in whole runs of pytest."""

from __future__ import annotations

import pytest

from pytest_docker_tools.overlap.conductor import Conductor

from ..conftest import Run
from .conftest import HEADER, Stage


def test_what_lives_on_is_known(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """What an earlier test has got is there for what the next one needs, so that all of that is begun at once."""
    engine.meet("create_container bb", "create_container cc")
    pytester.makepyfile(
        HEADER
        + """
@pytest.fixture(scope='session')
def plain():
    return 'plain'

a = container(image='app', name='aa', scope='session', environment={'PLAIN': '{plain}'})
b = container(image='app', name='bb', environment={'A': '{a.name}'})
c = container(image='app', name='cc', environment={'PLAIN': '{plain}'})

def test_first(a): ...
def test_second(b, c): ...
"""
    )
    run().assert_outcomes(passed=2)
    assert engine.made().count("aa") == 1


def test_what_is_over_is_not_known(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """A fixture of a module is set up again for the next one, before what needs it there."""
    pytester.makeconftest(
        HEADER
        + """
numbers = iter(range(9))

@pytest.fixture(scope='module')
def number():
    return next(numbers)

a = container(image='app', name='a-{number}')
b = container(image='app', name='b-{number}')
"""
    )
    test = "def test_it(a, b, number):\n    assert (a.name, b.name) == (f'a-{number}', f'b-{number}')\n"
    pytester.makepyfile(test_one=test, test_two=test)
    run().assert_outcomes(passed=2)
    assert sorted(engine.made()) == ["a-0", "a-1", "b-0", "b-1"]


@pytest.mark.parametrize("mode", ["ordered", "graph", "off"])
def test_a_failure_of_a_wide_scope(pytester: pytest.Pytester, run: Run, engine: Stage, mode: str) -> None:
    """What cannot be made for a session is tried once, and told of each test, for which nothing else is begun."""
    pytester.makepyfile(
        HEADER
        + """
a = container(image='broken', name='aa', scope='session')
b = container(image='app', name='bb', scope='session')
c = container(image='app', name='cc', environment={'A': '{a.name}'})

def test_first(a): ...
def test_second(b, a, c): ...
def test_third(a, c): ...
def test_other(b): ...
"""
    )
    result = run("-o", f"docker_overlap={mode}")
    result.assert_outcomes(errors=3, passed=1)
    assert engine.made() == ["aa", "bb"]
    assert result.stdout.str().count("E   pytest_docker_tools.exceptions.ContainerFailed: Container 'aa'") == 3
    assert "failed as well" not in result.stdout.str()


def test_after_a_known_failure_nothing_is_begun(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """Where a fixture that has failed for its scope comes first, nothing after it is begun."""
    pytester.makepyfile(
        HEADER
        + """
@pytest.fixture(scope='module')
def fails():
    raise ValueError

a = container(image='app', name='aa')
b = container(image='app', name='bb')

def test_first(fails): ...
def test_second(fails, a, b): ...
def test_third(a, b): ...
"""
    )
    run("-o", "docker_overlap=graph").assert_outcomes(errors=2, passed=1)
    assert sorted(engine.made()) == ["aa", "bb"]


def test_a_skip_of_a_wide_scope(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """A fixture that skips for its scope skips each test of it, for which nothing is made."""
    pytester.makepyfile(
        HEADER
        + """
@pytest.fixture(scope='module')
def skips():
    pytest.skip('not today')

a = container(image='app', name='aa', scope='module')
b = container(image='app', name='bb')

def test_first(skips, a, b): ...
def test_second(skips, a, b): ...
"""
    )
    run().assert_outcomes(skipped=2)
    assert engine.made() == []


REFERS_WEAKLY = """
import gc, weakref
values = []

class Value: ...

@pytest.fixture
def plain():
    value = Value()
    values.append(weakref.ref(value))
    return value

a = container(image='app', name='aa', environment=lambda plain: {'A': 'a'})
b = container(image='app', name='bb', environment=lambda plain: {'B': 'b'})

def test_first(plain, a, b):
    values.extend([weakref.ref(a), weakref.ref(b)])

def test_second(docker_client):
    gc.collect()
    assert [value() for value in values] == [None] * 3
"""


def test_nothing_is_kept_of_a_test(
    pytester: pytest.Pytester, run: Run, engine: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a test nothing refers to what its fixtures gave, so that a long run does not grow."""
    conductors = []
    begin = Conductor.begin

    def begin_and_note(self: Conductor, item: pytest.Item) -> None:
        conductors.append(self)
        begin(self, item)

    monkeypatch.setattr(Conductor, "begin", begin_and_note)
    pytester.makepyfile(HEADER + REFERS_WEAKLY)
    run().assert_outcomes(passed=2)
    [*_, last] = conductors
    assert last._begun == []
    assert last._forecast is None
    assert last._patience is None
    assert last.known._outcomes == {}
