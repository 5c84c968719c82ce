"""A call that takes longer than the test that it was made for, in whole runs of pytest."""

from __future__ import annotations

import time

import pytest

from pytest_docker_tools.overlap import conductor

from ...conftest import Run
from ..conftest import Stage
from .conftest import HEADER, THREE


def test_a_call_that_takes_too_long(
    pytester: pytest.Pytester, run: Run, engine: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that nobody waits for any more holds up nothing; what it has made is removed when it is done."""
    monkeypatch.setattr(conductor, "_GRACE", 0.05)
    engine.after("create_container bb", "second test")
    pytester.makepyfile(
        HEADER
        + THREE.replace("image='app', name='aa'", "image='broken', name='aa'")
        + """
def test_first(a, b): ...
def test_second():
    note('second test')
    join()
def test_third():
    note('third test')
"""
    )
    result = run()
    result.assert_outcomes(errors=1, passed=2)
    assert engine.events.index("remove bb ends") < engine.events.index("third test")


def test_a_call_that_takes_too_long_for_the_run(
    pytester: pytest.Pytester, run: Run, engine: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the end of the session such a call is waited for once more."""
    monkeypatch.setattr(conductor, "_GRACE", 0.05)
    engine.after("create_container bb", "test")
    pytester.makepyfile(
        HEADER
        + THREE.replace("image='app', name='aa'", "image='broken', name='aa'")
        + "def test_first(a, b): ...\n"
        + "def test_last():\n    note('test')\n    join()\n"
    )
    run("--maxfail=5").assert_outcomes(errors=1, passed=1)


@pytest.mark.parametrize("more", ["", "def test_never(): ...\n"])
def test_a_call_that_takes_too_long_for_the_last_test(
    pytester: pytest.Pytester, run: Run, engine: Stage, monkeypatch: pytest.MonkeyPatch, more: str
) -> None:
    """What is still being made when all else is over, which would stay on the engine, is waited for and removed."""
    monkeypatch.setattr(conductor, "_GRACE", 0.05)
    engine.holds["create_container bb"] = lambda: time.sleep(0.5)
    made = THREE.replace("image='app', name='aa'", "image='broken', name='aa'")
    pytester.makepyfile(HEADER + made + "def test_it(a, b): ...\n" + more)
    run("-x").assert_outcomes(errors=1)
    assert engine.events.index("create_container bb ends") < engine.events.index("remove bb ends")


def test_the_next_test_takes_what_took_too_long(
    pytester: pytest.Pytester, run: Run, engine: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is still being made when its test has failed is for the next test, if its scope is wide enough."""
    monkeypatch.setattr(conductor, "_GRACE", 0.05)
    engine.after("create_container wide", "second")
    pytester.makepyfile(
        HEADER
        + """
@pytest.fixture(scope='session')
def fails(pytestconfig, docker_client):
    wait_for('create_container wide begins')
    raise ValueError

wide = container(image='app', name='wide', scope='session')
a = container(image='app', name='aa', scope='session')

@pytest.fixture(scope='session')
def second():
    note('second')

def test_first(fails, a, wide): ...
def test_second(second, wide):
    assert wide.status == 'running'
"""
    )
    run("-o", "docker_overlap=graph").assert_outcomes(errors=1, passed=1)
    assert engine.made().count("wide") == 1


def test_the_next_test_does_not_take_what_is_of_another(
    pytester: pytest.Pytester, run: Run, engine: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What took too long, and is for the test that has failed only, is made anew for the next one; both are removed."""
    monkeypatch.setattr(conductor, "_GRACE", 0.05)

    def wait_for_the_first_time() -> None:
        del engine.holds["create_container None"]
        engine.wait_for("second")

    engine.holds["create_container None"] = wait_for_the_first_time
    pytester.makepyfile(
        HEADER
        + """
a = container(image='broken', name='aa')
b = container(image='app')

def test_first(a, b): ...

def test_second(b):
    note('second')
    join()
"""
    )
    run().assert_outcomes(errors=1, passed=1)
    assert engine.made().count("None") == 2
