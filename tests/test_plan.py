"""The plan that --docker-plan prints: pytest runs of small projects that have no engine."""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pytest_docker_tools.driver import Made, Options
from pytest_docker_tools.exceptions import EngineUnavailable
from pytest_docker_tools.testing import MemoryDriver

from .conftest import Run

CONFTEST = """
import pytest
from pytest_docker_tools import *

net = network()

@pytest.fixture
def settings(db):
    raise AssertionError('a fixture was set up')

db = container(image='postgres:17', network='{net.name}', environment={'PASSWORD': 'hunter2'}, ports={'5432/tcp': None})
web = container(image='web', environment=fxtr('settings'), depends_on=['cache'], timeout=5)
cache = container(image='redis:7', scope='session')
bad = build(path='nowhere')
"""
TESTS = """
def test_web(web): assert False
def test_web_again(web): ...
def test_db(db): ...
def test_plain(tmp_path): ...
"""
PLAN = """
* docker plan *
test_it.py::test_web
test_it.py::test_web_again
  cache: container, session scope (conftest.py:12)
    docker create --pull=never -- redis:7
  net: network, function scope (conftest.py:4)
    docker network create -- pytest-RANDOM
  db: container, function scope (conftest.py:10), needs net
    docker create --pull=never --publish=5432/tcp '--network={net.name}' --env=PASSWORD -- postgres:17
  web: container, function scope (conftest.py:11), needs cache, settings
    docker create --pull=never -- web
    environment={settings}, timeout=5

test_it.py::test_db
  net: see above (conftest.py:4)
  db: see above (conftest.py:10)

1 test without a fixture of a factory.
"""


@pytest.fixture
def plan(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run pytest on the project with --docker-plan, with docker's command line as the backend."""
    monkeypatch.delenv("PYTEST_DOCKER_BACKEND", raising=False)
    return lambda *arguments: run("--docker-plan", *arguments)


@pytest.fixture
def project(pytester: pytest.Pytester) -> None:
    """A project with tests that have two, and other, fixtures of factories."""
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_it=TESTS)


def printed(result: pytest.RunResult) -> str:
    """Give what is below the plan's title."""
    return result.stdout.str().partition("docker plan =")[2].partition("\n")[2]


@pytest.mark.usefixtures("project")
def test_a_plan(plan: Run) -> None:
    """Tests with the same fixtures are together, with each fixture's place, dependencies and command, once."""
    result = plan()
    expected = PLAN.strip().partition("\n")[2]
    assert printed(result).startswith(expected)
    assert result.ret == 0


def test_the_page_about_it(pytester: pytest.Pytester, plan: Run) -> None:
    """The plan that the documentation shows is that of its example."""
    page = (Path(__file__).parents[1] / "docs" / "plan.md").read_text()
    conftest, test, expected = re.findall(r"```\w+\n(?:# \S+\.py\n)?(.*?)```", page, re.DOTALL)
    pytester.makeconftest(conftest)
    pytester.makepyfile(test_shop=test)
    assert printed(plan()).startswith(expected)


def test_what_workers_share_is_said(pytester: pytest.Pytester, plan: Run) -> None:
    """A fixture that all workers have in common is shown as one."""
    pytester.makepyfile(
        """
        from pytest_docker_tools import network
        net = network(name="a", scope="session", shared=True)
        def test_it(net): ...
        """
    )
    plan().stdout.fnmatch_lines(["  net: network, session scope, shared by all workers (test_*.py:2)"])


@pytest.mark.usefixtures("project")
def test_nothing_is_run(plan: Run) -> None:
    """No test and no fixture runs, and no report is written of any."""
    result = plan("--junitxml=report.xml", "-p", "no:randomly")
    assert result.parseoutcomes() == {}
    assert "testcase" not in Path("report.xml").read_text()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A place where an engine could be, at which a connection would wait."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        listener.setblocking(False)
        yield listener


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("backend", ["docker-cli", "docker-py"])
@pytest.mark.parametrize("arguments", [[], ["-n2"], ["-n", "auto"], ["--dist=loadfile", "-n2", "-v"]], ids=" ".join)
def test_nobody_is_asked(
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    listener: socket.socket,
    backend: str,
    arguments: list[str],
) -> None:
    """No client is run, no connection made, and no worker of pytest-xdist started."""
    programs = pytester.mkdir("programs")
    client = programs / "docker"
    client.write_text(f"#!{sys.executable}\nopen({str(pytester.path / 'was-run')!r}, 'w')\n")
    client.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{listener.getsockname()[1]}")
    result = pytester.runpytest_subprocess("--docker-plan", f"--docker-backend={backend}", *arguments)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["test_it.py::test_db"])
    assert "worker" not in result.stdout.str()
    assert not (pytester.path / "was-run").exists()
    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("arguments", [["-k", "db"], ["test_it.py::test_db"], ["--deselect", "test_it.py::test_web"]])
