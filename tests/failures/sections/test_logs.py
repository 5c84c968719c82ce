"""How much of the logs of containers is in the report of a failing test, and in files beside it."""

from __future__ import annotations

import re

import pytest

from pytest_docker_tools.failures.description import LINES
from pytest_docker_tools.testing import MemoryEngine, MemoryImage

from ...conftest import Run
from .conftest import HEADER


def test_only_what_was_written_since_the_test_began(pytester: pytest.Pytester, run: Run) -> None:
    """Of a session container a later test shows only what was written since its setup began, the first one all."""
    pytester.makepyfile(
        HEADER
        + """
db = container(image='db', scope='session')

@pytest.fixture
def write(docker_client, db):
    return lambda text: docker_client.driver.engine.write_log(db.id, text)

def test_first(write):
    write(b'for the first\\n')
    assert False

def test_second(write):
    write(b'for the second\\n')
    assert False
"""
    )
    first, second = [part.partition("docker container")[0] for part in _sections(run())]
    assert first.splitlines()[-2:] == ["db says \\xff\\x1b[31m hello", "for the first"]
    assert second.splitlines()[-2:] == ["log:    since this test began", "for the second"]


def _sections(result: pytest.RunResult) -> list[str]:
    """Give the sections about containers, each to its end."""
    found = re.findall(r"-+ docker container \w+ -+\n(.*?)\n(?=_____|-----|=====)", result.stdout.str(), re.DOTALL)
    assert found
    return found


@pytest.mark.parametrize(
    ("option", "ini"), [("all", "none"), ("tail", "all"), ("none", "all"), (None, "none"), (None, None)]
)
def test_how_much_of_logs_is_shown(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, option: str | None, ini: str | None
) -> None:
    """All of a log is shown, its end, or nothing of it, by the option, else by the ini option, else its end."""
    if ini:
        pytester.makeini(f"[pytest]\ndocker_logs = {ini}\n")
    engine.add_image("talks", MemoryImage(logs=b"".join(b"line %d\n" % number for number in range(500))))
    pytester.makepyfile(HEADER + "db = container(image='talks')\ndef test_it(db):\n    assert False")
    [section] = _sections(run(*([f"--docker-logs={option}"] if option else [])))
    logs = option or ini or "tail"
    assert section.count("line ") == {"all": 500, "tail": LINES, "none": 0}[logs]
    assert ("line 499" in section) is (logs != "none")
    assert ("logs" in [verb for verb, _ in engine.calls]) is (logs != "none")


def test_an_ini_option_that_means_nothing_is_refused(pytester: pytest.Pytester, run: Run) -> None:
    """A wrong value of docker_logs is told at the start, not when a test fails."""
    pytester.makeini("[pytest]\ndocker_logs = some\n")
    result = run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*docker_logs takes all, tail or none, not 'some'*"])


def test_logs_as_files(pytester: pytest.Pytester, run: Run) -> None:
    """Of a failing test's containers all of the log is written to a file, as it is, which the section names."""
    pytester.makepyfile(
        test_it=HEADER
        + """
db = container(image='db', scope='session')
broken = container(image='broken')

def test_passes(db): ...

@pytest.mark.parametrize('path', ['a/b', 'a-b'])
def test_fails(db, path):
    assert False

def test_setup(broken): ...
"""
    )
    result = run("--docker-logs-dir=logs", "--docker-logs=none")
    result.assert_outcomes(passed=1, failed=2, errors=1)
    files = sorted((pytester.path / "logs").glob("*/*"))
    assert [file.parent.name.rpartition("-")[0] for file in files] == [
        "test_it.py-test_fails-a-b",
        "test_it.py-test_fails-a-b",
        "test_it.py-test_setup",
    ]
    assert [file.read_bytes() for file in files] == [b"db says \xff\x1b[31m hello\n"] * 2 + [b"no config found\n"]
    for file in files:
        result.stdout.fnmatch_lines([f"file:   {file}"])
    run("--docker-logs-dir", str(pytester.path / "elsewhere"))
    assert len(list((pytester.path / "elsewhere").glob("*/*"))) == 3
