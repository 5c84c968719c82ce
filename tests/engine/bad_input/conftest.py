"""What the tests of bad input on a real engine share: rows that are fixtures and tests of one run of pytest."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

import pytest

from ..conftest import Left, Project

# Writes down what is told of each test.
RECORD = """
import json
told = {}
def pytest_runtest_logreport(report):
    if report.failed:
        name = report.nodeid.partition('::test_')[2]
        told[name] = told.get(name, '') + report.longreprtext
def pytest_unconfigure():
    with open('told.json', 'w') as file:
        json.dump(told, file)
"""
SHARED = """
import io, os, tarfile, time
from pytest_docker_tools.types import *
from pytest_docker_tools.probes import *
PLAIN = dict(image=BASE, command='sleep 600', init=True, labels=MARK)

def tar(name, kind=tarfile.REGTYPE, content=b'', link=''):
    found = io.BytesIO()
    with tarfile.open(fileobj=found, mode='w') as archive:
        member = tarfile.TarInfo(name)
        member.type, member.size, member.linkname, member.devmajor, member.devminor = kind, len(content), link, 1, 3
        archive.addfile(member, io.BytesIO(content))
    return found.getvalue()

"""
# The container of rows that need none of their own.
ANY = ""
GOOD = """
shared = container(**PLAIN, scope='session')
good = container(**PLAIN)
def test_good(good):
    assert good.exec_run(['echo', 'fine']) == (0, b'fine\\n')
"""
# The official client, and what that uses, are the user's own where a test calls them.
OURS = re.compile(
    r"^\S*(pytest_docker_tools|backends|lib/python[\d.]+(?=/)(?!/site-packages/(docker|requests|urllib3)/))\S*"
    r"/\w+\.py:\d+",
    re.MULTILINE,
)


class Row(NamedTuple):
    """A fixture, or ANY, what its user reads, and what a test does with it, as `it`.

    What is read is the class of the error and its sentence, in which "…" stands for any text; "" where all is well. It
    may differ between backends. `before` are lines before the fixture. `MARK` in a string is a name of its own.
    """

    definition: str
    said: str | Mapping[str, str]
    body: str = "..."
    before: str = ""


Table = Mapping[str, Row]
Told = Callable[[Table], pytest.RunResult]


@pytest.fixture
def told(pytester: pytest.Pytester, project: Project, backend: str, mark: str, left: Left) -> Told:
    """Run all rows in one run, and assert what is told of each, that the run goes on, and that nothing is left."""

    def told(table: Table) -> pytest.RunResult:
        pytester.makeconftest(RECORD)
        result = project(SHARED + "".join(_written(name, row, mark) for name, row in table.items()) + GOOD)
        found = json.loads((pytester.path / "told.json").read_text())
        expected = {name: _expected(row, backend) for name, row in table.items()}
        said = {name: sentence(found.pop(name, "")) for name in table}
        assert {name: said[name] for name in table if not _is_like(said[name], expected[name])} == {}
        assert found == {}
        assert result.parseoutcomes()["passed"] == 1 + [*expected.values()].count("")
        written = result.stdout.str() + result.stderr.str()
        assert "INTERNALERROR" not in written
        assert not OURS.search(written), written
        assert "geheim" not in re.sub(r"(?m)^[> ] .*", "", written)
        assert left() == []
        return result

    return told


def _written(name: str, row: Row, mark: str) -> str:
    arguments = "docker_client" + (", other" if row.before else "") + (", it" if row.definition else ", shared")
    body = ("" if row.definition else "it = shared\n") + row.body
    indented = body.replace("\n", "\n    ")
    definition = f"it = {row.definition}\n" if row.definition else ""
    text = f"{row.before}\n{definition}def test_NAME({arguments}):\n    {indented}\n"
    text = re.sub(r"\b(it|other)\b(?!')", rf"\1_{name}", text)
    return text.replace("NAME", name).replace("'MARK", f"'{mark}").replace("-MARK'", f"-{mark}'")


def _expected(row: Row, backend: str) -> str:
    return row.said if isinstance(row.said, str) else row.said[backend]


def sentence(told: str) -> str:
    """Give class and words of the error in a report."""
    lines = [line[1:].strip() for line in told.splitlines() if re.match(r"E\s", line)]
    return re.sub(r"^[\w.]+\.(?=\w+: )", "", "\n".join(lines) or told)


def _is_like(said: str, expected: str) -> bool:
    return re.fullmatch(re.escape(expected).replace("…", ".*"), said, re.DOTALL) is not None


def by_engine(docker: str, podman: str) -> dict[str, str]:
    """Give what is said on each backend, in the words of its engine."""
    return {"docker-cli": docker, "docker-py": docker, "podman": podman}