def test_selection(plan: Run, arguments: list[str]) -> None:
    """Tests are chosen as for a run."""
    result = plan(*arguments)
    result.stdout.fnmatch_lines(["test_it.py::test_db"])
    assert "test_it.py::test_web\n" not in result.stdout.str()


def test_overriding(pytester: pytest.Pytester, plan: Run) -> None:
    """A fixture that a module or class has in place of the conftest's is shown where it is used, with its own place."""
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile("""
        from pytest_docker_tools import *
        cache = container(image='{cache.image.id}', name='module')
        def test_module(web): ...
        class TestClass:
            cache = container(image='valkey', name='class')
            def test_class(self, cache): ...
    """)
    lines = printed(plan()).splitlines()
    caches = [line for line in lines if line.startswith("  cache: ")]
    name = "test_overriding.py"
    assert caches == [
        "  cache: container, session scope (conftest.py:12)",
        f"  cache: container, function scope ({name}:2), needs cache",
        f"  cache: container, function scope ({name}:5)",
    ]
    assert lines.count(f"{name}::TestClass::test_class") == 1


def test_parameters(pytester: pytest.Pytester, plan: Run) -> None:
    """What is a parameter of a test is no fixture of a factory, and makes no graph of its own."""
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile("""
        import pytest
        @pytest.mark.parametrize('db', [1, 2])
        def test_it(db, cache): ...
        @pytest.fixture(params='ab')
        def letter(request): ...
        def test_other(letter, cache): ...
    """)
    name = "test_parameters.py"
    assert printed(plan()).splitlines()[:6] == [
        *(f"{name}::test_it[{number}]" for number in (1, 2)),
        *(f"{name}::test_other[{letter}]" for letter in "ab"),
        "  cache: container, session scope (conftest.py:12)",
        "    docker create --pull=never -- redis:7",
    ]


def test_many_tests(pytester: pytest.Pytester, plan: Run) -> None:
    """Many tests that have the same fixtures are counted by file, and named with -v."""
    pytester.makeconftest(CONFTEST)
    test = "import pytest\n@pytest.mark.parametrize('i', range(300))\ndef test_it(i, net): ..."
    pytester.makepyfile(test_one=test, test_two="def test_it(net): ...")
    assert printed(plan()).splitlines()[:2] == ["test_one.py: 300 tests", "test_two.py: 1 test"]
    assert "test_one.py::test_it[299]\n" in printed(plan("-v"))


