"""What only many repetitions show. CI does a small share of them; `tox -e soak` all, and says what it found."""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from ..conftest import Left, Project, Start, kill_group, wait_until
from .conftest import OPEN, goes

KILLS = int(os.environ.get("SOAK_KILLS", "3"))
CYCLES = int(os.environ.get("SOAK_CYCLES", "30"))
# Seconds for which nothing may appear at the end.
QUIET = float(os.environ.get("SOAK_QUIET", "3"))
# Seconds after which nothing has appeared of what the engine was asked for at the moment of a kill.
SETTLED = 2.0
# kB that the process of pytest may grow by for each cycle: what pytest keeps of each test, and of its report.
GROWTH = 8.0
# kB that an allocator takes from the system in a few steps, however little is asked for: only many cycles tell what
# grows from this.
STEPS = 2048.0


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Write a line where it is seen."""

    def tell(line: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\nsoak: {line}\n")

    return tell


def test_kills(start: Start, left: Left, pytester: pytest.Pytester, tell: Callable[[str], None]) -> None:
    """Whenever a run of eight resources is killed, all of it is gone 15 seconds later, and nothing appears then."""
    seed = random.randrange(2**32)
    moments, seconds = random.Random(seed), list[float]()
    begun = time.monotonic()
    process = start(OPEN)
    wait_until((pytester.path / "shop").exists)
    duration = time.monotonic() - begun
    for _ in range(KILLS):
        kill_group(process)
        # What the next run would remove as well is not to be here any more.
        seconds.append(goes(left, SETTLED))
        process = start(OPEN)
        time.sleep(moments.uniform(0, duration))
    kill_group(process)
    goes(left, QUIET)
    tell(f"{KILLS} kills, seed {seed}: gone after {statistics.median(seconds):.1f} s, at most {max(seconds):.1f} s")


# Notes after each test what the process has. What is being removed in the background comes and goes, so that no single
# test tells anything: what the last ones have all of them is compared with the most that the first half ever had.
CYCLE = """
import gc, json, os, threading

SEEN = []

@pytest.fixture(autouse=True)
def seen():
    yield
    gc.collect()
    status = dict(line.split(':', 1) for line in Path('/proc/self/status').read_text().splitlines())
    children = Path(f'/proc/self/task/{os.getpid()}/children').read_text().split()
    SEEN.append({
        'descriptors': len(os.listdir('/proc/self/fd')),
        'threads': threading.active_count(),
        'children': len(children),
        'kilobytes': int(status['VmRSS'].split()[0]),
    })
    Path('seen').write_text(json.dumps(SEEN))

it = container(image=BASE, command='sleep 600', stop_signal='KILL', labels=MARK)

@pytest.mark.parametrize('number', range(CYCLES))
def test_it(it, number): ...
"""


def test_cycles(project: Project, left: Left, pytester: pytest.Pytester, tell: Callable[[str], None]) -> None:
    """However many containers a run makes and removes, it has no more files, threads and processes, nor much memory."""
    project(f"CYCLES = {CYCLES}\n{CYCLE}", "-q").assert_outcomes(passed=CYCLES)
    assert left() == []
    seen: list[dict[str, Any]] = json.loads((pytester.path / "seen").read_text())
    tenth = CYCLES // 10
    early, late = seen[tenth : CYCLES // 2], seen[-tenth:]
    for what in ("descriptors", "threads", "children"):
        assert min(each[what] for each in late) <= max(each[what] for each in early), what
    before, after = (statistics.median(each["kilobytes"] for each in part) for part in (early, late))
    tell(f"{CYCLES} cycles: {late[-1]}; {(after - before) / (CYCLES * 0.65):+.2f} kB a cycle")
    assert after - before < STEPS + GROWTH * CYCLES
