"""The ledger knows what fixtures have made, for which scope, during which test."""

from __future__ import annotations

import pytest

from pytest_docker_tools.exceptions import EngineError
from pytest_docker_tools.testing import MemoryEngine, MemoryImage

from .conftest import Run

HEADER = """
import pytest
from pytest_docker_tools import *
from pytest_docker_tools import ledger
from pytest_docker_tools.closure import asked_for
"""


def test_every_kind_is_noted(pytester: pytest.Pytester, run: Run) -> None:
    """Containers, networks and volumes are noted as they are made, with fixture, id, scope and test."""
    pytester.makepyfile(
        HEADER
        + """
net = network(scope='session')
data = volume()
db = container(image='app', network='{net.name}', volumes={'{data.name}': {'bind': '/data'}})

def test_it(request, db, net, data):
    noted = ledger.of(request.config).used_by(request.node)
    assert [(one.kind, one.fixture, one.ref) for one in noted] == [
        ('network', 'net', net.id), ('volume', 'data', data.name), ('container', 'db', db.id)
    ]
    assert [one.node for one in noted] == [request.session, request.node, request.node]
    assert {one.made_during for one in noted} == {request.node.nodeid}
    assert [one.container for one in noted] == [None, None, db]
    assert all(one.created[0] <= one.created[1] for one in noted)
"""
    )
    run().assert_outcomes(passed=1)


def test_what_a_test_uses(pytester: pytest.Pytester, run: Run) -> None:
    """A test uses what its fixtures have, directly or not, and what it got at run time, and nothing else."""
    pytester.makepyfile(
        HEADER
        + """
db = container(image='app', scope='session')
api = container(image='app', environment={'DB': '{db.name}'})
other = container(image='app', scope='session')
late = container(image='app', scope='module')

def used(request):
    return [entry.fixture for entry in ledger.of(request.config).used_by(request.node)]

def test_other(request, other):
    assert used(request) == ['other']

def test_closure(request, api):
    assert used(request) == ['db', 'api']

def test_run_time(request):
    assert used(request) == []
    request.getfixturevalue('late')
    assert used(request) == ['late']

def test_later(request):
    assert used(request) == []
    request.getfixturevalue('late')
    assert used(request) == ['late']
"""
    )
    run().assert_outcomes(passed=4)


def test_what_is_over_is_forgotten(pytester: pytest.Pytester, run: Run) -> None:
    """With the next test, what was removed is forgotten, and what lives on is not."""
    pytester.makepyfile(
        HEADER
        + """
wide = container(image='app', scope='session')
narrow = container(image='app')

def test_first(wide, narrow): ...

def test_second(request):
    assert [entry.fixture for entry in ledger.of(request.config).entries] == ['wide']
"""
    )
    run().assert_outcomes(passed=2)


