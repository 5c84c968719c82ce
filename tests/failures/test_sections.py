"""What the report of a failing test says about its containers."""

from __future__ import annotations

import re
from collections import Counter
from xml.etree import ElementTree

import pytest

from pytest_docker_tools.exceptions import BuildFailed
from pytest_docker_tools.failures.description import LINES
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

from ..conftest import Run

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


@pytest.mark.parametrize("arguments", [[], ["-o", "junit_logging=all"], ["-o", "junit_family=xunit1"]])
def test_sections_are_in_junit_reports(pytester: pytest.Pytester, run: Run, arguments: list[str]) -> None:
    """A junit file has the sections under whichever settings, and is well-formed whatever the container wrote."""
    pytester.makepyfile(
        HEADER
        + """
db = container(image='db')

@pytest.fixture
def fails(db):
    yield
    assert False

def test_call(db):
    assert False

def test_setup(db, nothing): ...

def test_teardown(fails): ...
"""
    )
    run("--junitxml=report.xml", *arguments)
    root = ElementTree.parse(pytester.path / "report.xml").getroot()
    texts = [found.text or "" for found in [*root.iter("failure"), *root.iter("error")]]
    assert len(texts) == 3
    assert all("docker container db" in text and "db says \\xff\\x1b[31m hello" in text for text in texts)


def test_reports_of_other_kinds_of_items(pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sections are also in what pytest shows of doctests and unittests, and of a test that passes unexpectedly."""
    pytester.makepyfile(
        HEADER
        + """
import unittest

db = container(image='db')

def example():
    \"\"\"
    >>> getfixture('db').nothing
    1
    \"\"\"

@pytest.mark.usefixtures('db')
class TestIt(unittest.TestCase):
    def test_unit(self):
        self.fail()

@pytest.mark.xfail(strict=True)
def test_unexpected(db): ...

@pytest.mark.xfail(strict=True)
def test_expected(db):
    assert False
"""
    )
    # Where one of these is set, pytest's short summary has all of a failure's text once more.
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("BUILD_NUMBER", raising=False)
    result = run("--doctest-modules")
    result.assert_outcomes(failed=3, xfailed=1)
    assert result.stdout.str().count(" docker container db ") == 3


@pytest.mark.parametrize(("style", "count"), [("auto", 1), ("long", 1), ("short", 1), ("native", 1), ("no", 0)])
def test_styles_of_tracebacks(pytester: pytest.Pytester, run: Run, style: str, count: int) -> None:
    """Sections are shown wherever pytest shows more of a failure than its line, also without captured output."""
    pytester.makepyfile(HEADER + "db = container(image='db')\ndef test_it(db):\n    assert False")
    result = run(f"--tb={style}", "--show-capture=no")
    assert result.stdout.str().count(" docker container db ") == count


def test_a_silent_engine_is_asked_once(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """With three containers on an engine that does not answer, one call is made for the report, which is complete."""
    pytester.makepyfile(
        HEADER
        + """
from pytest_docker_tools.exceptions import DeadlineExceeded

a, b, c = [container(image='db') for _ in range(3)]

def test_it(a, b, c, docker_client):
    docker_client.driver.engine.fail('inspect', DeadlineExceeded('not within 5 seconds'))
    docker_client.driver.engine.calls.clear()
    assert False
"""
    )
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*docker container a*",
            "state:  unknown: not within 5 seconds",
            "*docker container b*",
            "state:  unknown: the engine does not answer",
            "*docker container c*",
            "state:  unknown: the engine does not answer",
        ]
    )
    assert [verb for verb, _ in engine.calls] == ["inspect", "remove", "remove", "remove"]


def test_a_report_does_not_fail(pytester: pytest.Pytester, run: Run) -> None:
    """What a wrapper class raises when it is asked is a sentence of the section."""
    pytester.makepyfile(
        HEADER
        + """
from pytest_docker_tools import wrappers

class Odd(wrappers.Container):
    asked = False

    def __getattribute__(self, name):
        if name == 'waits_for' and type(self).asked:
            raise ZeroDivisionError('odd')
        return super().__getattribute__(name)

db = container(image='db', wrapper_class=Odd)

def test_it(db):
    Odd.asked = True
    assert False
"""
    )
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*docker container db*", "It cannot be shown: ZeroDivisionError: odd"])


def test_no_removal_is_held_up_by_a_look(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """Where a container cannot be looked at before its removal, whatever the reason, it is removed all the same."""
    pytester.makepyfile(
        HEADER
        + """
from pytest_docker_tools import wrappers

class Odd(wrappers.Container):
    asked = False

    @property
    def attrs(self):
        if self.asked:
            raise ZeroDivisionError('odd')
        return super().attrs

db = container(image='db', wrapper_class=Odd)

@pytest.fixture
def closed(db):
    yield
    assert False

def test_it(db, closed):
    db.asked = True
"""
    )
    result = run()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*docker container db*", "It cannot be shown: ZeroDivisionError: odd"])
    assert not engine.containers


PASSING = """
net = network()
data = volume(name='data')
db = container(image='db', network='{net.name}', volumes={'{data.name}': {'bind': '/data'}})

@pytest.fixture
def connection(db):
    return object()

@pytest.fixture
def closed(db):
    yield

"""


@pytest.mark.parametrize(
    ("test", "reads"),
    [
        ("@pytest.mark.parametrize('one', [1])\ndef test_it(one, connection, tmp_path, monkeypatch): ...", 0),
        ("def test_it(closed): ...", 1),
        ("def test_it(db, request): ...", 1),
        ("class TestIt:\n    def teardown_method(self): ...\n    def test_it(self, db): ...", 1),
    ],
)
@pytest.mark.parametrize("logs", ["tail", "none"])
def test_what_a_passing_test_asks_of_the_engine(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, test: str, reads: int, logs: str
) -> None:
    """Reports cost a passing test no call, or one reading of each log where its teardown may fail too late for that."""
    pytester.makepyfile(HEADER + PASSING + test)
    run(f"--docker-logs={logs}").assert_outcomes(passed=1)
    # The volume's name can be told, and a test that has the request may ask the engine.
    removals = {"remove": 3} if "request" in test else {"begin_removal": 2, "remove": 1}
    made = {"create_network": 1, "create_volume": 1, "create_container": 1, "start": 1, **removals}
    # For the values of the fixtures, a volume whose name may be taken, and readiness; what a killed run may have left.
    expected = {**made, "inspect": 5, "ids": 3, "logs": reads if logs == "tail" else 0}
    counted = Counter(verb for verb, _ in engine.calls if verb != "version")
    assert counted == {verb: count for verb, count in expected.items() if count}


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
