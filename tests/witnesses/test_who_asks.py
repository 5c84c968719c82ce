"""Tests and fixtures that ask the engine, or change a network, see nothing of the test before."""

from __future__ import annotations

from collections import Counter

import pytest

from pytest_docker_tools.testing import MemoryEngine

from ..conftest import Run
from .conftest import AT_ONCE, HEADER, LATER, TEST, how

LOOKS = """
def there(docker_client): return len(docker_client.containers.list(all=True))
it = container(image='app')
def test_first(it): ...
"""


@pytest.mark.parametrize(
    "test",
    [
        "def test_it(docker_client): assert there(docker_client) == 0",
        "def test_it(request): assert there(request.getfixturevalue('docker_client')) == 0",
        "@pytest.fixture\ndef asks(docker_client): return there(docker_client)\ndef test_it(asks): assert asks == 0",
        "@pytest.fixture\ndef docker_client(docker_client):\n    assert there(docker_client) == 0\n"
        "    return docker_client\ndef test_it(docker_client): ...",
        "asks = container(image='app', environment={'N': lambda docker_client: str(there(docker_client))})\n"
        "def test_it(asks): assert asks.env['N'] == '0'",
        "import unittest\nclass TestIt(unittest.TestCase):\n    @pytest.fixture(autouse=True)\n"
        "    def ask(self, docker_client): self.client = docker_client\n"
        "    def test_it(self): assert there(self.client) == 0",
    ],
)
def test_who_asks_sees_nothing(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, test: str) -> None:
    """Who asks the engine, in a test or a fixture, finds nothing of the test before."""
    engine.removes_after = 50
    pytester.makepyfile(HEADER + LOOKS + test)
    run().assert_outcomes(passed=2)
    assert how(engine, "container") >= {LATER}


@pytest.mark.parametrize("scope", ["function", "module", "session"])
def test_who_may_ask_at_the_end_sees_nothing(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, scope: str
) -> None:
    """As long as there is a fixture that has the client, all is gone before its fixture is over, and later no more."""
    engine.removes_after = 50
    asks = f"""
@pytest.fixture(scope='{scope}')
def asks(docker_client):
    yield
    assert there(docker_client) == 0

def test_asking(asks, it): ...
def test_while_there_is_one(it): ...
"""
    pytester.makepyfile(test_a=HEADER + LOOKS + asks, test_b=HEADER + "it = container(image='app')" + TEST)
    run().assert_outcomes(passed=4)
    removals = [call.verb for call in engine.calls if call.verb in (LATER, AT_ONCE)]
    at_once = {"function": 1, "module": 2, "session": 3}[scope]
    assert Counter(removals) == {LATER: 4 - at_once, AT_ONCE: at_once}


def test_what_ends_while_somebody_may_ask(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """What ends during a later test goes at once, too, where a fixture has asked for the client meanwhile."""
    engine.removes_after = 50
    pytester.makepyfile(
        HEADER
        + """
it = container(image='app', environment={'TEXT': '{text}'}, scope='module')

@pytest.fixture(scope='session')
def asks(docker_client):
    yield
    assert docker_client.containers.list(all=True) == []

@pytest.mark.parametrize('text', ['a'], scope='module')
def test_first(it): ...

def test_asking(asks): ...

@pytest.mark.parametrize('text', ['b'], scope='module')
def test_last(it): ...
"""
    )
    run("-p", "no:randomly").assert_outcomes(passed=3)


@pytest.mark.parametrize("asking", ["docker_client", "request", "asks"])
def test_a_test_that_asks(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, asking: str) -> None:
    """What a test with the client has used, and may have done anything with, is gone before its fixture is over."""
    pytester.makepyfile(
        f"{HEADER}@pytest.fixture\ndef asks(it, docker_client): ...\n"
        f"it = container(image='app', scope='module')\ndef test_it(it, {asking}): ...\ndef test_other(it): ..."
    )
    run().assert_outcomes(passed=2)
    assert how(engine, "container") == {AT_ONCE}


@pytest.mark.parametrize(("scope", "expected"), [("session", AT_ONCE), ("function", LATER)])
def test_a_test_with_a_network(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, scope: str, expected: str
) -> None:
    """What a test may have put into a network that stays is gone before its fixture is over."""
    pytester.makepyfile(
        f"{HEADER}other_net = network(scope={scope!r})\nit = container(image='app', scope='function')\n"
        "def test_it(it, other_net): other_net.connect(it, aliases=['it'])"
    )
    run().assert_outcomes(passed=1)
    assert how(engine, "container") == {expected}


def test_a_network_that_ends_earlier(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """What outlives a network is not kept from going later."""
    pytester.makepyfile(f"{HEADER}it = container(image='app', scope='module')\ndef test_it(it, net): ...")
    run().assert_outcomes(passed=1)
    assert how(engine, "container") == how(engine, "network") == {LATER}
