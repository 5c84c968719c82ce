"""Writes down what a run of many tests has cost the process of pytest, whatever library the tests use."""

from __future__ import annotations

import json
import os
import resource
from collections import defaultdict
from pathlib import Path
from statistics import median

import pytest

QUARTER = 50
SECONDS: defaultdict[str, float] = defaultdict(float)
OPEN_FILES: list[int] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up what a test takes, its fixtures included, and count the open files after it."""
    SECONDS[report.nodeid] += report.duration
    if report.when == "teardown":
        OPEN_FILES.append(len(os.listdir("/proc/self/fd")))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Write the figures, as JSON, to the file that the environment names. Where no test ran there are none."""
    if not SECONDS:
        return
    seconds = list(SECONDS.values())
    figures = {
        "growth": median(seconds[-QUARTER:]) / median(seconds[:QUARTER]),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "files": max(OPEN_FILES),
    }
    Path(os.environ["BENCHMARK_FIGURES"]).write_text(json.dumps(figures))
