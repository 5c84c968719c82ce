"""What tests and fixtures with parameters need is foreseen as pytest has it, in whole runs of pytest.

A container that was begun for nothing would be one too many among those that were made.
"""

from __future__ import annotations

import threading

import pytest

from ...conftest import Run
from ..conftest import HEADER, TWO, Stage


def test_parametrised_tests(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """The arguments of a parametrised test are known before it, so that what needs one is begun with the others."""
    engine.meet("create_container other", "create_container one", "create_container two")
    pytester.makepyfile(
        HEADER
        + """
a = container(image='app', name='{which}')
b = container(image='app', name='{also}')
other = container(image='app', name='other')

@pytest.mark.parametrize(('which', 'also'), [('one', 'two'), ('three', 'four')])
def test_it(other, a, b, which, also):
    assert (a.name, b.name) == (which, also)
    note('over')
"""
    )

    def release() -> None:
        if "over" not in engine.events:
            barrier.wait(20)

    barrier = threading.Barrier(3)
    engine.holds = {f"create_container {name}": release for name in ("other", "one", "two")}
    run().assert_outcomes(passed=2)
    assert sorted(engine.made()) == sorted(["other", "one", "two", "other", "three", "four"])


def test_an_argument_in_place_of_a_fixture(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """Where a test's own arguments stand in place of a container, that is not made."""
    pytester.makepyfile(
        HEADER
        + TWO
        + "c = container(image='app', name='cc', environment={'A': '{a}'})\n"
        + "@pytest.mark.parametrize('a', ['text'])\ndef test_it(a, b, c):\n    assert c.env['A'] == 'text'"
    )
    run().assert_outcomes(passed=1)
    assert sorted(engine.made()) == ["bb", "cc"]


def test_indirect_parameters(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """Parameters reach plain fixtures, also of a wide scope, and what depends on one is made once for each."""
    pytester.makepyfile(
        HEADER
        + """
@pytest.fixture(scope='session', params=['x', 'y'])
def which(request):
    return request.param

@pytest.fixture
def direct(request):
    return request.param

a = container(image='app', name='a-{which}', scope='session')
b = container(image='app', name='b-{a.name}', scope='session')
c = container(image='app', name='c-{direct}')
d = container(image='app', name='dd')
e = container(image='app', name='e-{which}')

def test_one(a, b, d):
    assert b.name == f'b-{a.name}'

@pytest.mark.parametrize('direct', ['p', 'q'], indirect=True)
def test_two(d, b, c, direct, which, e):
    assert (b.name, c.name, e.name) == (f'b-a-{which}', f'c-{direct}', f'e-{which}')
"""
    )
    run().assert_outcomes(passed=6)
    wide = [name for name in engine.made() if name.startswith(("a-", "b-"))]
    assert wide == ["a-x", "b-a-x", "a-y", "b-a-y"]
    events = engine.told("create_container", "remove")
    assert events.index("remove b-a-x ends") < events.index("remove a-x begins")
    assert events.index("remove a-x ends") < events.index("create_container a-y begins")
    assert engine.made().count("dd") == 6
    assert sorted(name for name in engine.made() if name.startswith("e-")) == ["e-x", "e-x", "e-y", "e-y"]


@pytest.mark.parametrize("mode", ["ordered", "graph"])
def test_arguments_of_a_wide_scope(pytester: pytest.Pytester, run: Run, engine: Stage, mode: str) -> None:
    """What was made for another argument of a module's tests is not taken for what comes next."""
    pytester.makepyfile(
        HEADER
        + """
a = container(image='app', name='a-{which}', scope='module')
b = container(image='app', name='b-{a.name}')
c = container(image='app', name='cc')

@pytest.mark.parametrize('which', ['x', 'y'], scope='module')
def test_it(a, c, b, which):
    assert b.name == f'b-a-{which}'
"""
    )
    run("-o", f"docker_overlap={mode}").assert_outcomes(passed=2)
    assert sorted(engine.made()) == ["a-x", "a-y", "b-a-x", "b-a-y", "cc", "cc"]
    events = engine.told("create_container", "remove")
    assert events.index("remove a-x ends") < events.index("create_container a-y begins")


@pytest.mark.parametrize("how", ["", ", indirect=True"])
@pytest.mark.parametrize("mode", ["ordered", "graph"])
def test_what_is_about_to_change_is_not_used(
    pytester: pytest.Pytester, run: Run, engine: Stage, mode: str, how: str
) -> None:
    """What a test will have anew, for another parameter, is waited for while wider ones are made before it."""
    pytester.makepyfile(
        HEADER
        + f"""
@pytest.fixture(scope='module')
def which(request):
    return request.param

a = container(image='app', name='a-{{which}}', scope='module')
b = container(image='app', name='b-{{a.name}}')
c = container(image='app', name='c-{{which}}')
wide = container(image='app', name='wide', scope='session')

@pytest.mark.parametrize('which', ['x'], scope='module'{how})
def test_one(a, which): ...

@pytest.mark.parametrize('which', ['y'], scope='module'{how})
def test_two(wide, a, b, c, which):
    assert (a.name, b.name, c.name) == ('a-y', 'b-a-y', 'c-y')
"""
    )
    run("-o", f"docker_overlap={mode}").assert_outcomes(passed=2)
    assert sorted(engine.made()) == ["a-x", "a-y", "b-a-y", "c-y", "wide"]
    events = engine.told("create_container", "remove")
    assert events.index("remove a-x ends") < events.index("create_container a-y begins")


def test_a_factory_with_parameters_of_its_own(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """A container that a test parametrises is made for each parameter; what needs no parameter is begun meanwhile."""
    engine.after("create_container a-x", "create_container bb begins")
    pytester.makepyfile(
        HEADER
        + """
a = container(image='app', name=lambda request: f'a-{request.param}', scope='module')
b = container(image='app', name='bb', scope='module')

@pytest.mark.parametrize('a', ['x', 'y'], indirect=True)
def test_it(a, b):
    assert a.name in ('a-x', 'a-y')
"""
    )
    run().assert_outcomes(passed=2)
    assert sorted(engine.made()) == ["a-x", "a-y", "bb"]
