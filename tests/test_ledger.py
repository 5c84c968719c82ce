"""The ledger knows what fixtures have made, for which scope, during which test."""

from __future__ import annotations

import pytest

from pytest_docker_tools.exceptions import EngineError
from pytest_docker_tools.testing import MemoryEngine, MemoryImage

from .conftest import Run

HEADER = "from pytest_docker_tools import *\nfrom pytest_docker_tools import ledger\nimport pytest\n"


def test_every_kind_is_noted(pytester: pytest.Pytester, run: Run) -> None:
    """Containers, networks and volumes are noted as they are made, with fixture, id, scope and test."""
    pytester.makepyfile(
        HEADER
        + """
net = network(scope='session')
data = volume()
db = container(image='app', network='{net.name}', volumes={'{data.name}': {'bind': '/data'}})

def test_it(request, db, net, data):
    noted = ledger.of(request.config).entries
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
    """A container whose removal failed is still in the ledger, as it is still on the engine."""
    engine.fail("remove", EngineError("it broke"))
    pytester.makepyfile(
        HEADER
        + """
db = container(image='app')

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
