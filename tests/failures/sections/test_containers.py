"""Which containers are shown in the report of a failing test, and what is said of each."""

from __future__ import annotations

import pytest

from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

from ...conftest import Run
from .conftest import HEADER


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
        ["*docker container db*", "db says \\xff\\x1b[[]31m hello", "*docker container api*", "hello from the app"]
    )
    result.stdout.no_fnmatch_line("*docker container other*")


@pytest.mark.parametrize(("reuse", "is_removed"), [("off", True), ("auto", False)])
def test_how_long_it_can_be_looked_at(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch, reuse: str, is_removed: bool
) -> None:
    """The commands to look at a container are said to be of use until its fixture ends, and not so where it stays."""
    monkeypatch.setattr(MemoryDriver, "client_command", lambda self: ("memory",))
    pytester.makepyfile(HEADER + "db = container(image='db')\ndef test_it(db):\n    assert False")
    result = run("-o", f"docker_reuse={reuse}")
    result.stdout.fnmatch_lines(["look: *memory exec *"])
    assert any(line.strip().startswith("(until ") for line in result.outlines) == is_removed


def test_another_fixture_of_the_same_name(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A container whose fixture is overridden for a test is not shown for it, unless the other one uses it."""
    pytester.makeconftest(HEADER + "db = container(image='db', name='first', scope='session')")
    pytester.makepyfile(
        test_a="def test_it(db): ...",
        test_b=HEADER + "db = container(image='db', name='second')\ndef test_it(db):\n    assert False",
    )
    result = run("--docker-keep=failed")
    result.assert_outcomes(passed=1, failed=1)
    assert [line for line in result.outlines if line.startswith("name: ")] == [
        f"name:   second (id {ref[:12]})" for ref in engine.containers
    ]
    pytester.makepyfile(
        test_b=HEADER + "db = container(image='db', hostname='{db.name}')\ndef test_it(db):\n    assert False"
    )
    assert run().stdout.str().count(" docker container db ") == 2


def test_a_container_asked_for_at_run_time_is_shown(pytester: pytest.Pytester, run: Run) -> None:
    """A container that a test got with getfixturevalue is shown too."""
    pytester.makepyfile(
        HEADER + "db = container(image='db')\ndef test_it(request):\n    assert not request.getfixturevalue('db')"
    )
    run().stdout.fnmatch_lines(["*docker container db*", "db says*"])


def test_a_failing_setup_shows_its_container(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A container that failed is removed at once, and its log is in the report of the setup."""
    pytester.makepyfile(HEADER + "it = container(image='broken')\ndef test_it(it): ...")
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*ContainerFailed*exit code 4*", "*docker container it*", "no config found"])
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
    result.stdout.fnmatch_lines(["*docker container db*", "db says*"])


def test_a_container_that_the_test_has_removed_is_told(pytester: pytest.Pytester, run: Run) -> None:
    """A container that the test itself removed has a sentence in place of its log and of commands."""
    pytester.makepyfile(
        HEADER + "db = container(image='db')\ndef test_it(db):\n    db.remove(force=True)\n    assert False"
    )
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*docker container db*", "state:  it does not exist any more: *"])


def test_a_failure_that_nobody_could_expect(pytester: pytest.Pytester, run: Run) -> None:
    """Where something fails after the removal of a container at which nobody has looked, that is said."""
    pytester.makeconftest(
        "import pytest\n@pytest.hookimpl(wrapper=True)\ndef pytest_runtest_teardown():\n    yield\n    assert False"
    )
    pytester.makepyfile(HEADER + "db = container(image='db')\ndef test_it(db): ...")
    run().stdout.fnmatch_lines(
        ["image:  db", "state:  unknown: it was removed before*", "look:   *--docker-keep=failed*"]
    )
    result = run("--docker-keep=failed")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["look:   it is removed by now"])


def test_a_passing_test_shows_nothing(pytester: pytest.Pytester, run: Run) -> None:
    """A test that passes has no log in its report."""
    pytester.makepyfile(HEADER + "db = container(image='db')\ndef test_it(db): ...")
    run("-rA").stdout.no_fnmatch_line("*docker container*")


def test_a_container_that_a_fixture_got_at_run_time_is_shown_for_each_test(pytester: pytest.Pytester, run: Run) -> None:
    """A session container that a parametrised fixture got by getfixturevalue is shown for the second test too."""
    pytester.makepyfile(
        HEADER
        + """
one = container(image='db', scope='session')

@pytest.fixture(params=['one'])
def db(request):
    return request.getfixturevalue(request.param)

def test_first(db): ...

def test_second(db):
    assert False
"""
    )
    run().stdout.fnmatch_lines(["*test_second*", "*docker container one*", "image:  db", "state:  running"])


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("'db'", "db"),
        ("'{base.id}'", "{base.id} (sha256:*)"),
        ("base", "{base} (sha256:*)"),
        ("lambda base: base.id", "*(sha256:*)"),
    ],
)
def test_the_image(pytester: pytest.Pytester, run: Run, written: str, shown: str) -> None:
    """An image that is known by its id is told by what the fixture refers to."""
    pytester.makepyfile(
        HEADER + f"base = image(name='db')\nit = container(image={written})\ndef test_it(it):\n    assert False"
    )
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"image:  {shown}"])
