"""The id of a run of pytest, the owners it has, with workers and without, and what it leaves."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_docker_tools import locks, meeting, runs
from pytest_docker_tools.exceptions import UsageError

from ..conftest import Run as RunPytest
from .conftest import files, kill

# Each process of a run tells its id in a file of its own.
TELLS_ID = """
import os
from pathlib import Path
from pytest_docker_tools import runs

def pytest_sessionfinish(session):
    Path(__file__).with_name(f"{os.getpid()}.id").write_text(runs.id_of(session.config))
"""
# Each test tells its owner, whom others see, in a file and in a line.
TELLS_OWNER = """
import os, signal, sys
import pytest
from pathlib import Path
from pytest_docker_tools import runs

@pytest.mark.parametrize("number", range(4))
def test_it(request, number):
    run = runs.of(request.config)
    assert runs.is_known(run.meeting, run.owner)
    assert runs.is_alive(run.meeting, run.owner)
    Path(__file__).with_name(f"{number}.owner").write_text(run.owner)
    print("owner", run.owner, flush=True)
"""


@pytest.fixture
def home(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the runs of pytester's project meet."""
    return pytester.path / ".cache" / f"pytest-docker-tools-{platform.node()}"


def owners(pytester: pytest.Pytester) -> set[str]:
    return {file.read_text() for file in pytester.path.glob("*.owner")}


@pytest.mark.parametrize("arguments", [(), ("-n2", "--testrunuid=chosen")], ids=["one process", "workers"])
def test_the_id_of_a_run(pytester: pytest.Pytester, arguments: tuple[str, ...]) -> None:
    """All processes of a run have one id, and each run has another, also where the user gives xdist the same one."""
    pytester.makeconftest(TELLS_ID)
    pytester.makepyfile("import pytest\n@pytest.mark.parametrize('n', range(4))\ndef test_it(n): ...")
    seen = set()
    for _ in range(2):
        pytester.runpytest_subprocess(*arguments).assert_outcomes(passed=4)
        told = list(pytester.path.glob("*.id"))
        assert len(told) == (3 if arguments else 1)
        [id] = {file.read_text() for file in told}
        assert len(id) == 32
        seen.add(id)
        for file in told:
            file.unlink()
    assert len(seen) == 2


@pytest.mark.parametrize("arguments", [(), ("-n2",)], ids=["one process", "workers"])
def test_a_run_that_is_over(pytester: pytest.Pytester, home: Path, arguments: tuple[str, ...]) -> None:
    """While a run goes on, its owners are known and alive; then it is dead, and has left no file."""
    pytester.makepyfile(TELLS_OWNER)
    pytester.runpytest_subprocess(*arguments).assert_outcomes(passed=4)
    assert {owner.rpartition("/")[2].partition("-")[0] for owner in owners(pytester)} <= {"main", "gw0", "gw1"}
    for owner in owners(pytester):
        assert runs.is_known(home, owner)
        assert not runs.is_alive(home, owner)
    assert files(home) == ["name", "name.lock", "runs", "runs.lock"]


def test_containers_leave_no_file(pytester: pytest.Pytester, home: Path, run: RunPytest) -> None:
    """A run that has made a container leaves nothing where runs meet."""
    pytester.makepyfile("from pytest_docker_tools import *\nit = container(image='app')\ndef test_it(it): ...")
    run().assert_outcomes(passed=1)
    assert files(home) == ["name", "name.lock", "runs", "runs.lock"]


@pytest.mark.parametrize("arguments", [(), ("-n2",)], ids=["one process", "workers"])
def test_a_run_without_containers(pytester: pytest.Pytester, home: Path, arguments: tuple[str, ...]) -> None:
    """A run without containers leaves no file of a run."""
    pytester.makepyfile("def test_it(): ...")
    pytester.runpytest_subprocess(*arguments).assert_outcomes(passed=1)
    assert not home.exists() or files(home / "runs") == []


def test_a_crashed_worker(pytester: pytest.Pytester, home: Path) -> None:
    """A worker that takes the place of a crashed one has an owner of its own, and the run leaves no file."""
    pytester.makepyfile(TELLS_OWNER + "    if number == 0:\n        os.kill(os.getpid(), signal.SIGKILL)")
    pytester.runpytest_subprocess("-n1").assert_outcomes(passed=3, failed=1)
    assert len({owner.rpartition("/")[0] for owner in owners(pytester)}) == 1
    assert len(owners(pytester)) == 2
    assert files(home) == ["name", "name.lock", "runs", "runs.lock"]


def test_a_killed_run(pytester: pytest.Pytester, home: Path) -> None:
    """A run is alive until its process is killed, and the next run removes what it has left."""
    pytester.makepyfile(TELLS_OWNER + "    sys.stdin.readline()")
    command = [sys.executable, "-m", "pytest", "-s", "-q"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    owner = next(line.split()[1] for line in process.stdout if line.startswith("owner "))
    assert runs.is_alive(home, owner)
    kill(process)
    (home / "runs" / owner.split("/")[1] / "shared").mkdir()
    assert not runs.is_alive(home, owner)
    pytester.makepyfile(TELLS_OWNER)
    pytester.runpytest_subprocess().assert_outcomes(passed=4)
    assert files(home / "runs") == []


def node_of(config: pytest.Config) -> Any:
    return SimpleNamespace(config=config, workerinput={"workerid": "gw0"})


def test_a_controller(pytester: pytest.Pytester, home: Path) -> None:
    """A controller tells its workers their run, of which it is a process that is alive from then on."""
    config = pytester.parseconfig()
    node = node_of(config)
    runs.tell_worker(node)
    worker = SimpleNamespace(workerinput=node.workerinput, stash=pytest.Stash())
    assert runs.id_of(worker) == runs.id_of(config)  # type: ignore[arg-type]
    assert (runs.is_of_several(worker), runs.is_of_several(config)) == (True, False)  # type: ignore[arg-type]
    assert runs.of(worker).process == "gw0"  # type: ignore[arg-type]
    assert runs.of(config) is runs.of(config)
    assert runs.is_alive(home, runs.of(config).owner)
    assert not runs.has_shared(config)
    runs.of(worker).note_recipe("{}")  # type: ignore[arg-type]
    runs.of(worker).note_recipe("{}")  # type: ignore[arg-type]
    assert runs.of(config).recipes() == ["{}"]
    assert (runs.has_shared(config), runs.has_shared(worker)) == (True, False)  # type: ignore[arg-type]
    runs.close(config)
    assert files(home / "runs") == []


@pytest.mark.parametrize("broken", ["folder", "locks"])
def test_a_controller_without_a_place_to_meet(
    pytester: pytest.Pytester, home: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """Where processes cannot meet, or lock files, a run with workers goes on as long as none makes anything."""

    def refuse(*arguments: object) -> None:
        raise UsageError("no")

    monkeypatch.setattr(*((meeting, "folder", refuse) if broken == "folder" else (locks, "attempt", refuse)))
    config = pytester.parseconfig()
    runs.tell_worker(node_of(config))
    assert not runs.has_shared(config)
    runs.close(config)
    with pytest.raises(UsageError):
        assert runs.of(config).owner
