"""What is foreseen is what pytest does: with overridden, parametrised and dynamic fixtures, in whole runs of pytest.

A container that was begun for nothing would be one too many among those that were made.
"""

from __future__ import annotations

import threading

import pytest

from ..conftest import Run
from .conftest import Stage

HEADER = "from stage import note, wait_for\nfrom pytest_docker_tools import *\nimport pytest\n"
TWO = "a = container(image='app', name='aa')\nb = container(image='app', name='bb')\n"


def side_by_side(engine: Stage) -> bool:
    """Say whether any call was made beside another one."""
    return {*engine.threads.values()} != {threading.main_thread().name}


def test_the_nearest_fixture_is_the_one(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """Of a name that a conftest, a module and a class have, only the nearest is made, for what needs it as well."""
    pytester.makeconftest(
        HEADER
        + """
a = container(image='app', name='conftest-a')
b = container(image='app', name='bb', environment={'A': '{a.name}'})
other = container(image='app', name='other')
"""
    )
    pytester.makepyfile(
        HEADER
        + """
a = container(image='app', name='module-a')

class TestClass:
    a = container(image='app', name='class-a')

    def test_class(self, a, b, other):
        assert b.env['A'] == a.name == 'class-a'

def test_module(other, b, a):
    assert b.env['A'] == a.name == 'module-a'
"""
    )
    run().assert_outcomes(passed=2)
    assert sorted(engine.made()) == sorted(["class-a", "bb", "other", "module-a", "bb", "other"])
    assert side_by_side(engine)


def test_its_own_name(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """A fixture that overrides another one, and asks for it by its own name, or through others, has that one."""
    pytester.makeconftest(
        HEADER
        + """
a = container(image='app', name='outer')
between = container(image='app', name='between', environment={'A': '{a.name}'})
"""
    )
    pytester.makepyfile(
        HEADER
        + """
a = container(image='app', name='inner', environment={'A': '{between.name}', 'OUTER': '{a.name}'})
b = container(image='app', name='bb')

def test_it(a, b, between):
    assert a.name == 'inner'
    assert a.env['OUTER'] == 'outer'
    assert between.env['A'] == 'outer'
"""
    )
    run().assert_outcomes(passed=1)
    assert sorted(engine.made()) == ["bb", "between", "inner", "outer"]
    assert side_by_side(engine)


def test_the_same_factory_under_two_names(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """One definition that is bound to two names, or imported, is as many fixtures."""
    pytester.makepyfile(library=HEADER + "x = container(image='app')")
    pytester.makepyfile(
        HEADER + "from library import x\ny = z = x\ndef test_it(x, y, z):\n    assert len({x.id, y.id, z.id}) == 3"
    )
    run().assert_outcomes(passed=1)
    assert len(engine.made()) == 3


def test_classes_of_both_kinds(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """Factories in a class, and for a unittest.TestCase, take part, with autouse and usefixtures."""
    engine.meet("create_container aa", "create_container bb")
    pytester.makepyfile(
        HEADER
        + """
from unittest import TestCase

class TestClass:
    a = container(image='app', name='aa')
    b = container(image='app', name='bb', scope='class')

    def test_first(self, a, b):
        assert (a.name, b.name) == ('aa', 'bb')

@pytest.mark.usefixtures('c', 'd')
class Case(TestCase):
    c = container(image='app', name='cc')
    d = container(image='app', name='dd', autouse=True)

    @pytest.fixture(autouse=True)
    def take(self, c, d):
        self.names = c.name, d.name

    def test_it(self):
        assert self.names == ('cc', 'dd')
"""
    )
    engine.meet("create_container cc", "create_container dd")
    run().assert_outcomes(passed=2)


@pytest.mark.parametrize("how", ["mark", "ini", "autouse"])
def test_what_no_argument_names(pytester: pytest.Pytester, run: Run, engine: Stage, how: str) -> None:
    """What a test uses by a mark, by the ini option, or by itself, is begun as well."""
    engine.meet("create_container aa", "create_container bb")
    autouse = ", autouse=True" if how == "autouse" else ""
    mark = "@pytest.mark.usefixtures('a', 'b')\n" if how == "mark" else ""
    fixtures = TWO.replace(")", f"{autouse})")
    pytester.makepyfile(HEADER + fixtures + mark + "def test_it(request): ...")
    run(*(["-o", "usefixtures=a b"] if how == "ini" else [])).assert_outcomes(passed=1)


def test_doctests(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """Doctests have their containers side by side as well."""
    engine.meet("create_container aa", "create_container bb")
    pytester.makeconftest(HEADER + TWO.replace(")", ", autouse=True)"))
    pytester.makefile(".txt", test_it=">>> 1 + 1\n2\n")
    pytester.makepyfile(module='"""\n>>> 1 + 1\n2\n"""')
    run("--doctest-modules").assert_outcomes(passed=2)


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
