"""What the tests of recording share: a run of a small project on an engine in memory, and a look at its record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import repeat

import pytest

from pytest_docker_tools import timings
from pytest_docker_tools.timings import recorder
from pytest_docker_tools.timings.record import Fixture, Phase, Record

from ...conftest import Run

CONFTEST = """
import pytest
from pytest_docker_tools import *

@pytest.fixture
def quick(db): ...

@pytest.fixture
def quicker(quick, db): ...

@pytest.fixture
def slow(net): ...

net = network(scope='module')
db = container(image='app', network='{net.name}', files={'/a': 'b'})
web = container(image='app', depends_on=['quick', 'quicker', 'slow'])
lone = container(image='app')
"""

# Seconds from which on a fixture holds up others.
SLOW = 0.01

Recorded = Callable[..., Record]


class Keeper:
    """Keeps the record of a run."""

    record: Record | None = None

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self, config: pytest.Config) -> None:
        recorder = timings.of(config)
        self.record = recorder.record if recorder else None


@pytest.fixture
def recorded(pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """Run pytest on a test module, below the conftest.py above, and give the record.

    Of fixtures of the test suite's own it is said how many seconds each of their set-ups takes: of the others none.
    """
    takes: dict[str, Iterator[float]] = {}
    holds_up = recorder.Recorder._holds_up

    def is_said_to_hold_up(self: recorder.Recorder, request: pytest.FixtureRequest, seconds: float) -> bool:
        return holds_up(self, request, next(takes.get(request.fixturename or "", repeat(0.0))))

    # How long it really takes depends on what else the machine does.
    monkeypatch.setattr(recorder.Recorder, "_holds_up", is_said_to_hold_up)

    def recorded(code: str, *arguments: str, **seconds: Sequence[float]) -> Record:
        takes.update({name: iter(several) for name, several in {"slow": [SLOW] * 9, **seconds}.items()})
        pytester.makeconftest(CONFTEST)
        pytester.makepyfile(test_it=code)
        keeper = Keeper()
        run("--docker-timings", *arguments, plugins=[keeper])
        assert keeper.record
        return keeper.record

    return recorded


def named(record: Record, name: str) -> Fixture:
    """Give the only fixture of a name."""
    [found] = [fixture for fixture in record.fixtures if fixture.name == name]
    return found


def phases(record: Record, fixture: Fixture) -> list[Phase]:
    """Give what was done for a fixture."""
    return [span.phase for span in record.spans if span.fixture is fixture]
