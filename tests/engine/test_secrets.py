"""Secrets in a whole test run: what pytest shows, and what a program in the client's place is given as arguments."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import BASE

SECRET = "hunter2"
RECORDER = """#!{python}
import json, os, sys

with open({record!r}, "a") as record:
    record.write(json.dumps(sys.argv) + "\\n")
os.execv({client!r}, sys.argv)
"""
# The secret is in a file, so that it is in no line of source that pytest shows. What ends has a port, as without one it
# would be ready if it was seen to run for a moment.
PROJECT = """
import io
import pytest
from pytest_docker_tools import *

BASE = '%(base)s'
MARK = {'made-for': '%(mark)s'}
DOCKERFILE = 'FROM %(base)s\\nARG TOKEN\\nRUN test ${#TOKEN} = 7\\n'


@pytest.fixture(scope='session')
def secret():
    return open('secret').read()


@pytest.fixture(scope='session')
def login(secret):
    return {'username': 'me', 'password': secret}


app = build(fileobj=io.BytesIO(DOCKERFILE.encode()), buildargs={'TOKEN': '{secret}'}, labels=MARK, nocache=True)
failing = build(
    fileobj=io.BytesIO(f'ARG TOKEN\\nFROM {BASE}\\nRUN exit 7\\n'.encode()), buildargs={'TOKEN': fxtr('secret')},
    nocache=True,
)
it = container(
    image='{app.id}', command=['sleep', '600'], labels=MARK,
    environment={'TOKEN': '{secret}', 'LINES': 'a\\n{secret}', 'HOME': '/{secret}', 'DOCKER_HOST': fxtr('secret')},
)
ended = container(
    image=BASE, command='false', ports={'80/tcp': None}, environment={'TOKEN': fxtr('secret')}, labels=MARK,
)
refused = container(image=BASE, environment={'DOCKER_HOST': 'a\\n{secret}', 'TOKEN': 5}, mounts=[5], labels=MARK)
wrong = container(image=BASE, environment=fxtr('login'), user='no:such:user', labels=MARK)
private = fetch(repository='%(registry)s/private', auth_config=fxtr('login'))


def test_it(it):
    lengths = 'test ${#TOKEN}${#LINES}${#HOME}${#DOCKER_HOST}${#OTHER} = 798714'
    assert it.exec_run(['sh', '-c', lengths], environment={'OTHER': it.env['TOKEN'] * 2})[0] == 0


def test_that_fails(it):
    assert it is None


def test_failing(failing): ...
def test_ended(ended): ...
def test_refused(refused): ...
def test_wrong(wrong): ...
def test_private(private): ...
"""
Run = Callable[..., str]


@pytest.fixture
def recorded(tmp_path: Path, backend: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a program that notes its arguments in the client's place, and give the file that it writes."""
    name, record = "podman" if backend == "podman" else "docker", tmp_path / "record"
    (tmp_path / "bin").mkdir()
    recorder = tmp_path / "bin" / name
    recorder.write_text(RECORDER.format(python=sys.executable, record=str(record), client=shutil.which(name)))
    recorder.chmod(0o755)
    monkeypatch.setenv("PATH", f"{recorder.parent}{os.pathsep}{os.environ['PATH']}")
    return record


@pytest.fixture
def show(pytester: pytest.Pytester, backend: str, mark: str, private_registry: str) -> Run:
    """Run the project, and give everything that pytest shows."""
    pytester.makepyfile(test_it=PROJECT % {"base": BASE, "mark": mark, "registry": private_registry})
    (pytester.path / "secret").write_text(SECRET)

    def show(*arguments: str) -> str:
        result = pytester.runpytest_subprocess(f"--docker-backend={backend}", "-p", "no:cacheprovider", *arguments)
        return result.stdout.str() + result.stderr.str()

    return show


def test_nobody_sees_a_secret(show: Run, recorded: Path, backend: str, pytester: pytest.Pytester) -> None:
    """Values of environments and build arguments, and passwords, are in nothing that is shown, and in no arguments."""
    shown = show("-vv", "--showlocals", "--setup-show", "-rA", "--junitxml=report.xml")
    assert "1 failed, 1 passed, 5 errors" in shown
    assert SECRET not in shown
    assert SECRET not in (pytester.path / "report.xml").read_text()
    if backend != "docker-py":
        calls = [json.loads(line) for line in recorded.read_text().splitlines()]
        creates = "run" if backend == "docker-cli" else "create"
        assert {call[1] for call in calls} >= {"build", creates, "exec", "pull"}
        assert [call for call in calls if SECRET in str(call)] == []


@pytest.mark.parametrize(
    ("argument", "listed"),
    [
        ("--fixtures", "private [session scope] -- test_it.py:"),
        ("--setup-plan", "SETUP    S app"),
        ("--collect-only", "test_private>"),
    ],
)
def test_no_listing_has_a_secret(show: Run, argument: str, listed: str) -> None:
    """Listings have no value of a keyword, though they name the fixtures and tests."""
    shown = show(argument, "-vv")
    assert listed in shown
    assert SECRET not in shown
