"""What is removed while the tests of a run go on, and what is gone, or told, at its end."""

from __future__ import annotations

from collections import Counter

import pytest

from pytest_docker_tools import witnesses
from pytest_docker_tools.backlog import TITLE
from pytest_docker_tools.testing import MemoryEngine

from ..conftest import Run, RunWorkers
from .conftest import REMOVED, asked

HEADER = "import pytest\nfrom pytest_docker_tools import *\n"


def verbs(engine: MemoryEngine) -> list[str]:
    """Give what was made and removed."""
    return [call.verb for call in engine.calls if call.verb in ("create_container", *REMOVED)]


def test_the_next_test_does_not_wait(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """The container of the next test is made while the former one is still there, and all are gone in the end."""
    engine.removes_after = 5
    pytester.makepyfile(
        HEADER
        + "it = container(image='app')\nseen = []\n"
        + "def test_one(it): seen.append(it.driver.engine)\n"
        + "def test_two(it): assert len(seen[0].containers) == 2\n"
    )
    run().assert_outcomes(passed=2)
    assert verbs(engine) == ["create_container", "begin_removal", "create_container", "begin_removal"]
    assert not engine.containers


def test_begins_when_the_test_is_over(pytester: pytest.Pytester, run: Run) -> None:
    """What a test has left begins to be removed before the next one, also if that has no fixtures."""
    pytester.makepyfile(
        HEADER
        + "it = container(image='app')\nseen = []\ndef test_one(it): seen.append(it.driver.engine)\n"
        + "def test_two(): assert seen[0].calls[-1].verb == 'begin_removal'\n"
    )
    run().assert_outcomes(passed=2)


def test_a_container_that_goes_at_once_waits_for_no_other(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine
) -> None:
    """What is removed later does not hold up a container that is removed at once."""
    engine.removes_after = 50
    pytester.makepyfile(
        HEADER
        + "it, named = container(image='app'), container(image='app', name='named')\nseen = []\n"
        + "def test_one(it): seen.append(it.driver.engine)\ndef test_two(named): ...\n"
        + "def test_three(): assert [found.name == 'named' for found in seen[0].containers.values()] == [False]\n"
    )
    run().assert_outcomes(passed=3)


def test_one_command_for_what_a_test_has_left(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """All that ends with a test, whatever its scope, is removed by one command of each kind."""
    pytester.makepyfile(
        HEADER
        + "wide = container(image='app', scope='module')\nnet = network()\n"
        + "a, b = [container(image='app', network='{net.name}') for _ in range(2)]\ndef test_it(wide, a, b): ...\n"
    )
    run().assert_outcomes(passed=1)
    assert [(verb, kind, len(refs)) for verb, kind, refs in asked(engine)] == [
        ("begin_removal", "container", 3),
        ("begin_removal", "network", 1),
    ]


def test_all_is_gone_when_the_client_ends(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A client of the user's own, of any scope, ends after all that was made with it is removed."""
    pytester.makepyfile(
        HEADER
        + """
from pytest_docker_tools.client import Client
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

ours = MemoryEngine()
ours.add_image('app', MemoryImage())
ours.removes_after = 50
left = []

@pytest.fixture
def docker_client():
    with Client(MemoryDriver(ours)) as client:
        yield client
        left.append(len(ours.containers))

a, b = [container(image='app') for _ in range(2)]
def test_one(a, b): ...
def test_two(a):
    assert left == [0]
    assert len(ours.containers) == 1
    assert [len(call.arguments['refs']) for call in ours.calls if call.verb == 'begin_removal'] == [2]
"""
    )
    run().assert_outcomes(passed=2)


STAYS = HEADER + "net = network()\ndef test_it(net):\n    net.connect(net.client.containers.run('app', detach=True))\n"
STAYS_LINES = [f"*= {TITLE} =*", "network 'net' (*.py:3): '*' was not removed. *active endpoints*"]


def test_what_stays_is_told_at_the_end(pytester: pytest.Pytester, run: Run) -> None:
    """What could not be removed fails no test, and is told at the end with its fixture and the engine's words."""
    pytester.makepyfile(STAYS)
    result = run()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(STAYS_LINES)


def test_what_stays_of_a_worker_is_told_at_the_end(pytester: pytest.Pytester, run_workers: RunWorkers) -> None:
    """What a worker of xdist could not remove is told by the controller."""
    pytester.makepyfile(STAYS)
    result, [worker] = run_workers(1)
    worker.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(STAYS_LINES)


def test_what_no_client_has_waited_for(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is still to be removed at the end of the run is removed then."""
    engine.removes_after = 50
    monkeypatch.setattr(witnesses, "after_client", lambda request: None)
    pytester.makeconftest(
        "import pytest\nfrom pytest_docker_tools.client import Client\n"
        "from pytest_docker_tools.testing import MemoryDriver\n"
        "@pytest.fixture\ndef docker_client(docker_client): return Client(MemoryDriver(docker_client.driver.engine))\n"
    )
    pytester.makepyfile(HEADER + "it = container(image='app')\ndef test_it(it): ...")
    run().assert_outcomes(passed=1)
    assert not engine.containers


def test_what_a_closed_client_cannot_remove_is_told(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A client that is closed too early fails no test either, and what stays is told."""
    pytester.makepyfile(HEADER + "it = container(image='app')\ndef test_it(it): it.driver.close()")
    result = run()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["container 'it' (*:3): '*' was not removed. This driver was closed*"])


@pytest.mark.parametrize("ends", ["assert False", "raise KeyboardInterrupt", "pytest.exit('enough')"])
def test_a_run_that_ends_early_leaves_nothing(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, ends: str
) -> None:
    """What was to be removed in a run that ends early is removed all the same."""
    engine.removes_after = 50
    pytester.makepyfile(
        HEADER
        + "net = network()\nwide = container(image='app', scope='session')\n"
        + "it = container(image='app', network='{net.name}')\n"
        + f"def test_one(it): ...\ndef test_two(it, wide): {ends}\ndef test_three(it): ...\n"
    )
    run("-x")
    assert not engine.containers
    assert Counter(kind for _, kind, _ in asked(engine))["network"] == 2
    assert {network.name for network in engine.networks.values()} == {"bridge", "host", "none"}


def test_an_interrupt_while_the_client_waits(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A second Ctrl-C, while the end of the removals is waited for, leaves nothing."""
    engine.removes_after = 50
    engine.fail("begin_removal", KeyboardInterrupt(), after=True)
    pytester.makepyfile(HEADER + "it = container(image='app')\ndef test_it(it): ...\n")
    assert run().ret == pytest.ExitCode.INTERRUPTED
    assert not engine.containers


def test_a_parameter_of_a_wide_scope(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """What ends between the fixtures of one test begins to be removed before the next one is set up."""
    pytester.makepyfile(
        HEADER
        + "@pytest.mark.parametrize('text', ['a', 'b'], scope='module')\ndef test_it(text, it): ...\n"
        + "it = container(image='app', environment={'TEXT': '{text}'}, scope='module')\n"
    )
    run().assert_outcomes(passed=2)
    assert verbs(engine) == ["create_container", "begin_removal", "create_container", "begin_removal"]
