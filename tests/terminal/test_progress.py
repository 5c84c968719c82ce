"""What is shown of builds and pulls, on a terminal and elsewhere: pytest runs of small projects in processes."""

from __future__ import annotations

import re

import pytest

from ..conftest import OnTerminal, seen

CONFTEST = """
import io
import pytest
from pytest_docker_tools import *
from pytest_docker_tools.client import Client
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

@pytest.fixture(scope='session')
def docker_client():
    engine = MemoryEngine()
    engine.registry['base:1'] = MemoryImage()
    with Client(MemoryDriver(engine)) as client:
        yield client

def dockerfile(*steps):
    return io.BytesIO('\\n'.join(['FROM scratch', *steps]).encode())

app = build(fileobj=dockerfile('LABEL a=b', 'RUN one\\x1b[2J\\x07\\ttwo'))
other = build(fileobj=dockerfile('LABEL c=d'), stages={'first': 'app:first'}, depends_on=[app])
base = fetch(repository='base:1')
bad = build(path='nowhere')
"""
TESTS = """
def test_one():
    pass

def test_two(app, other):
    print('printed')

def test_three(base):
    pass
"""
TIME = r"\d\.\d s"


@pytest.fixture(autouse=True)
def project(pytester: pytest.Pytester) -> None:
    """A project whose tests build and pull."""
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_it=TESTS)


def shown(pattern: str, lines: list[str]) -> bool:
    """Say whether these lines follow each other; `TIME` is what it took."""
    return re.search(pattern.replace("TIME", TIME), "\n".join(lines)) is not None


@pytest.mark.parametrize("argument", ["-q", "-s", "--capture=sys", "--capture=fd"])
def test_on_a_terminal(on_terminal: OnTerminal, argument: str) -> None:
    """There is a line for each build and pull, which has what is reported, and in the end how long it took."""
    written = on_terminal(argument)
    assert shown(
        r"\.\ndocker: .*\nbuilding 'app' \(conftest\.py:17\): TIME\n"
        r"building 'other', stage 'first' \(conftest\.py:18\): TIME\nbuilding 'other' \(conftest\.py:18\): TIME\n",
        seen(written),
    )
    assert shown(r"\npulling 'base:1' \(conftest\.py:19\): TIME\n", seen(written))
    assert "\rbuilding 'app' (conftest.py:17): Step 2/3 : LABEL a=b " in written
    assert max(len(line) for line in re.split("[\r\n]+", written) if line.startswith("building")) < 80
    assert "3 passed" in written


def test_leaves_the_dots(on_terminal: OnTerminal) -> None:
    """What pytest has written stays as it is, and its dots go on below."""
    assert shown(
        r"\ntest_it\.py \.\ndocker: .*\nbuilding 'app' .*: TIME\n.*\nbuilding 'other' .*: TIME\ntest_it\.py \.\n"
        r"pulling .*: TIME\ntest_it\.py \. +\[100%\]\n",
        seen(on_terminal()),
    )


def test_leaves_dots_without_a_file(on_terminal: OnTerminal) -> None:
    """Where the dots are all that pytest writes, they go on on a line of their own."""
    lines = seen(on_terminal("-q"))
    assert shown(
        r"^\.\ndocker: .*\nbuilding 'app' .*\n.*\nbuilding 'other' .*: TIME\n\.\npulling .*: TIME\n\. +\[100%\]\n",
        lines,
    )


def test_all_lines_stay(on_terminal: OnTerminal) -> None:
    """With -v each line that is reported has a line of its own."""
    lines = seen(on_terminal("-v"))
    assert shown(
        r"test_it\.py::test_two\nbuilding 'app' \(conftest\.py:17\)\n  Step 1/3 : FROM scratch\n  Step 2/3 : .*\n"
        r"  Step 3/3 : RUN one\s+two\n  Successfully built \w+\nbuilding 'app' \(conftest\.py:17\): TIME\n"
        r"building 'other', stage",
        lines,
    )
    assert any(re.match(r"test_it\.py::test_two PASSED +\[ 66%\]", line) for line in lines)


@pytest.mark.parametrize("argument", ["-q", "-v"])
def test_no_control_characters(on_terminal: OnTerminal, argument: str) -> None:
    """What a build writes does not act upon the terminal."""
    written = on_terminal(argument)
    assert "\x1b" not in written
    assert "\x07" not in written


