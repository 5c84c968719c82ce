"""What the report of a failing test says about its containers."""

from __future__ import annotations

import pytest

from pytest_docker_tools.exceptions import BuildFailed
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
    run().stdout.fnmatch_lines(["*docker logs of one*", "db says*"])


def test_a_cycle_is_told_by_pytest(pytester: pytest.Pytester, run: Run) -> None:
    """Two containers that refer to each other are reported as a recursive dependency."""
    pytester.makepyfile(HEADER + "a = container(image='{b.id}')\nb = container(image='{a.id}')\ndef test_it(a): ...")
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*recursive dependency involving fixture*"])
    result.stdout.no_fnmatch_line("*literal brace*")


SECRET = """
@pytest.fixture
def settings():
    return {'PASSWORD': ''.join(['hun', 'ter2'])}

class Broken(wrappers.Container):
    def ready(self):
        raise ZeroDivisionError

"""


@pytest.mark.parametrize("style", ["auto", "long", "short", "native"])
@pytest.mark.parametrize(
    "definition",
    [
        "container(image='broken', environment=fxtr('settings'))",
        "container(image='app', environment=fxtr('settings'), wrapper_class=Broken)",
        "container(image='app', environment=fxtr('settings'), command='{settings.oops}')",
        "container(image='app', environment=fxtr('settings'), command='{settings[oops]}')",
        "container(image='app', environment=fxtr('settings'), command=lambda: 1 / 0)",
        "container(image='app', environment=fxtr('settings'), ports=5)",
        "container(image='app', environment=lambda settings: {'A=B': settings['PASSWORD']})",
        "container(image='nowhere', environment=fxtr('settings'))",
        "build(fileobj=b'FROM scratch', buildargs=fxtr('settings'), scope='function')",
    ],
)
def test_no_report_shows_a_value_of_the_environment(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, definition: str, style: str
) -> None:
    """Whatever fails, and however tracebacks and locals are shown, a value that came from a fixture is in no report."""
    engine.fail("build_image", BuildFailed("it broke", log=""))
    pytester.makepyfile(
        HEADER + "from pytest_docker_tools import wrappers\n" + SECRET + f"it = {definition}\ndef test_it(it): ..."
    )
    # pytest itself shows the arguments and locals of a user's own functions, so those have none of it here.
    result = run(f"--tb={style}", "-vv", *(["--showlocals"] if style != "native" else []), "--setup-show")
    result.assert_outcomes(errors=1)
    assert "hunter2" not in result.stdout.str() + result.stderr.str()
