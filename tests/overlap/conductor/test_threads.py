"""In which threads calls and code of the user run, and that a test notices none, in whole runs of pytest."""

from __future__ import annotations

import threading

import pytest

from pytest_docker_tools.overlap.workers import Workers

from ...conftest import Run
from ..conftest import GRAPH, HEADER, TWO, Stage


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize("arguments", [(), GRAPH])
def test_what_is_alone_is_made_in_the_main_thread(
    pytester: pytest.Pytester, run: Run, engine: Stage, arguments: tuple[str, ...]
) -> None:
    """Where nothing could go on beside it, a container is made without a thread, so that an interrupt ends its call."""
    pytester.makepyfile(
        HEADER
        + TWO
        + """
c = container(image='app', name='cc', environment={'A': '{a.id}'})
d = container(image='app', name='dd', environment=lambda request: {'A': request.getfixturevalue('a').id})

def test_one(a): ...
def test_chain(c): ...
def test_at_run_time(request):
    request.getfixturevalue('b')
    request.getfixturevalue('a')
def test_nested(d): ...
"""
    )
    run(*arguments).assert_outcomes(passed=4)
    assert {*engine.threads.values()} == {threading.main_thread().name}


def test_user_code_is_in_the_main_thread(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """Callables in keywords, `ready()`, wrappers and probes run in pytest's thread, whatever goes on."""
    engine.meet("create_container aa", "create_container bb")
    pytester.makepyfile(
        HEADER
        + """
import threading
from pytest_docker_tools.wrappers import Container

def here(what):
    assert threading.current_thread() is threading.main_thread(), what
    return what

class Own(Container):
    def __init__(self, container):
        here('init')
        super().__init__(container)

    def ready(self):
        here('ready')
        return super().ready()

def probe(container):
    return here('probe')

a = container(image='app', name='aa', wrapper_class=Own, environment=lambda: {'A': here('a')}, wait_for=probe)
b = container(image='app', name='bb', wrapper_class=Own, environment=lambda: {'B': here('b')}, wait_for=probe)

def test_it(a, b): ...
"""
    )
    run().assert_outcomes(passed=1)


def test_no_thread_is_left_in_the_test(
    pytester: pytest.Pytester, run: Run, engine: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the body of a test begins, all threads that made calls for it are gone, also if they end slowly."""
    work = Workers._work

    def work_and_linger(self: Workers) -> None:
        work(self)
        threading.Event().wait(0.3)

    monkeypatch.setattr(Workers, "_work", work_and_linger)
    engine.meet("create_container aa", "create_container bb")
    pytester.makepyfile(
        HEADER
        + TWO
        + """
import threading

def test_it(a, b):
    assert [thread.name for thread in threading.enumerate() if thread.name == 'pytest-docker-tools'] == []
"""
    )
    run().assert_outcomes(passed=1)
    assert engine.threads["create_container aa begins"] == "pytest-docker-tools"


MEMORY = """
import pytest
from pytest_docker_tools.client import Client
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

@pytest.fixture(scope='session')
def docker_client():
    engine = MemoryEngine()
    engine.add_image('app:latest')
    with Client(MemoryDriver(engine)) as client:
        yield client
    assert not engine.containers
"""


def test_a_test_may_fork(pytester: pytest.Pytester) -> None:
    """Python has nothing to warn of in a test that forks, as no other thread is alive."""
    pytest.importorskip("fcntl", reason="Windows does not fork.")
    pytester.makeconftest(MEMORY)
    pytester.makepyfile(
        "from pytest_docker_tools import *\n"
        + TWO
        + """
import os

def test_it(a, b):
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
"""
    )
    pytester.runpytest_subprocess("-W", "error", "-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_nothing_is_said_in_the_test(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """What captures output, logs and warnings for a test has nothing of its containers."""
    engine.meet("create_container aa", "create_container bb")
    pytester.makepyfile(
        HEADER
        + TWO
        + """
def test_it(capsys, capfd_is_not_used_with_capsys, caplog, recwarn, a, b):
    assert tuple(capsys.readouterr()) == ('', '')
    assert caplog.get_records('setup') == []
    assert recwarn.list == []

@pytest.fixture
def capfd_is_not_used_with_capsys(): ...
"""
    )
    run().assert_outcomes(passed=1)


def test_without_threads(pytester: pytest.Pytester, run: Run, engine: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system has no thread left, all is made in the main one."""

    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    pytester.makepyfile(HEADER + TWO + "def test_it(a, b): ...")
    run().assert_outcomes(passed=1)
    assert {*engine.threads.values()} == {threading.main_thread().name}


def test_a_clock_that_stands_still(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """Containers get ready side by side also where a fixture has stopped the clock."""
    engine.meet("create_container aa", "create_container bb")
    pytester.makepyfile(
        HEADER
        + TWO
        + """
import time

@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    now = time.monotonic()
    monkeypatch.setattr(time, 'monotonic', lambda: now)

def test_it(a, b): ...
"""
    )
    run().assert_outcomes(passed=1)