def test_what_fails(on_terminal: OnTerminal, pytester: pytest.Pytester) -> None:
    """A build that fails says so, and pytest goes on below it."""
    (pytester.mkdir("nowhere")).joinpath("Dockerfile.other").write_text("FROM scratch\n")
    pytester.makepyfile(test_it="def test_it(bad): ...")
    lines = seen(on_terminal())
    assert shown(r"\nbuilding 'bad' \(conftest\.py:20\): failed after TIME\ntest_it\.py E ", lines)


@pytest.mark.parametrize("arguments", [["-qq"], ["-n1"], ["-n1", "-v"], ["-p", "no:terminal"]], ids=str)
def test_nobody_to_show_it_to(on_terminal: OnTerminal, arguments: list[str]) -> None:
    """Nothing is shown where little is wanted, and by the workers of pytest-xdist."""
    written = on_terminal(*arguments)
    assert "building" not in written
    assert "pulling" not in written


def test_in_another_thread(on_terminal: OnTerminal, pytester: pytest.Pytester) -> None:
    """What is made in a thread beside the main one writes nothing in between."""
    pytester.makepyfile(
        test_it="import threading\ndef test_it(request):\n    wanted = ['app']\n"
        "    thread = threading.Thread(target=lambda: request.getfixturevalue('app').id)\n"
        "    thread.start()\n    thread.join()\n    assert request.getfixturevalue('app').id\n"
    )
    written = on_terminal()
    assert "1 passed" in written
    assert "building" not in written


def test_in_a_file(on_terminal: OnTerminal, pytester: pytest.Pytester) -> None:
    """Where the output goes to a file, or through a pipe, nothing is shown."""
    result = pytester.runpytest_subprocess("-v")
    result.assert_outcomes(passed=3)
    assert "building" not in result.stdout.str() + result.stderr.str()


BOTH = """
import io, threading
import pytest
from pytest_docker_tools import *
from pytest_docker_tools.client import Client
from pytest_docker_tools.testing import MemoryDriver

# What both builds say at their begin is shown before any of them ends, and then one ends before the other.
BEGUN, SHOWN, ENDED = threading.Barrier(2, timeout=30), threading.Semaphore(0), threading.Event()

class Driver(MemoryDriver):
    def build_image(self, options, *, on_progress=None, **more):
        on_progress('begun')
        BEGUN.wait()
        if options['tag'] == 'second':
            assert ENDED.wait(30)
        else:
            assert SHOWN.acquire(timeout=30) and SHOWN.acquire(timeout=30)
        on_progress('ends')
        return super().build_image(options, on_progress=on_progress, **more)

@pytest.fixture(scope='session')
def docker_client():
    with Client(Driver()) as client:
        yield client

first = build(fileobj=io.BytesIO(b'FROM scratch'), tag='first')
second = build(fileobj=io.BytesIO(b'FROM scratch'), tag='second')

@pytest.fixture(scope='session', autouse=True)
def told():
    from pytest_docker_tools.terminal import progress
    def then(method, release):
        return lambda self, text: (method(self, text), release(text))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(progress._Lines, 'end', then(progress._Lines.end, lambda how: ENDED.set()))
        for lines in (progress._Lines, progress._OneLine):
            patch.setattr(lines, 'show', then(lines.show, lambda line: line == 'begun' and SHOWN.release()))
        yield

def test_both(first, second): ...
"""


@pytest.mark.parametrize("argument", ["", "-q"])
def test_several_at_once(on_terminal: OnTerminal, pytester: pytest.Pytester, argument: str) -> None:
    """Builds that go on at once share a line, on which each says at its end how long it took, and pytest goes on."""
    pytester.makeconftest("")
    pytester.makepyfile(test_it=BOTH)
    begin = "" if argument else r"test_it\.py "
    assert shown(
        rf"\nbuilding 'first' .*: TIME\nbuilding 'second' .*: TIME\n{begin}\. +\[100%\]\n",
        seen(on_terminal(*([argument] if argument else []))),
    )


def test_all_lines_of_several(on_terminal: OnTerminal, pytester: pytest.Pytester) -> None:
    """With -v each line says which build it is of while there are several."""
    pytester.makeconftest("")
    pytester.makepyfile(test_it=BOTH)
    lines = seen(on_terminal("-v"))
    assert "building 'first' (test_it.py:26): begun" in lines
    assert "building 'second' (test_it.py:27): begun" in lines
    assert "  ends" in lines
