"""What waits for its turn, as another process or another fixture has it, lets other work go on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_docker_tools import drivers, lasting, locks, meeting
from pytest_docker_tools.driver import Recipe
from pytest_docker_tools.reuse import use
from pytest_docker_tools.testing import MemoryDriver

from ..conftest import Run, RunWorkers
from .conftest import Stage

HEADER = "from io import BytesIO\nfrom stage import note, wait_for\nfrom pytest_docker_tools import *\nimport pytest\n"
SHARED = ", scope='session', shared=True"
# Has one file, and wants another one as soon as that was taken, before it lets the first one go.
CROSSWISE = """
import sys, time
from pathlib import Path
from pytest_docker_tools import locks

first, second, made = map(Path, sys.argv[1:])
with locks.held(first):
    print("ready", flush=True)
    end = time.monotonic() + 30
    while not made.exists():
        if time.monotonic() > end:
            sys.exit("The other one was not made.")
        time.sleep(0.01)
    with locks.held(second):
        pass
"""


@pytest.fixture(autouse=True)
def same_engine(engine: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let controllers reach the engine; what is reused stays on it."""
    monkeypatch.setattr(MemoryDriver, "recipe", lambda self: Recipe("memory", {}))
    monkeypatch.setattr(drivers, "open_driver", lambda backend, settings: MemoryDriver(engine))
    yield
    engine.containers.clear()


@pytest.fixture
def taken(engine: Stage, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Let somebody else have the first file that is waited for with others, until the container `bb` is started."""
    attempt, attempts = locks.attempt, iter(range(100))
    first: list[Path] = []

    def attempt_unless_taken(path: Path) -> locks.Lock | None:
        if not {"locks", "shared", "images"} & {*path.parts}:
            return attempt(path)
        if not first:
            first.append(path)
        if path == first[0] and "start bb ends" not in engine.events:
            assert next(attempts, None) is not None, "Nothing else goes on."
            return None
        return attempt(path)

    monkeypatch.setattr(locks, "attempt", attempt_unless_taken)
    return first


def test_reuse_waits_alone(pytester: pytest.Pytester, run: Run, engine: Stage, taken: list[Path]) -> None:
    """While another run has the turn of a container that is to be reused, the others are made."""
    pytester.makepyfile(
        HEADER + "a = container(image='app', name='aa')\nb = container(image='app', name='bb')\ndef test_it(a, b): ..."
    )
    run("--reuse-containers").assert_outcomes(passed=1)
    assert taken
    assert engine.made() == ["bb", "aa"]


@pytest.mark.parametrize(
    "what", [f"container(image='app', name='aa'{SHARED})", "build(fileobj=BytesIO(b'FROM scratch'), tag='built')"]
)
def test_workers_wait_alone(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: Stage, taken: list[Path], what: str
) -> None:
    """While another worker makes what they have in common, or builds it, the others are made."""
    pytester.makepyfile(HEADER + f"a = {what}\nb = container(image='app', name='bb'{SHARED})\ndef test_it(a, b): ...")
    _, [worker] = run_workers(1)
    worker.assert_outcomes(passed=1)
    assert taken
    last = next(event for event in engine.events if event in ("create_container aa begins", "build_image built begins"))
    assert engine.events.index(last) > engine.events.index("start bb ends")


def test_crosswise(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """A process that has what is wanted here, and waits for what is made here, gets that, and then all go on."""
    pytester.makepyfile(
        HEADER
        + """
from pathlib import Path

@pytest.fixture(scope='session')
def made(b):
    Path('made').touch()

a = container(image='app', name='aa', scope='session')
b = container(image='app', name='bb', scope='session', wait_for=lambda container: Path('made').touch() or True)

def test_it(a, b): ...
"""
    )
    keys = [lasting.key(MemoryDriver(engine), "container", name) for name in ("aa", "bb")]
    files = [str(use.turn(meeting.folder(), key)) for key in keys]
    command = [sys.executable, "-c", CROSSWISE, *files, "made"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "ready\n"
        run("--reuse-containers").assert_outcomes(passed=1)
        _, errors = other.communicate(timeout=60)
    assert (other.returncode, errors) == (0, "")


def test_two_fixtures_that_want_the_same(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """Two fixtures that reuse one container are made side by side with others, and one of them makes it."""
    pytester.makepyfile(
        HEADER
        + """
a = container(image='app', name='same')
b = container(image='app', name='same')
c = container(image='app', name='cc')

def test_it(a, b, c):
    assert a.id == b.id
"""
    )
    run("--reuse-containers").assert_outcomes(passed=1)
    assert sorted(engine.made()) == ["cc", "same"]


def test_what_is_reused_and_not_taken(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """What a failed test has not come to stays where it is to be reused, and nobody is said to use it."""
    pytester.makepyfile(
        HEADER
        + """
a = container(image='broken', name='aa')
b = container(image='app', name='bb', wait_for=lambda container: note('bb is ready') or True)

def test_it(a, b): ...
"""
    )
    engine.after("start aa", "bb is ready")
    result = run("--reuse-containers")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["container b (bb): made, as there was none"])
    [left] = engine.containers.values()
    assert left.name == "bb"
    assert not use.others(meeting.folder(), lasting.key(MemoryDriver(engine), "container", "bb"))


def test_what_is_shared_and_not_taken(pytester: pytest.Pytester, run_workers: RunWorkers, engine: Stage) -> None:
    """What a failed test has not come to is there for the other workers, and removed at the end of the run."""
    pytester.makepyfile(
        HEADER
        + f"""
a = container(image='broken', name='aa', scope='session')
b = container(image='app', name='bb', wait_for=lambda container: note('bb is ready') or True{SHARED})

def test_it(a, b): ...
def test_other(b): ...
"""
    )
    engine.after("start aa", "bb is ready")
    _, workers = run_workers(2)
    for worker in workers:
        worker.assert_outcomes(passed=1, errors=1)
    assert engine.made().count("bb") == 1
    assert not engine.containers


def test_processes_of_xdist(pytester: pytest.Pytester) -> None:
    """Workers of xdist, which are processes, have their own containers, side by side in each, and leave none."""
    pytester.makeconftest(
        """
import threading

import pytest
from pytest_docker_tools.client import Client
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

class Meeting(MemoryDriver):
    barrier = threading.Barrier(2)

    def create_container(self, options, *, timeout=None):
        self.barrier.wait(20)
        return super().create_container(options, timeout=timeout)

@pytest.fixture(scope='session')
def docker_client():
    engine = MemoryEngine()
    engine.add_image('app:latest')
    with Client(Meeting(engine)) as client:
        yield client
    assert not engine.containers
"""
    )
    pytester.makepyfile(
        HEADER.replace("from stage import note, wait_for\n", "")
        + """
a = container(image='app', scope='session')
b = container(image='app', scope='session')

@pytest.mark.parametrize('number', range(6))
def test_it(a, b, number): ...
"""
    )
    result = pytester.runpytest_subprocess("-n2", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=6)
