"""What waits for what: fixtures that are asked for at run time, and calls that are not done."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_docker_tools.overlap import conductor
from pytest_docker_tools.tasks import Call, Task, call

from ...conftest import Run
from ..conftest import HEADER, OFF, Stage


def test_what_asks_for_itself(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """User code that asks at run time for what it is part of is an error, and nothing waits for ever."""
    pytester.makepyfile(
        HEADER
        + """
@pytest.fixture
def get(request):
    return request.getfixturevalue

def own_name(get):
    return get('a').name

first = container(image='app', name='first')
a = container(image='app', name='aa', environment={'A': own_name})

def test_it(get, first, a): ...
"""
    )
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*UsageError: container 'a' (*:13) is asked for at run time while it is made.*"])


def test_what_asks_for_what_pytest_waits_for(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """User code that asks at run time for what pytest is setting up is an error, and nothing is left."""
    engine.after("create_container aa", "asks")
    pytester.makepyfile(
        HEADER
        + """
@pytest.fixture
def get(request):
    return request.getfixturevalue

def name_of_a(get):
    note('asks')
    return get('a').name

a = container(image='app', name='aa')
b = container(image='app', name='bb', environment={'A': name_of_a})

def test_it(get, a, b): ...
"""
    )
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.no_fnmatch_line("E  *ValueError*")
    run(*OFF).assert_outcomes(passed=1)


def test_what_another_one_asks_for_goes_on(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """User code may ask at run time for others, which are made, or taken, while what it is part of waits."""
    pytester.makepyfile(
        HEADER
        + """
c = container(image='app', name='cc')
d = container(image='app', name='dd')

def others(request):
    return {'C': request.getfixturevalue('c').name, 'D': request.getfixturevalue('d').name}

a = container(image='app', name='aa', environment=others)
b = container(image='app', name='bb')

def test_it(b, a, c):
    assert a.env['C'] == c.name
"""
    )
    run().assert_outcomes(passed=1)
    assert sorted(engine.made()) == ["aa", "bb", "cc", "dd"]


def test_what_waits_does_not_go_on(pytestconfig: pytest.Config) -> None:
    """What waits for a call, as other work has led to that meanwhile, is let alone."""
    one = call(int)

    async def work() -> int:
        return await one

    making: Any = SimpleNamespace(task=Task(work()))
    making.task.go_on()
    conductor.Conductor(pytestconfig)._go_on(making)
    assert making.task.waits_for is one
    assert not one.is_begun
    making.task.give_up()


def test_what_is_said_is_reported_while_it_is_waited_for(pytestconfig: pytest.Config) -> None:
    """Lines that a call in a thread reports, such as those of a pull, are passed on before it is done."""
    reported: list[str] = []
    waiting = conductor.Conductor(pytestconfig)

    def pull(on_progress: Callable[[str], object]) -> None:
        on_progress("line")
        waiting._wait([one])
        assert reported == ["line"]

    one: Call[None] = call(pull, report=reported.append)
    one.be_done_elsewhere()
    assert one._error is None


def test_a_wait_is_for_what_is_new(pytestconfig: pytest.Config) -> None:
    """That a call was done ends one wait only, so that nobody asks again and again for nothing."""
    waiting = conductor.Conductor(pytestconfig)
    waiting._workers.changed.set()
    waiting._wait([])
    assert not waiting._workers.changed.is_set()
