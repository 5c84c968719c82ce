"""What a test's names, marks and classes stand for is foreseen as pytest has it, in whole runs of pytest.

A container that was begun for nothing would be one too many among those that were made.
"""

from __future__ import annotations

import pytest

from ...conftest import Run
from ..conftest import HEADER, TWO, Stage, side_by_side


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
