"""Fixtures that refer to others: dependencies, overriding, parameters, names, places."""

from __future__ import annotations

import pytest

from pytest_docker_tools.testing import MemoryEngine

from ..conftest import Run
from .conftest import IMPORTS, created, project


def test_references_are_dependencies(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """Fixtures that keywords refer to, in any form, are set up first, and their values are used."""
    project(
        pytester,
        """
net = network()
db = container(image='app', network='{net.name}')

@pytest.fixture
def settings(db):
    return {'DB': db.ips.primary, 'EMPTY': ''}

api = container(image='app', environment=fxtr('settings'), labels={'db': '{db.id}'})
other = container(image='app', environment=settings, command=lambda db: ['run', db.name])

def test_api(api, other, db):
    assert api.env['DB'] == db.ips.primary
    assert api.env['EMPTY'] == ''
    assert api.labels['db'] == db.id
    assert other.env['DB'] == db.ips.primary
    assert other.attrs['Config']['Cmd'] == ['run', db.name]
""",
    )
    run().assert_outcomes(passed=1)
    assert not engine.containers
    assert created(engine, "create_network") == 1


def test_a_module_overrides_what_a_conftest_has(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A fixture redefined in a module or class takes the place of the conftest's one also for its dependents."""
    project(
        pytester,
        """
db = container(image='app', environment={'WHO': 'module'})

def test_module(api):
    assert api.env['DB'] == 'module'

class TestClass:
    db = container(image='app', environment={'WHO': 'class'})

    def test_class(self, api):
        assert api.env['DB'] == 'class'
""",
        """
db = container(image='app', environment={'WHO': 'conftest'})
api = container(image='app', environment={'DB': '{db.env[WHO]}'})
""",
    )
    run().assert_outcomes(passed=2)
    assert created(engine) == 4


def test_an_override_may_use_what_it_overrides(pytester: pytest.Pytester, run: Run) -> None:
    """A fixture that refers to its own name gets the one that it overrides."""
    project(
        pytester,
        "db = container(image='app', environment={'OUTER': '{db.name}'})\n"
        "def test_it(db):\n    assert db.env['OUTER'] == 'outer'",
        "db = container(image='app', name='outer')",
    )
    run().assert_outcomes(passed=1)


def test_parametrised_fixtures(pytester: pytest.Pytester, run: Run) -> None:
    """Dependents of a parametrised fixture are made once for each parameter."""
    project(
        pytester,
        """
one = container(image='app', environment={'WHO': 'one'})
two = container(image='app', environment={'WHO': 'two'})

@pytest.fixture(params=['one', 'two'])
def db(request):
    return request.getfixturevalue(request.param)

api = container(image='app', environment={'DB': '{db.env[WHO]}'})

def test_api(request, api):
    assert api.env['DB'] == request.node.callspec.params['db']

@pytest.mark.parametrize('word', ['a', 'b'])
def test_direct(word, echo):
    assert echo.env['WORD'] == word

echo = container(image='app', environment={'WORD': '{word}'})
""",
    )
    run().assert_outcomes(passed=4)


# A module that the one below takes fixtures from.
LIBRARY = (
    IMPORTS
    + """
shared = container(image='app', environment={'WHO': 'shared'})

def pair():
    base = container(image='app', environment={'WHO': 'base'})
    return base, container(image='app', environment={'BASE': lambda base: base.env['WHO']})
"""
)
NAMES = """
from library import shared as db, pair

base, on_base = pair()
named = container(image='app', fixture_name='alias', environment={'WHO': 'alias'})

@pytest.fixture(name='plain_alias')
def plain():
    return {'WHO': 'plain'}

uses = container(
    image=lambda later: later.id, environment=plain, labels={'db': '{db.env[WHO]}', 'a': '{alias.env[WHO]}'}
)
of_object = container(image='app', hostname=fxtr('host'))
later = image(name='app')

@pytest.fixture
def host():
    return 'the-host'

def test_names(uses, on_base, of_object):
    assert uses.env['WHO'] == 'plain'
    assert uses.labels['db'] == 'shared'
    assert uses.labels['a'] == 'alias'
    assert on_base.env['BASE'] == 'base'
    assert of_object.attrs['Config']['Hostname'] == 'the-host'
"""


def test_every_way_to_name_a_fixture(pytester: pytest.Pytester, run: Run) -> None:
    """Fixtures with a name of their own, imported under another one, from a helper, and made later, are all found."""
    pytester.makepyfile(library=LIBRARY)
    project(pytester, NAMES)
    run().assert_outcomes(passed=1)


def test_an_image_fixture_may_be_given_itself(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """`image=` takes the image that a fixture object stands for."""
    project(
        pytester,
        """
base = image(name='app')
app = container(image=base)

def test_it(app, base):
    assert app.attrs['Image'] == base.id
""",
    )
    run().assert_outcomes(passed=1)
