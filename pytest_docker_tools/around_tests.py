"""What happens around the fixtures and tests of a run that has factories, as the hooks of pytest tell.

`plugin` registers this module when there are factories, as all that it imports takes a while.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from . import backlog, guard, ledger, overlap, timings, witnesses
from .failures import keeping, sections
from .terminal import header

__tracebackhide__ = True


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Begin what can be made or removed now. Of a client's engine, once there is one, say which it is, and guard it."""
    witnesses.before_fixture(fixturedef, request)
    with timings.turn(fixturedef, request):
        value = yield from overlap.of(request.config).around(fixturedef, request)
    if fixturedef.argname == "docker_client":
        witnesses.after_client(request)
        is_guarded = guard.begin(request.config, value)
        header.announce(request.config, value, is_guarded=is_guarded)
    return value


def pytest_fixture_post_finalizer(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> None:
    """Forget what a fixture gave that is over."""
    witnesses.after_fixture(fixturedef, request.config)
    overlap.of(request.config).known.forget(fixturedef)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Note which test begins, and leave nothing that was begun for it in vain."""
    conductor = overlap.of(item.config)
    ledger.of(item.config).begin(item)
    conductor.begin(item)
    try:
        return (yield)
    finally:
        conductor.end()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Finish removals of which a test could tell."""
    witnesses.before_test(item)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """Remove what was done too late for the setup, before its client ends, and begin to remove what a test has left."""
    overlap.of(item.config).end(is_last=nextitem is None)
    witnesses.after_test(item)
    try:
        return (yield)
    finally:
        backlog.of(item.config).advance()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what is known of containers to the report of a test that failed."""
    report = yield
    sections.complete(item, call, report)
    timings.called(item, call)
    return report


def finish(config: pytest.Config) -> Generator[None, object, object]:
    """Leave nothing, before and after pytest has taken down what is left of its fixtures, and say what was kept."""
    # What an interrupt has left may need what is taken down.
    overlap.of(config).end(is_last=True)
    result = yield
    backlog.of(config).drain()
    keeping.tell(config)
    return result
