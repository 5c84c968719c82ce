"""What runs that were killed have left on a real engine, and what the next one makes of it."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from pytest_docker_tools.driver import Driver

from ..conftest import Module, Project, wait_until
from .conftest import EMPTY, FIXTURES, REUSE, Made, Reuse, Start, different, named_by, site

# On its way into the second network, a container can be caught.
NETWORKS = "['{net.name}', '{back.name}']"
# Replaces a verb of the driver in a project by one that kills pytest at a certain call of it.
KILLING = """
import os
import signal

import pytest
from pytest_docker_tools.drivers import driver_of


class Torn:
    def __init__(self, archive):
        self.archive, self.is_read = archive, False

    def read(self, size):
        if self.is_read:
            die()
        self.is_read = True
        return self.archive.read(size)


def die():
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture(scope='session')
def docker_client(docker_client):
    driver, calls = driver_of(docker_client), []
    verb = driver.{verb}

    def killing(*arguments, **options):
        calls.append(arguments)
        if {when}:
            {kill}
        return verb(*arguments, **options)

    driver.{verb} = killing
    return docker_client
"""
# Instead of the whole archive, the verb gets the first piece of it before the end.
TEAR = "arguments = (*arguments[:2], Torn(arguments[2]))"


def killing(verb: str, when: str, kill: str = "die()") -> str:
    """Give a conftest.py with which pytest is killed at a call of a verb of the driver for which this holds."""
    return KILLING.replace("{verb}", verb).replace("{when}", when).replace("{kill}", kill)


@pytest.mark.parametrize(
    ("verb", "when", "kill", "unfinished"),
    [
        pytest.param("create_volume", "len(calls) == 2", "die()", "nothing", id="before a volume is created"),
        pytest.param("build_image", "True", "die()", "data", id="before a volume is filled"),
        pytest.param("put_archive", "len(calls) == 1", TEAR, "data", id="while a volume is filled"),
        pytest.param("remove", "arguments[0] == 'volume'", "die()", "data", id="after a volume was filled"),
        pytest.param("connect", "True", "die()", "web", id="before a container is in all of its networks"),
        pytest.param("put_archive", "len(calls) == 2", TEAR, "web", id="while a container gets its files"),
        pytest.param("start", "True", "die()", "web", id="before a container is started"),
        pytest.param("listening", "True", "die()", "nothing", id="before a container is ready"),
    ],
)
@pytest.mark.usefixtures("killed")
def test_what_a_killed_run_has_left(
    verb: str,
    when: str,
    kill: str,
    unfinished: str,
    pytester: pytest.Pytester,
    project: Project,
    reuse: Reuse,
    driver: Driver,
    mark: str,
) -> None:
    """Whenever a run is killed, the next one completes what it has left, or makes it anew, and nothing else is left."""
    text = site(networks=NETWORKS)
    conftest = pytester.makeconftest(killing(verb, when, kill))
    assert project(text, REUSE).ret == -signal.SIGKILL
    conftest.unlink()
    how = reuse(text)
    assert [name for name in how if "half-made" in how[name]] == [unfinished] * (unfinished != "nothing")
    assert sorted(map(str, named_by(driver, mark))) == [
        f"container web-{mark}",
        f"network back-{mark}",
        f"network net-{mark}",
        f"volume data-{mark}",
    ]
    assert driver.ids("container", {"volume": f"data-{mark}"}) == driver.ids("container", {"name": f"web-{mark}"})


@pytest.mark.usefixtures("killed")
def test_a_run_that_was_killed_while_it_made_room(
    pytester: pytest.Pytester, project: Project, reuse: Reuse, made: Made
) -> None:
    """A network whose containers a killed run has removed already is made anew in the next run, and so are they."""
    reuse(site(EMPTY))
    before = made()
    conftest = pytester.makeconftest(killing("remove", "arguments[0] == 'network'"))
    assert project(site(EMPTY, options="{}"), REUSE).ret == -signal.SIGKILL
    assert {*made()} == {"net", "data"}
    conftest.unlink()
    reuse(site(options="{}"))
    assert different(before, made()) == {"net", "web"}


# Notes that somebody else's turn is waited for.
WAITING = """
from pathlib import Path
from pytest_docker_tools import locks


def attempt(path, attempt=locks.attempt):
    lock = attempt(path)
    if lock is None and path.parent.name == 'locks':
        Path('waits').touch()
    return lock


locks.attempt = attempt
"""


def test_a_killed_run_holds_up_nobody(pytester: pytest.Pytester, module: Module, start: Start, made: Made) -> None:
    """Who waits for a run that is making something goes on when that is killed, and uses what it has made so far."""
    Path("hold").touch()
    module(site(wait_for="lambda container: Path('begun').touch() or not Path('hold').exists()"))
    first = start()
    wait_until(Path("begun").exists)
    there = made()
    pytester.makeconftest(WAITING)
    second = start()
    wait_until(Path("waits").exists)
    first.process.kill()
    Path("hold").unlink()
    assert second.end() == dict.fromkeys(FIXTURES, "reused")
    assert made() == there
