"""Fixtures as pytest sees them: dependencies, scopes, overriding, names, places."""

from __future__ import annotations

import pytest

from pytest_docker_tools.testing import MemoryEngine

from .conftest import Run

IMPORTS = "import pytest\nfrom pytest_docker_tools import *\n"


def project(pytester: pytest.Pytester, test: str, conftest: str = "") -> None:
    pytester.makepyfile(test_it=IMPORTS + test)
    pytester.makeconftest(IMPORTS + conftest)


def created(engine: MemoryEngine, verb: str = "create_container") -> int:
    return len([name for name, _ in engine.calls if name == verb])


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


def test_every_way_to_name_a_fixture(pytester: pytest.Pytester, run: Run) -> None:
    """Fixtures with a name of their own, imported under another one, from a helper, and made later, are all found."""
    pytester.makepyfile(
        library=IMPORTS
        + """
shared = container(image='app', environment={'WHO': 'shared'})

def pair():
    base = container(image='app', environment={'WHO': 'base'})
    return base, container(image='app', environment={'BASE': lambda base: base.env['WHO']})
"""
    )
    project(
        pytester,
        """
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
""",
    )
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


@pytest.mark.parametrize("holder", ["test_it.py", "conftest.py"])
@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ("container(image='app', enviroment={})", "no keyword 'enviroment'. Did you mean 'environment'?"),
        ("container(image='app', detach=False)", "no keyword 'detach'"),
        ("container(image='app', command='echo {')", "command=...*'echo {' is no template*{{"),
        ("container(image='app', labels={'json': '{\"a\": 1}'})", "labels=...*is*{{"),
        ("container()", "needs an image"),
        ("fetch()", "needs a repository"),
        ("build()", "needs a folder"),
        ("build(pth='x')", "no keyword 'pth'. Did you mean 'path'?"),
        ("network(drivr='x')", "no keyword 'drivr'. Did you mean 'driver'?"),
        ("volume(lables={})", "no keyword 'lables'. Did you mean 'labels'?"),
        ("fetch(repo='x')", "no keyword 'repo'"),
        ("image(nam='x')", "no keyword 'nam'. Did you mean 'name'?"),
        ("image()", "needs a name"),
        ("container(image='x', scop='session')", "no keyword 'scop'. Did you mean 'scope'?"),
        ("volume(initial_contents={})", "Did you mean 'initial_content'?"),
        ("fxtr('a b')", "name of a fixture"),
        ("fxtr('class')", "name of a fixture"),
        ("container(image='app', wrapper_class=5)", "wrapper_class=...*takes a class, not 5"),
        ("image_or_build('K', pth='x')", "image_or_build() has no keyword 'pth'. Did you mean 'path'?"),
        ("container(image='app', command='{class}')", "command=...*'{class}'*begins with no name*"),
        ("container(image='app', fixture_name=5)", "takes the name of the fixture, not 5"),
        ("container(image='app', scope='test')", "scope=...*one of session, package, module, class, function*"),
        ("container(image='app', scope=5)", "scope=...*not 5"),
        ("container(image='app', ports={80: None}, network_mode='host')", "ports=...*no meaning*'host'*"),
        ("build(fileobj='FROM scratch')", "fileobj=...*takes a file, or bytes*"),
        ("image_or_build(environ_key=5, path='x')", "name of an environment variable, not 5"),
    ],
)
def test_what_cannot_be_meant_is_refused_where_it_is_written(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, holder: str, definition: str, message: str
) -> None:
    """An unknown keyword or a string that is no template is an error at the line of the factory's call, at import."""
    line = f"\nit = {definition}\n"
    in_test = holder == "test_it.py"
    project(pytester, (line if in_test else "") + "def test_it(): ...", "" if in_test else line)
    result = run()
    output = result.stdout.str() + result.stderr.str()
    lines = pytest.LineMatcher(output.splitlines())
    lines.fnmatch_lines([f"*{holder}:*", f"E  *{message.replace('[', '[[]')}*"] if in_test else [f"E  *{message}*"])
    assert "INTERNALERROR" not in output
    assert result.ret != 0
    assert engine.calls == []


@pytest.mark.parametrize("holder", ["test_it.py", "conftest.py"])
@pytest.mark.parametrize(
    ("definition", "lines"),
    [
        (
            "container(image='app', dns=['{fakedns.ips.primary}'])",
            ["container(dns=...) at *:5 refers to a fixture 'fakedns'*{{*", "*fixture 'fakedns' not found*"],
        ),
        (
            "container(image='app', command='{base.nothing}')",
            ["*E *container(command=...) at *'{base.nothing}'*nothing*"],
        ),
        ("container(image='app', command='{base.attrs[nothing]}')", ["*E *container(command=...)*no key 'nothing'*"]),
        ("container(image=image(name='app'))", ["*E *container(image=...)*assign it to a name first*"]),
        ("container(image='app', command=lambda base: base.oops)", ["*E *AttributeError*oops*"]),
        ("container(image='app', timeout='{base.id}')", ["*E *timeout*seconds*"]),
        ("container(image='app', timeout=-1)", ["*E *timeout*seconds*not -1*"]),
        ("container(image='app', timeout=float('nan'))", ["*E *timeout*seconds*not nan*"]),
        (
            "container(image='app', wrapper_class=lambda made: None)",
            ["*E *subclass of *wrappers.Container*'NoneType'*"],
        ),
        ("build(fileobj=lambda base: 'FROM scratch')", ["*E *fileobj=...*takes a file, or bytes*"]),
        ("container(image=pytest.fixture(name='my-image')(lambda: 1))", ["*E *image=...*'my-image'*name cannot be*"]),
        ("volume(initial_content=5)", ["*E *dict of names and contents, not as int*"]),
        ("volume(initial_content={5: b''})", ["*E *name of a file is a string, not 5*"]),
        ("container(image='app', files={'a': b''})", ["*E *UsageError*'a' is no path in a container*"]),
        ("build(fileobj=b'FROM scratch', stages=5)", ["*E *stages=...*dict of stages and tags, not int*"]),
        ("container(image='app', environment={'A': b'[xff]'})".replace("[", chr(92)).replace("]", ""), ["*E *UTF-8*"]),
    ],
)
def test_a_reference_that_leads_nowhere_is_an_error_of_its_fixture(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, holder: str, definition: str, lines: list[str]
) -> None:
    """An unknown fixture, attribute or key is reported for the tests that need it, with factory, keyword and text."""
    written = f"\nbase = image(name='app')\nit = {definition}\n"
    in_test = holder == "test_it.py"
    tests = "def test_it(it): ...\ndef test_other(base): ..."
    project(pytester, (written if in_test else "") + tests, "" if in_test else written)
    result = run()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(lines)
    assert not engine.containers


def test_the_traceback_ends_at_the_users_line(pytester: pytest.Pytester, run: Run) -> None:
    """The report of an error of ours shows the line that called the factory, and none of our own code."""
    project(pytester, "\n\nmissing = container(\n    image='nowhere',\n)\ndef test_it(missing): ...")
    result = run()
    result.stdout.fnmatch_lines(
        ["*missing = container(*", "E  *ImageNotFound*fetch(repository='nowhere')*", "test_it.py:5: *"]
    )
    result.stdout.no_fnmatch_line("*pytest_docker_tools/*")
