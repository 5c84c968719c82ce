"""What the tests of reuse on a real engine share: a small project that is run again and again."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from pytest_docker_tools import items, labels, meeting, runs
from pytest_docker_tools.driver import Driver, Kind

from ..conftest import Process, Project
from ..conftest import Start as StartPytest

Made = Callable[[], dict[str, str]]
Reuse = Callable[..., dict[str, str]]
Start = Callable[..., "Running"]

KEPT: tuple[Kind, ...] = ("container", "network", "volume")
REUSE = "--reuse-containers"
AUTO = ("-o", "docker_reuse=auto")
# What tests change of the site: expressions of Python.
SETTINGS = {
    "environment": "{'A': '1', 'B': '2'}",
    "file": "'one'",
    "image": "BASE",
    "labels": "{}",
    "networks": "['{net.name}']",
    "options": "{'com.docker.network.driver.mtu': '1400'}",
    # More than what is read of an archive at once.
    "seed": "'x' * 200_000",
    "wait_for": "None",
}
SITE = """
import os
from urllib.request import urlopen

NAME = MARK['made-for']

net = network(name=f'net-{NAME}', labels=MARK, options=OPTIONS)
back = network(name=f'back-{NAME}', labels=MARK)
data = volume(name=f'data-{NAME}', labels=MARK, initial_content={'index.html': b'it works', 'seed': SEED})
web = container(
    name=f'web-{NAME}', image=IMAGE, command='httpd -f -p 80 -h /data', init=True, networks=NETWORKS, wait_for=WAIT_FOR,
    volumes={'{data.name}': {'bind': '/data'}}, ports={'80/tcp': None}, files={'/etc/a': FILE, '/etc/b': 'two'},
    environment=ENVIRONMENT, labels={**MARK, **LABELS},
)

def check(web):
    found = [urlopen(web.url('80/tcp', path=path)).read().decode() for path in ('index.html', 'seed')]
    assert found == ['it works', SEED]
    assert web.exec_run('cat /etc/a /etc/b').output.decode() == FILE + 'two'
    assert len(web.ips) == len(NETWORKS)
"""
# The fixtures that its tests need.
FIXTURES = ("net", "data", "web")
# Passes where nothing of it is missing.
WHOLE = "\ndef test_it(web):\n    check(web)\n"
EMPTY = "\ndef test_it(web): ...\n"


def site(test: str = WHOLE, **changes: str) -> str:
    """Give a test module with a server that is in a network, has files, and serves a volume that was filled."""
    chosen = {**SETTINGS, **changes}
    return "\n".join(f"{name.upper()} = {value}" for name, value in chosen.items()) + SITE + test


def said(lines: Sequence[str]) -> dict[str, str]:
    """Give what the end of a run says of each fixture."""
    found = [re.match(r"(?:container|network|volume) (\w+) \(\S+\): (.+)", line) for line in lines]
    return {match[1]: match[2] for match in found if match}


class Running:
    """A pytest that goes on beside the test."""

    def __init__(self, process: Process, log: Path) -> None:
        self.process, self._log = process, log

    def end(self) -> dict[str, str]:
        """Wait for its end, with success, and give what it says of each fixture."""
        status = self.process.wait(120)
        assert status == pytest.ExitCode.OK, self._log.read_text()
        return said(self._log.read_text().splitlines())


def named_by(driver: Driver, mark: str) -> list[items.Item]:
    """Give what has a mark in its name."""
    return [item for kind in KEPT for item in items.of_refs(driver, kind, driver.ids(kind, {"name": mark}))]


@pytest.fixture
def killed(driver: Driver, mark: str, pytester: pytest.Pytester) -> Iterator[None]:
    """Remove what runs that were killed have left without the project's label."""
    yield
    kinds: list[Kind] = ["container", "image"]
    seeding = [item for kind in kinds for item in items.labelled(driver, kind, labels.SEEDING, "true")]
    # Others fill volumes at the same time.
    ours = [item for item in seeding if _is_dead(item.labels.get(labels.OWNER, ""))]
    for item in items.in_removal_order([*named_by(driver, mark), *ours]):
        driver.remove(item.kind, [item.ref], force=True)


def _is_dead(owner: str) -> bool:
    return runs.is_known(meeting.folder(), owner) and not runs.is_alive(meeting.folder(), owner)


@pytest.fixture
def made(driver: Driver, mark: str) -> Made:
    """Give what there is of the project: what tells each creation from others, by name."""

    def made() -> dict[str, str]:
        found = [item for kind in KEPT for item in items.labelled(driver, kind, "made-for", mark)]
        return {item.name.removesuffix(f"-{mark}"): item.labels[labels.CREATION] for item in found}

    return made


@pytest.fixture
def reuse(project: Project) -> Reuse:
    """Run a project whose tests pass, with reuse, and give what is said of each fixture."""

    def reuse(text: str, *arguments: str) -> dict[str, str]:
        result = project(text, *(arguments or [REUSE]))
        assert result.ret == pytest.ExitCode.OK
        return said(result.outlines)

    return reuse


@pytest.fixture
def start(pytester: pytest.Pytester, killed: None, start_pytest: StartPytest) -> Start:
    """Start pytest with reuse on the module that was written last. What runs at the end of the test is killed."""
    logs = (pytester.path / f"log-{number}" for number in itertools.count())
    return lambda: Running(start_pytest(REUSE), next(logs))


def different(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """Give the names of what was made anew, or is new."""
    return {name for name in after if after[name] != before.get(name)}
