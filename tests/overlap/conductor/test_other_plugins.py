"""What pytest's own options, versions of it, and other plugins change, in whole runs of pytest."""

from __future__ import annotations

import threading

import pytest

from pytest_docker_tools.closure import Instance
from pytest_docker_tools.overlap import conductor

from ...conftest import Run
from ..conftest import GRAPH, HEADER, TWO, Stage


def test_setup_plan_makes_nothing(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """--setup-plan shows what would be set up, makes nothing, and calls no function of a keyword."""
    pytester.makepyfile(
        HEADER + TWO.replace(")", ", environment=lambda: note('called') or {})") + "def test_it(a, b): ..."
    )
    result = run("--setup-plan", *GRAPH)
    result.stdout.fnmatch_lines(["*SETUP    F a*", "*SETUP    F b*"])
    assert engine.events == []


@pytest.mark.parametrize("option", ["--setup-show", "--setup-only"])
def test_setup_show_is_as_ever(pytester: pytest.Pytester, run: Run, engine: Stage, option: str) -> None:
    """--setup-show and --setup-only show pytest's order, and each fixture is made once."""
    engine.meet("create_container aa", "create_container bb")
    pytester.makepyfile(HEADER + TWO + "def test_it(a, b): ...")
    shown = [line.split("(")[0].split() for line in run(option).outlines if "SETUP" in line or "TEARDOWN" in line]
    ours = [words for words in shown if words[2] in ("a", "b")]
    assert ours == [["SETUP", "F", "a"], ["SETUP", "F", "b"], ["TEARDOWN", "F", "b"], ["TEARDOWN", "F", "a"]]
    assert sorted(engine.made()) == ["aa", "bb"]


@pytest.mark.usefixtures("unguarded")
def test_pytest_that_tells_nothing(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """Where pytest does not say what a test needs, all is made in its order, and the end of the run says so, once."""
    pytester.makeconftest(
        """
from types import SimpleNamespace

def pytest_itemcollected(item):
    item._fixtureinfo = SimpleNamespace(argnames=item._fixtureinfo.argnames)
"""
    )
    pytester.makepyfile(HEADER + TWO + "def test_it(a, b): ...\ndef test_two(a): ...\n")
    result = run()
    result.assert_outcomes(passed=2)
    assert {*engine.threads.values()} == {threading.main_thread().name}
    said = [line for line in result.outlines if line.startswith("They were made one after the other, as this version")]
    assert len(said) == 1


def test_pytest_that_does_not_tell_which_fixture(
    pytester: pytest.Pytester, run: Run, engine: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a request does not say which fixture it sets up, its hooks do, so that nothing is made twice."""

    def asked_for(request: pytest.FixtureRequest) -> Instance:
        return Instance(str(request.fixturename), str(request.scope), request.node, None, None, list)

    monkeypatch.setattr(conductor, "asked_for", asked_for)
    engine.meet("create_container aa", "create_container bb")
    pytester.makepyfile(HEADER + TWO + "def test_it(a, b): ...")
    run().assert_outcomes(passed=1)


CHANGES_PLAIN = """
import pytest

@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef, request):
    value = yield
    if fixturedef.argname == 'plain':
        fixturedef.cached_result = ('right', *fixturedef.cached_result[1:])
    return value
"""


def test_a_value_that_another_plugin_changes(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """What was begun with a value that is not the one pytest has is removed, with what needs it, and made again."""
    pytester.makeconftest(CHANGES_PLAIN)
    pytester.makepyfile(
        HEADER
        + """
net = network(name='net', labels={'is': '{plain}'})
a = container(image='app', name='aa', network='{net.name}', environment={'IS': '{plain}'})
b = container(image='app', name='bb')

@pytest.fixture
def plain():
    return 'wrong'

def test_it(net, b, a):
    assert (net.attrs['Labels']['is'], a.env['IS']) == ('right', 'right')
"""
    )
    result = run()
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*could not be removed*")
    assert engine.made("create_network") == ["net", "net"]


def test_a_changed_value_is_seen_at_run_time(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """Also where user code asks at run time for what was begun with another value, and goes on itself."""
    pytester.makeconftest(CHANGES_PLAIN)
    pytester.makepyfile(
        HEADER
        + """
def others(request):
    return {'C': request.getfixturevalue('c').env['IS']}

a = container(image='app', name='aa', environment=others)
b = container(image='app', name='bb')
c = container(image='app', name='cc', environment={'IS': '{plain}'})

@pytest.fixture
def plain():
    return 'wrong'

def test_it(plain, b, a, c):
    assert a.env['C'] == 'right'
"""
    )
    run().assert_outcomes(passed=1)
    assert sorted(engine.made()) == ["aa", "bb", "cc", "cc"]
