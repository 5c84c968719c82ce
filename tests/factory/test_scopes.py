"""When pytest sets up a fixture: scopes, classes, autouse; and what it lists without setting it up."""

from __future__ import annotations

import pytest

from pytest_docker_tools.testing import MemoryEngine

from ..conftest import Run
from .conftest import created, project


def test_scope(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A container is made as often as pytest sets up a fixture of its scope, also of one that a function chooses."""
    project(
        pytester,
        """
def choose(fixture_name, config):
    assert fixture_name == 'chosen'
    return 'session'

each = container(image='app')
once = container(image='app', scope='module')
chosen = container(image='app', scope=choose)

@pytest.mark.parametrize('turn', range(3))
def test_turn(turn, each, once, chosen):
    assert each.status == once.status == chosen.status == 'running'
""",
    )
    run().assert_outcomes(passed=3)
    assert created(engine) == 5


def test_in_unittest_classes(pytester: pytest.Pytester, run: Run) -> None:
    """Factories in the body of a unittest.TestCase get all their arguments."""
    project(
        pytester,
        """
import unittest

class TestIt(unittest.TestCase):
    db = container(image='app', name='the-db', scope='class')
    api = container(image='app', environment={'DB': '{db.name}'}, scope='class')

    @pytest.fixture(autouse=True)
    def take(self, api):
        self.taken = api

    def test_it(self):
        assert self.taken.env['DB'] == 'the-db'
""",
    )
    run().assert_outcomes(passed=1)


def test_wide_scopes_in_a_class(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A factory in a class body may have a scope wider than a function, and pytest has nothing to warn of."""
    project(
        pytester,
        """
class TestIt:
    base = image(name='app')
    db = container(image='{base.id}', scope='class')
    each = container(image=base, environment={'DB': '{db.name}'})

    @pytest.mark.parametrize('turn', [1, 2])
    def test_it(self, turn, each, db):
        assert each.env['DB'] == db.name
""",
    )
    run("-W", "error").assert_outcomes(passed=2)
    assert created(engine) == 3


def test_autouse(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """An autouse container is made for tests that do not ask for it."""
    project(pytester, "db = container(image='app', autouse=True)\ndef test_it():\n    pass")
    run().assert_outcomes(passed=1)
    assert created(engine) == 1


@pytest.mark.parametrize("arguments", [("--collect-only",), ("--setup-plan",), ("--fixtures",), ("-k", "nothing")])
def test_nothing_is_contacted_before_a_test_runs(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, arguments: tuple[str, ...]
) -> None:
    """Collecting, planning and listing make no call to the engine."""
    project(pytester, "db = container(image='app', scope='session')\ndef test_it(db):\n    pass")
    run(*arguments)
    assert engine.calls == []


def test_a_skipped_test_makes_nothing(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A test that is skipped makes no container."""
    project(pytester, "db = container(image='app')\n@pytest.mark.skip\ndef test_it(db):\n    pass")
    run().assert_outcomes(skipped=1)
    assert engine.calls == []


def test_listings_show_the_users_line(pytester: pytest.Pytester, run: Run) -> None:
    """`--fixtures` names the user's file and line, and no values."""
    project(pytester, "\n\ndb = container(image='app', environment={'PASSWORD': 'hunter2'})\ndef test_it(db): ...")
    result = run("--fixtures")
    # pytest 8.0 adds one, as a decorator is a line above the function.
    result.stdout.fnmatch_lines(["db -- test_it.py:[56]"])
    result.stdout.no_fnmatch_line("*hunter2*")


def test_setup_show_names_the_real_dependencies(pytester: pytest.Pytester, run: Run) -> None:
    """`--setup-show` shows a container after the fixtures that it refers to."""
    project(pytester, "base = image(name='app')\ndb = container(image='{base.id}')\ndef test_it(db): ...")
    run("--setup-show").stdout.fnmatch_lines(["*SETUP    S base (*", "*SETUP    F db (fixtures used: base, *"])
