"""What the report of a failing test says about its containers."""

from __future__ import annotations

import pytest

from pytest_docker_tools.reports import printable
from pytest_docker_tools.testing import MemoryEngine, MemoryImage

from .conftest import Run

HEADER = "from pytest_docker_tools import *\nimport pytest\n"


@pytest.fixture(autouse=True)
def images(engine: MemoryEngine) -> None:
    engine.add_image("db", MemoryImage(logs=b"db says \xff\x1b[31m hello\n"))
    engine.add_image("broken", MemoryImage(logs=b"no config found\n", exits_with=4))


def test_a_failing_call_shows_its_containers(pytester: pytest.Pytester, run: Run) -> None:
    """The report of a failing test has the log of every container it uses, directly or not, and of no other."""
    pytester.makepyfile(
        HEADER
        + """
db = container(image='db', scope='session')
api = container(image='app', environment={'DB': '{db.name}'})
other = container(image='db', scope='session')

def test_other(other): ...

def test_fails(api):
    assert not api
"""
    )
    result = run()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["*docker logs of db*", "db says \\xff\\x1b[[]31m hello", "*docker logs of api*", "hello from the app"]
    )
    result.stdout.no_fnmatch_line("*docker logs of other*")


def test_a_container_asked_for_at_run_time_is_shown(pytester: pytest.Pytester, run: Run) -> None:
    """A container that a test got with getfixturevalue is shown too."""
    pytester.makepyfile(
        HEADER + "db = container(image='db')\ndef test_it(request):\n    assert not request.getfixturevalue('db')"
    )
    run().stdout.fnmatch_lines(["*docker logs of db*", "db says*"])


def test_a_failing_setup_shows_its_container(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A container that failed is removed at once, and its log is in the report of the setup."""
    pytester.makepyfile(HEADER + "it = container(image='broken')\ndef test_it(it): ...")
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*ContainerFailed*exit code 4*", "*docker logs of it*", "no config found"])
    assert not engine.containers


def test_a_failing_teardown_shows_its_container(pytester: pytest.Pytester, run: Run) -> None:
    """A fixture that fails after the test shows the log of the container it used, though that is gone by then."""
    pytester.makepyfile(
        HEADER
        + """
db = container(image='db')

@pytest.fixture
def connection(db):
    yield
    assert not db

def test_it(connection): ...
"""
    )
    result = run()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*docker logs of db*", "db says*"])


def test_a_log_that_cannot_be_read_fails_nothing_more(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine
) -> None:
    """A container that the test itself removed has a sentence in place of its log."""
    pytester.makepyfile(
        HEADER + "db = container(image='db')\ndef test_it(db):\n    db.remove(force=True)\n    assert False"
    )
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*docker logs of db*", "(its output cannot be read: *"])


def test_a_passing_test_shows_nothing(pytester: pytest.Pytester, run: Run) -> None:
    """A test that passes has no log in its report."""
    pytester.makepyfile(HEADER + "db = container(image='db')\ndef test_it(db): ...")
    run("-rA").stdout.no_fnmatch_line("*docker logs*")


def test_logs_are_in_junit_reports(pytester: pytest.Pytester, run: Run) -> None:
    """A junit file of a failing test is well-formed whatever the container wrote."""
    pytester.makepyfile(HEADER + "db = container(image='db')\ndef test_it(db):\n    assert False")
    run("--junitxml=report.xml", "-o", "junit_logging=all")
    from xml.etree import ElementTree

    assert ElementTree.parse(pytester.path / "report.xml").getroot().find(".//failure") is not None


def test_printable() -> None:
    """Control characters become escapes; letters, newlines and tabs stay."""
    assert printable("a\tä\n\x1b[0m\x00\r") == "a\tä\n\\x1b[0m\\x00\\r"