def test_what_failed_is_remembered_for_its_scope(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """What could not be set up is known as long as pytest tells the failure to tests."""
    engine.add_image("broken", MemoryImage(exits_with=4))
    body = "db = container(image='broken', scope='module')\ndef test_first(db): ...\ndef test_second(db): ...\n"
    other = (
        "def test_later(request):\n    assert ledger.of(request.config).entries == []\n"
        "    assert ledger.of(request.config).used_by(request.node) == []\n"
    )
    pytester.makepyfile(test_a=HEADER + body, test_b=HEADER + other)
    result = run()
    result.assert_outcomes(errors=2, passed=1)
    assert result.stdout.str().count(" docker container db ") == 2


def test_what_could_not_be_removed_is_remembered(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A container that could not be removed with its fixture is still in the ledger, as it is still on the engine."""
    engine.fail("remove", EngineError("it broke"))
    pytester.makepyfile(
        HEADER
        + """
db = container(image='app', name='db')

def test_first(db): ...

def test_second(request):
    assert [(entry.fixture, entry.removed) for entry in ledger.of(request.config).entries] == [('db', False)]
"""
    )
    run().assert_outcomes(passed=2, errors=1)


def test_what_is_reused_is_over_with_its_fixture(pytester: pytest.Pytester, run: Run) -> None:
    """A container that a run uses again is noted without a time of creation, and forgotten after its fixture."""
    pytester.makepyfile(
        HEADER
        + """
db = container(image='app', name='kept')

def test_first(request, db):
    [entry] = ledger.of(request.config).entries
    assert entry.ref == db.id
    print('created', entry.created)

def test_second(request):
    assert ledger.of(request.config).entries == []
"""
    )
    run("--reuse-containers").assert_outcomes(passed=2)
    result = run("--reuse-containers", "-s")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*created None"])


def test_a_repeated_attempt_has_its_own_containers(pytester: pytest.Pytester, run: Run) -> None:
    """Where a test is run once more, the containers of the attempt before are forgotten."""
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
    pytester.makepyfile(HEADER + "db = container(image='app')\ndef test_it(db):\n    assert False")
    result = run()
    result.assert_outcomes(failed=2)
    assert result.stdout.str().count(" docker container db ") == 2


BEHIND = """
def behind(request):
    return [entry.fixture for entry in ledger.of(request.config).behind(asked_for(request))]
"""


def test_what_is_behind_a_fixture(pytester: pytest.Pytester, run: Run) -> None:
    """What a fixture needs is behind it, also through plain fixtures and at run time; what else there is, is not."""
    pytester.makepyfile(
        HEADER
        + BEHIND
        + """
net = network(scope='session')
data = volume()
other = container(image='app')
db = container(image='app', network='{net.name}', volumes={'{data.name}': {'bind': '/data'}})

@pytest.fixture
def address(db): return db.name

api = container(image='app', environment={'DB': '{address}'})

@pytest.fixture
def first(request, net): return behind(request)

@pytest.fixture
def all(request, api): return behind(request)

def test_one(other, first): assert first == ['net']
def test_all(other, all): assert all == ['net', 'data', 'db', 'api']
def test_at_run_time(request): assert request.getfixturevalue('all') == ['net', 'data', 'db', 'api']
"""
    )
    run().assert_outcomes(passed=3)


def test_behind_a_fixture_of_the_same_name(pytester: pytest.Pytester, run: Run) -> None:
    """Of containers whose fixtures have one name, those are behind a fixture that it gets, directly or not."""
    pytester.makeconftest(
        HEADER
        + "kept = container(image='app', environment={'LEVEL': '1'})\n"
        + "asks = container(image='app', environment={'NEEDS': '{kept.name}'})\n"
    )
    pytester.makepyfile(
        HEADER
        + """
kept = container(image='app', environment={'LEVEL': '2', 'NEEDS': '{kept.name}'})

def levels(request):
    found = ledger.of(request.config).behind(asked_for(request))
    return [entry.container.env['LEVEL'] for entry in found if entry.fixture == 'kept']

@pytest.fixture
def outer(request, kept): return levels(request)

class TestIt:
    @pytest.fixture
    def kept(self, kept): return kept

    @pytest.fixture
    def outer(self, request, asks): return levels(request)

    def test_inside(self, outer): assert outer == ['1', '2']

def test_outside(request, outer):
    assert outer == ['1', '2']
    assert request.getfixturevalue('outer') == outer
"""
    )
    run().assert_outcomes(passed=2)


def test_behind_fixtures_of_several_tests(pytester: pytest.Pytester, run: Run) -> None:
    """What an earlier test has set up is behind a fixture, and what is over is not, nor what it makes itself."""
    pytester.makeconftest(
        HEADER
        + BEHIND
        + """
seen = []

@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef, request):
    value = yield
    if fixturedef.argname == 'api':
        behind = ledger.of(request.config).behind(asked_for(request))
        seen.append([(entry.fixture, entry.container.env['N']) for entry in behind])
    return value

@pytest.fixture
def told(): return seen
"""
    )
    pytester.makepyfile(
        HEADER
        + """
@pytest.fixture(params=['1', '2'], scope='module')
def number(request): return request.param

wide = container(image='app', scope='session', environment={'N': '0'})
db = container(image='app', scope='module', environment={'N': '{number}'})
api = container(image='app', environment={'N': '3', 'DB': '{db.name}', 'WIDE': '{wide.name}'})

def test_first(wide): ...
def test_it(told, number, api): assert told[-1] == [('wide', '0'), ('db', number)]
def test_again(told, number, api): assert told[-1] == [('wide', '0'), ('db', number)]
"""
    )
    run().assert_outcomes(passed=5)
