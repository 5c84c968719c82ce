"""Two runs at once on a real engine."""

from __future__ import annotations

import os

import pytest

from ..conftest import Module
from .conftest import FIXTURES, Made, Start, site

# How often two processes ask at once for what is not there.
ROUNDS = int(os.environ.get("SOAK_ROUNDS", "2"))
TOGETHER = """
import os
import time
from pathlib import Path

import pytest


@pytest.fixture(scope='session', autouse=True)
def together():
    Path(f'here-{os.getpid()}').touch()
    while len(list(Path().glob('here-*'))) < 2:
        time.sleep(0.001)
"""
SEEN = """
def test_it(web, net, data):
    check(web)
    labels = [item['pytest-docker-tools.creation'] for item in (web.labels, net.attrs['Labels'], data.attrs['Labels'])]
    Path(f'seen-{os.getpid()}').write_text(' '.join(labels))
"""


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_two_runs_at_once(turn: int, pytester: pytest.Pytester, module: Module, start: Start, made: Made) -> None:
    """Of two runs that want the same in the same moment, one makes each thing, and the other one uses it."""
    pytester.makeconftest(TOGETHER)
    module(site(SEEN))
    both = [start(), start()]
    results = [running.end() for running in both]
    for fixture in FIXTURES:
        assert sorted(how[fixture] for how in results) == ["made, as there was none", "reused"]
    there = made()
    seen = [file.read_text() for file in pytester.path.glob("seen-*")]
    assert seen == [" ".join(there[name] for name in ("web", "net", "data"))] * 2
