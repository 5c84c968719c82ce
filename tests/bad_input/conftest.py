"""What the tests of bad input share: many small test modules in one run, each with what its user reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest

from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

from ..conftest import Run

# By a name for the row: a definition, or a whole test module, and what its user reads: the class of the error and its
# sentence. "…" stands for any text of one line.
Table = Mapping[str, tuple[str, str]]
Told = Callable[..., pytest.RunResult]

HEADER = """
import functools, io, os
from pathlib import Path
import pytest
from pytest_docker_tools import *
from pytest_docker_tools.probes import *
from pytest_docker_tools.types import *
"""
GOOD = f"""{HEADER}
good = container(image='app', networks=['{{net.name}}'], volumes={{'{{vol.name}}': {{'bind': '/data'}}}})
net, vol = network(), volume(initial_content={{'a': 'b'}})
def test_good(good):
    assert good.get_text('/data/a') == 'b'
"""
# Lines of our own code in a traceback.
OURS = re.compile(r"^\S*(pytest_docker_tools|backends|lib/python[\d.]+)\S*/\w+\.py:\d+", re.MULTILINE)


class Reports:
    """Takes down what is told of each test module that fails."""

    def __init__(self) -> None:
        self.told: dict[str, str] = {}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a module that cannot be imported."""
        self._note(report)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that fails, or whose fixtures do."""
        self._note(report)

    def _note(self, report: pytest.CollectReport | pytest.TestReport) -> None:
        if report.failed:
            module = report.nodeid.partition("::")[0]
            self.told[module] = self.told.get(module, "") + report.longreprtext


@pytest.fixture
def told(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> Told:
    """Run all rows of a table as modules of one run, and assert what is told of each, and that the run goes on."""

    def told(table: Table, *arguments: str) -> pytest.RunResult:
        for name, (text, _) in table.items():
            written = text if "def test_" in text else f"it = {text}\ndef test_it(it): ..."
            pytester.makepyfile(**{f"test_{name}": f"{HEADER}{written}\n"})
        # Its name comes after all others.
        pytester.makepyfile(test_zz_good=GOOD)
        reports = Reports()
        result = run("--continue-on-collection-errors", *arguments, plugins=[reports])
        sentences = {name: sentence(reports.told.get(f"test_{name}.py", "")) for name in table}
        assert {name: said for name, said in sentences.items() if not is_like(said, table[name][1])} == {}
        outcomes = result.parseoutcomes()
        assert outcomes.pop("passed") == 1
        assert sum(outcomes.values()) == len(table)
        require_calm(result, engine)
        for text in reports.told.values():
            assert not OURS.search(text), text
        return result

    return told


def sentence(told: str) -> str:
    """Give class and words of the error in a report; of one that shows none, its first line."""
    lines = [line[1:].strip() for line in told.splitlines() if re.match(r"E\s", line)]
    return re.sub(r"^[\w.]+\.(?=\w+: )", "", "\n".join(lines or told.splitlines()[:1]))


def is_like(said: str, expected: str) -> bool:
    """Say whether a sentence is the expected one."""
    return re.fullmatch(re.escape(expected).replace("…", ".*"), said) is not None


def require_calm(result: pytest.RunResult, engine: MemoryEngine) -> None:
    """Assert that pytest itself met no error, that no secret is told, and that nothing is left on the engine."""
    written = result.stdout.str() + result.stderr.str()
    assert "INTERNALERROR" not in written
    assert [line for line in written.splitlines() if "geheim" in line and not line.startswith((">", "   "))] == []
    driver = MemoryDriver(engine)
    assert driver.ids("container") == driver.ids("volume") == []
    assert {found.name for found in engine.networks.values()} == {"bridge", "host", "none"}