class TestStatus:
    @pytest.mark.parametrize(
        ("test", "error"),
        [
            ("def test_it(bad): ...", "error: The build 'bad' (*conftest.py:13) is to be built *'nowhere'*"),
            ("x = container(image='{nothing.id}')\ndef test_it(x): ...", "error: it asks for a fixture 'nothing', *"),
            ("x = container(image='{x.id}')\ndef test_it(x): ...", "error: it asks for a fixture 'x', *"),
            ("x = container(image='a', ports={'web': 1})\ndef test_it(x): ...", "error: 'ports' cannot be used *"),
            ("x = container(image=fetch(repository='a'))\ndef test_it(x): ...", "error: container(image=...) at *"),
        ],
    )
    def test_of_what_cannot_be_made(self, pytester: pytest.Pytester, plan: Run, test: str, error: str) -> None:
        """What a run would refuse, as it is written, is an error of its fixture; all others are shown."""
        pytester.makeconftest(CONFTEST)
        pytester.makepyfile(f"from pytest_docker_tools import *\n{test}\ndef test_other(cache): ...")
        result = plan()
        result.stdout.fnmatch_lines([f"    {error}", "  cache: *"])
        assert result.ret == pytest.ExitCode.TESTS_FAILED

    def test_without_tests(self, plan: Run) -> None:
        """Where nothing is collected it is pytest's own."""
        assert plan().ret == pytest.ExitCode.NO_TESTS_COLLECTED

    def test_of_a_module_that_cannot_be_imported(self, pytester: pytest.Pytester, plan: Run) -> None:
        """A failed collection is what pytest says of it, with a plan of the rest if that was asked for."""
        pytester.makepyfile(test_bad="import nothing", test_good="def test_it(): ...")
        result = plan()
        assert result.ret == pytest.ExitCode.INTERRUPTED
        assert "docker plan" not in result.stdout.str()
        result = plan("--continue-on-collection-errors")
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        result.stdout.fnmatch_lines(["1 test without a fixture of a factory."])

    def test_of_an_unknown_backend(self, pytester: pytest.Pytester, plan: Run) -> None:
        """A backend that is not installed is a wrong usage."""
        pytester.makepyfile("def test_it(): ...")
        result = plan("--docker-backend=nothing")
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stderr.fnmatch_lines(["ERROR: There is no docker backend named 'nothing'*"])

    @pytest.mark.usefixtures("project")
    def test_of_a_backend_that_is_of_no_use(self, plan: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """So is one that needs something which is not installed, which is said once."""

        class Unusable(MemoryDriver):
            def shown(self, verb: Made, options: Options) -> str:
                raise EngineUnavailable("Install it.")

        monkeypatch.setattr("pytest_docker_tools.drivers.open_driver", lambda backend, settings: Unusable())
        result = plan()
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        assert result.stderr.lines.count("ERROR: Install it.") == 1


@pytest.mark.usefixtures("project")
def test_a_pytest_that_does_not_tell(plan: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the fixtures of a test cannot be known there is a sentence in place of its graph."""
    monkeypatch.setattr("pytest_docker_tools.plan.closure", lambda item: None)
    result = plan()
    result.stdout.fnmatch_lines(["4 tests whose fixtures this pytest does not tell before they are set up."])
    assert result.ret == 0


@pytest.mark.usefixtures("project")
def test_without_a_terminal(pytester: pytest.Pytester) -> None:
    """Where pytest reports nothing, nor does the plan; its status is the same."""
    result = pytester.runpytest_inprocess("--docker-plan", "-p", "no:terminal")
    assert (result.ret, result.stdout.str()) == (0, "")


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        ("'printf \\x1b[31m\\x07red'", ["    docker create --pull=never -- a printf 'red'"]),
        ("['sh', '-c', 'one\\ntwo']", ["    docker create --pull=never -- a sh -c 'one", "two'"]),
    ],
)
def test_control_characters(pytester: pytest.Pytester, plan: Run, command: str, lines: list[str]) -> None:
    """A command does not act upon the terminal, and one of several lines can still be taken from there."""
    pytester.makepyfile(
        f"from pytest_docker_tools import *\nit = container(image='a', command={command})\ndef test_it(it): ..."
    )
    text = printed(plan())
    assert "\n".join(lines) in text
    assert not re.search("[\x07\x1b]", text)


def test_secrets(pytester: pytest.Pytester, plan: Run) -> None:
    """No value that may be a secret is printed, with any backend."""
    pytester.makepyfile("""
        from pytest_docker_tools import *

        a = container(image='a', environment={'A': 'hunter2', 'PATH': '{{hunter2}}'}, files={'/a': '{{hunter2}}'})
        b = container(image='a', log_config={'Type': 'x', 'Config': {'token': 'hunter2'}})
        c = container(image='a', mounts=[{'Target': '/a', 'VolumeOptions': {'DriverConfig': {'Options': {'o': 'hunter2'}}}}])
        d = container(image='a', networks={'n': {'driver_opt': {'a': 'hunter2'}}}, storage_opt={'size': 'hunter2'})
        e = fetch(repository='a', auth_config={'username': 'me', 'password': 'hunter2'})
        f = build(fileobj=b'hunter2', buildargs={'A': 'hunter2'})
        g = volume(driver_opts={'o': 'hunter2'}, initial_content={'a': '{{hunter2}}', 'b': b'hunter2'})
        h = network(options={'a': 'hunter2'})

        def test_it(a, b, c, d, e, f, g, h): ...
    """)  # noqa: E501
    for backend in ("docker-cli", "docker-py"):
        result = plan(f"--docker-backend={backend}")
        assert result.ret == 0
        assert "hunter2" not in result.stdout.str()
