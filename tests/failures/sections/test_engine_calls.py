"""What reports ask of the engine, and what they say where that, or the looking, fails."""

from __future__ import annotations

from collections import Counter

import pytest

from pytest_docker_tools.testing import MemoryEngine

from ...conftest import Run
from .conftest import HEADER


def test_a_silent_engine_is_asked_once(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """With three containers on an engine that does not answer, one call is made for the report, which is complete."""
    pytester.makepyfile(
        HEADER
        + """
from pytest_docker_tools.exceptions import DeadlineExceeded

a, b, c = [container(image='db') for _ in range(3)]

def test_it(a, b, c, docker_client):
    docker_client.driver.engine.fail('inspect', DeadlineExceeded('not within 5 seconds'))
    docker_client.driver.engine.calls.clear()
    assert False
"""
    )
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*docker container a*",
            "state:  unknown: not within 5 seconds",
            "*docker container b*",
            "state:  unknown: the engine does not answer",
            "*docker container c*",
            "state:  unknown: the engine does not answer",
        ]
    )
    assert [verb for verb, _ in engine.calls] == ["inspect", "remove", "remove", "remove"]


def test_a_report_does_not_fail(pytester: pytest.Pytester, run: Run) -> None:
    """What a wrapper class raises when it is asked is a sentence of the section."""
    pytester.makepyfile(
        HEADER
        + """
from pytest_docker_tools import wrappers

class Odd(wrappers.Container):
    asked = False

    def __getattribute__(self, name):
        if name == 'waits_for' and type(self).asked:
            raise ZeroDivisionError('odd')
        return super().__getattribute__(name)

db = container(image='db', wrapper_class=Odd)

def test_it(db):
    Odd.asked = True
    assert False
"""
    )
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*docker container db*", "It cannot be shown: ZeroDivisionError: odd"])


def test_no_removal_is_held_up_by_a_look(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """Where a container cannot be looked at before its removal, whatever the reason, it is removed all the same."""
    pytester.makepyfile(
        HEADER
        + """
from pytest_docker_tools import wrappers

class Odd(wrappers.Container):
    asked = False

    @property
    def attrs(self):
        if self.asked:
            raise ZeroDivisionError('odd')
        return super().attrs

db = container(image='db', wrapper_class=Odd)

@pytest.fixture
def closed(db):
    yield
    assert False

def test_it(db, closed):
    db.asked = True
"""
    )
    result = run()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*docker container db*", "It cannot be shown: ZeroDivisionError: odd"])
    assert not engine.containers


PASSING = """
net = network()
data = volume(name='data')
db = container(image='db', network='{net.name}', volumes={'{data.name}': {'bind': '/data'}})

@pytest.fixture
def connection(db):
    return object()

@pytest.fixture
def closed(db):
    yield

"""


@pytest.mark.parametrize(
    ("test", "reads"),
    [
        ("@pytest.mark.parametrize('one', [1])\ndef test_it(one, connection, tmp_path, monkeypatch): ...", 0),
        ("def test_it(closed): ...", 1),
        ("def test_it(db, request): ...", 1),
        ("class TestIt:\n    def teardown_method(self): ...\n    def test_it(self, db): ...", 1),
    ],
)
@pytest.mark.parametrize("logs", ["tail", "none"])
def test_what_a_passing_test_asks_of_the_engine(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, test: str, reads: int, logs: str
) -> None:
    """Reports cost a passing test no call, or one reading of each log where its teardown may fail too late for that."""
    pytester.makepyfile(HEADER + PASSING + test)
    run(f"--docker-logs={logs}").assert_outcomes(passed=1)
    # The volume's name can be told, and a test that has the request may ask the engine.
    removals = {"remove": 3} if "request" in test else {"begin_removal": 2, "remove": 1}
    made = {"create_network": 1, "create_volume": 1, "create_container": 1, "start": 1, **removals}
    # For the values of the fixtures, a volume whose name may be taken, and readiness; what a killed run may have left.
    expected = {**made, "inspect": 5, "ids": 3, "logs": reads if logs == "tail" else 0}
    counted = Counter(verb for verb, _ in engine.calls if verb != "version")
    assert counted == {verb: count for verb, count in expected.items() if count}
