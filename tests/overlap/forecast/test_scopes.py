"""How often something is made, and when, is foreseen as pytest has it, in whole runs of pytest.

A container that was begun for nothing would be one too many among those that were made.
"""

from __future__ import annotations

import pytest

from ...conftest import Run
from ..conftest import HEADER, TWO, Stage, side_by_side


def test_what_wants_the_request_is_made_at_its_turn(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """Nobody but pytest can give the request, for which a container waits, and nothing else does."""
    engine.after("create_container aa", "create_container bb begins")
    pytester.makepyfile(
        HEADER
        + """
a = container(image='app', name=lambda request: request.fixturename * 2)
b = container(image='app', name='bb')
c = container(image='app', name=lambda request: request.fixturename * 2, environment={'B': '{b.name}'})

def test_it(a, b, c):
    assert (a.name, c.name) == ('aa', 'cc')
"""
    )
    run().assert_outcomes(passed=1)


def test_scopes(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """Each container is made as often as its scope asks for, also where a function tells that."""
    pytester.mkpydir("package")
    pytester.makeconftest(
        HEADER
        + "".join(
            f"{scope}_ = container(image='app', name='{scope}', scope='{scope}')\n"
            for scope in ("session", "package", "module", "class", "function")
        )
        + "told = container(image='app', name='told', scope=lambda fixture_name, config: 'module')\n"
    )
    tests = """
class TestOne:
    def test_a(self, session_, package_, module_, class_, function_, told): ...
    def test_b(self, function_, class_, module_, package_, session_, told): ...

class TestTwo:
    def test_a(self, class_, function_): ...

def test_alone(class_, function_): ...
"""
    pytester.makepyfile(test_one=tests, test_two=tests)
    inner = "import pytest\npytestmark = pytest.mark.usefixtures('inner')\n"
    inner_factory = "from pytest_docker_tools import *\ninner = container(image='app', name='inner', scope='package')"
    pytester.makepyfile(
        **{
            "package/conftest": inner_factory,
            "package/test_three": inner + tests,
            "package/test_four": inner + tests,
        }
    )
    run().assert_outcomes(passed=16)
    counts = {name: engine.made().count(name) for name in engine.made()}
    assert counts == {"session": 1, "package": 1, "inner": 1, "module": 4, "class": 12, "function": 16, "told": 4}
    assert side_by_side(engine)


@pytest.mark.parametrize("scope", ["function", "class", "module", "session"])
def test_each_scope_is_foreseen(pytester: pytest.Pytester, run: Run, engine: Stage, scope: str) -> None:
    """Whatever their scope, of a test or of a class, containers are made side by side, each only once for it."""
    engine.meet("create_container aa", "create_container bb")
    engine.meet("create_container cc", "create_container dd")
    pytester.makepyfile(
        HEADER
        + "".join(f"{name} = container(image='app', name='{name * 2}', scope='{scope}')\n" for name in "abcd")
        + "def test_it(a, b): ...\nclass TestClass:\n    def test_it(self, c, d): ...\n"
    )
    run().assert_outcomes(passed=2)
    assert sorted(engine.made()) == ["aa", "bb", "cc", "dd"]


def test_another_order_of_tests(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """Where a plugin has put the tests in another order, each has what it needs, and nothing is made twice."""
    pytester.makeconftest("def pytest_collection_modifyitems(items):\n    items.sort(key=lambda item: item.name[::-1])")
    pytester.makepyfile(
        test_one=HEADER
        + "a = container(image='app', name='aa', scope='module')\nb = container(image='app', name='bb')\n"
        + "".join(f"def test_{name}(a, b): ...\n" for name in ("x1", "y2", "z3")),
        test_two="def test_y1(): ...\ndef test_x3(): ...\n",
    )
    run().assert_outcomes(passed=5)
    assert engine.made().count("bb") == 3


@pytest.mark.parametrize("order", ["plain, a, b", "a, plain, b", "a, b, plain"])
@pytest.mark.parametrize("mode", ["ordered", "graph", "off"])
def test_what_a_fixture_gets_at_run_time(
    pytester: pytest.Pytester, run: Run, engine: Stage, order: str, mode: str
) -> None:
    """A plain fixture, and a test, get with getfixturevalue what all others have."""
    pytester.makepyfile(
        HEADER
        + TWO
        + f"""
late = container(image='app', name='late', environment={{'A': '{{a.name}}'}})

@pytest.fixture
def plain(request):
    return request.getfixturevalue('b')

def test_it(request, {order}):
    assert plain is b
    assert request.getfixturevalue('a') is a
    assert request.getfixturevalue('late') is request.getfixturevalue('late')
"""
    )
    run("-o", f"docker_overlap={mode}").assert_outcomes(passed=1)
    assert sorted(engine.made()) == ["aa", "bb", "late"]


def test_repeated_attempts(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """Where a plugin runs a test once more, its containers are made once more, side by side, and nothing is left."""
    pytester.makeconftest(
        """
import pytest
from _pytest.runner import runtestprotocol

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    for _ in range(2):
        for report in runtestprotocol(item, log=False, nextitem=nextitem):
            item.ihook.pytest_runtest_logreport(report=report)
    return True
"""
    )
    pytester.makepyfile(
        HEADER
        + TWO
        + "wide = container(image='app', name='wide', scope='module')\n"
        + "def test_it(a, wide, b):\n    assert False\ndef test_other(wide): ...\n"
    )
    run().assert_outcomes(failed=2, passed=2)
    assert sorted(engine.made()) == ["aa", "aa", "bb", "bb", "wide", "wide"]
