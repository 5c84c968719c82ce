"""In which reports sections about containers are, and what is in none."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from pytest_docker_tools.exceptions import BuildFailed
from pytest_docker_tools.testing import MemoryEngine

from ...conftest import Run
from .conftest import HEADER


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
