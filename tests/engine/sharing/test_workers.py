"""What the workers of xdist have in common, on a real engine: who makes it, who uses it, and with which client."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import pytest

from ..conftest import Left, Project, wait_until
from .conftest import EACH, SHOP, Events, Write


def counts(found: Sequence[Sequence[str]]) -> dict[str, int]:
    """Give how many events each process had."""
    return {process: [event[0] for event in found].count(process) for process in sorted({event[0] for event in found})}


SLOW = (
    SHOP
    + """
from pytest_docker_tools.wrappers import Container

@pytest.fixture(scope='session')
def asked():
    note('asked')

class Slow(Container):
    def ready(self):
        if len(events('asked')) < 4 or not super().ready():
            return False
        note('ready')
        return True

slow = container(
    image=BASE, command='sleep 600', init=True, scope='session', shared=True, network='{net.name}', labels=MARK,
    volumes={'{data.name}': {'bind': '/data'}}, wrapper_class=Slow, depends_on=[asked],
)

@pytest.mark.parametrize('number', range(50))
def test_it(number, slow, net, data):
    slow.reload()
    assert slow.status == 'running'
    note('used', slow.id, net.id, data.id)
"""
)


def test_four_workers_have_one(project: Project, events: Events, nothing_left: None) -> None:
    """50 tests on each of four workers use one container, in one network, with one volume, each of which is made once.

    None of them sees it before it is ready, and it is not ready before all workers have asked for it.
    """
    result = project(SLOW, "-n4", EACH)
    result.assert_outcomes(passed=200)
    used = events("used")
    assert counts(used) == {f"gw{number}": 50 for number in range(4)}
    assert len({tuple(event[2:]) for event in used}) == 1
    assert [len(events(verb)) for verb in ("create_container", "create_network", "create_volume")] == [1, 1, 1]
    happened = [event[1] for event in events() if event[1] in ("asked", "ready", "used")]
    assert happened[:5] == ["asked"] * 4 + ["ready"]


def test_one_that_comes_late_has_the_same(project: Project, events: Events, nothing_left: None) -> None:
    """A worker that first asks for it when the one that made it has ended gets what that has made."""
    result = project(
        SHOP
        + """
def test_waits():
    if WORKER == 'gw1':
        wait_for('finished')

def test_it(used): ...
""",
        "-n2",
        EACH,
    )
    result.assert_outcomes(passed=4)
    assert [event[:2] for event in events() if event[1] in ("used", "finished")][:3] == [
        ["gw0", "used"],
        ["gw0", "finished"],
        ["gw1", "used"],
    ]
    assert len({tuple(event[2:]) for event in events("used")}) == 1


def test_two_runs_have_each_their_own(
    project: Project,
    pytester: pytest.Pytester,
    backend: str,
    module: Write,
    events: Events,
    nothing_left: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A run beside another one makes its own, and its end takes nothing away from the other."""
    text = f"""{SHOP}
def test_it(used, db):
    wait_for(os.environ['UNTIL'])
    db.reload()
    assert db.status == 'running'
"""
    module(text)
    monkeypatch.setenv("UNTIL", "over")
    command = [sys.executable, "-m", "pytest", f"--docker-backend={backend}", "-p", "no:cacheprovider", "-n2", EACH]
    quiet = subprocess.DEVNULL
    first = pytester.popen(command, stdin=quiet, stdout=quiet, stderr=quiet)
    wait_until(lambda: (pytester.path / "events").exists() and len(events("used")) == 2)
    monkeypatch.setenv("UNTIL", "used")
    project(text, "-n2", EACH).assert_outcomes(passed=2)
    with (pytester.path / "events").open("a") as file:
        file.write("main over\n")
    assert first.wait(60) == 0
    ids = [event[2] for event in events("used")]
    assert ids[0] == ids[1] != ids[2] == ids[3]


def test_a_client_of_the_users_own(
    project: Project, pytester: pytest.Pytester, events: Events, nothing_left: None
) -> None:
    """A client that the suite makes over a driver is shared over as well."""
    text = (
        SHOP
        + """
from pytest_docker_tools.client import Client
from pytest_docker_tools.drivers import open_driver

@pytest.fixture(scope='session')
def docker_client(pytestconfig):
    with Client(open_driver(pytestconfig.getoption('docker_backend'), {'timeout': 59})) as client:
        yield client

def test_it(used): ...
"""
    )
    project(text, "-n2", EACH).assert_outcomes(passed=2)
    assert len({tuple(event[2:]) for event in events("used")}) == 1


def test_with_reuse_it_is_reusable(project: Project, left: Left, events: Events) -> None:
    """With docker_reuse = auto the next run uses what the workers of the one before had in common."""
    for _ in range(2):
        project(SHOP + "def test_it(used): ...\n", "-n2", EACH, "-o", "docker_reuse=auto").assert_outcomes(passed=2)
    assert len({tuple(event[2:]) for event in events("used")}) == 1
    assert len(events("create_container")) == 1
    assert len(left()) == 3
