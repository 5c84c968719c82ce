"""Which processes and runs are alive, is known to all processes of a user."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools import locks, meeting, runs

from .conftest import ID, OTHER_ID, files, kill

HOLD = """
import sys
from pathlib import Path
from pytest_docker_tools import runs
run = runs.Run(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
print(run.owner, flush=True)
sys.stdin.readline()
"""


def start(place: Path, process: str = "main", id: str = ID) -> tuple[subprocess.Popen[str], str]:
    """Start a process of a run. Gives it, and how labels call it."""
    command = [sys.executable, "-c", HOLD, str(place), id, process]
    started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert started.stdout
    return started, started.stdout.readline().strip()


def test_one_of_several_processes_is_killed(place: Path) -> None:
    """A run is alive for as long as one of its processes is, each of these for itself."""
    first, owner = start(place, "gw0")
    second, other = start(place, "gw1")
    kill(first)
    assert not runs.is_alive(place, owner)
    assert runs.is_alive(place, other)
    assert runs.is_alive(place, owner, anyone=True)
    kill(second)
    assert not runs.is_alive(place, other)
    assert not runs.is_alive(place, owner, anyone=True)


def test_a_process_of_the_same_name(place: Path) -> None:
    """A worker that has the name of a crashed one is another owner."""
    first, owner = start(place, "gw0")
    kill(first)
    again = runs.Run(place, ID, "gw0")
    assert again.owner != owner
    assert runs.is_alive(place, again.owner)
    assert not runs.is_alive(place, owner)
    again.close()
    assert not runs.is_alive(place, again.owner)


def test_other_runs(place: Path) -> None:
    """Whether one run is alive says nothing of another one."""
    first, second = runs.Run(place, ID, "main"), runs.Run(place, OTHER_ID, "main")
    assert first.owner != second.owner
    second.close()
    assert runs.is_alive(place, first.owner)
    assert not runs.is_alive(place, second.owner)


def test_what_a_crash_of_the_machine_has_left(place: Path) -> None:
    """Files that no process holds are of no run that is alive, and go with the end of the next run."""
    left = place / "runs" / ID / "processes" / "main-12345678"
    left.parent.mkdir(parents=True)
    left.touch()
    assert not runs.is_alive(place, f"{meeting.name_of(place)}/{ID}/main-12345678")
    left.parent.mkdir(exist_ok=True)
    left.touch()
    run = runs.Run(place, OTHER_ID, "main")
    run.appear()
    run.close()
    assert files(place / "runs") == []


def test_the_last_process_takes_the_folder_along(place: Path) -> None:
    """What a run has in common stays when one process ends, and goes with the last one, but nothing of other runs."""
    main, worker = runs.Run(place, ID, "main"), runs.Run(place, ID, "gw0")
    other = runs.Run(place, OTHER_ID, "main")
    for run in (main, worker, other):
        run.appear()
        run.spare("it")
    worker.close()
    assert main.is_spared("it")
    assert runs.is_alive(place, main.owner)
    main.close()
    main.close()
    assert not main.folder.exists()
    assert other.is_spared("it")
    assert runs.is_alive(place, other.owner)


def test_a_worker_that_outlives_its_controller(place: Path) -> None:
    """Where a worker is still alive at the end of the controller, what it needs stays."""
    main, worker = runs.Run(place, ID, "main"), runs.Run(place, ID, "gw0")
    main.appear()
    worker.appear()
    worker.spare("it")
    main.close()
    assert worker.is_spared("it")
    assert runs.is_alive(place, worker.owner)
    worker.close()
    assert not worker.folder.exists()


def test_a_process_that_never_appeared(place: Path) -> None:
    """A process that has made nothing leaves nothing, also where files cannot be locked."""
    run = runs.Run(place, ID, "main")
    run.close()
    assert not place.exists()


def test_somebody_looks_while_a_process_appears(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    """A process is seen to be alive also where somebody has looked at its file before it had that."""
    really_attempt, looks = locks.attempt, [True]

    def attempt(path: Path) -> locks.Lock | None:
        if path.parent.name == "processes" and looks:
            looks.pop()
            return None
        return really_attempt(path)

    monkeypatch.setattr(locks, "attempt", attempt)
    run = runs.Run(place, ID, "main")
    assert runs.is_alive(place, run.owner)
    assert not looks


def test_a_run_appears_and_is_forgotten_in_turns(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    """While a process appears, and while dead runs are forgotten, no other process does either."""
    seen = []
    really_hold, really_remove = locks.held, shutil.rmtree

    def is_busy() -> bool:
        return locks.attempt(place / "runs.lock") is None

    def held(path: Path) -> locks.Lock:
        if path.parent.name == "processes":
            seen.append(is_busy())
        return really_hold(path)

    def rmtree(path: Path, **options: Any) -> None:
        seen.append(is_busy())
        really_remove(path, **options)

    monkeypatch.setattr(locks, "held", held)
    monkeypatch.setattr(shutil, "rmtree", rmtree)
    run = runs.Run(place, ID, "main")
    run.appear()
    run.close()
    assert seen == [True, True]


@pytest.mark.parametrize("process", ["my.worker", "a/b", "../up", "schön", ""])
def test_workers_with_names_of_their_own(place: Path, process: str) -> None:
    """Whatever a worker is called, it is known and alive."""
    run = runs.Run(place, ID, process)
    assert runs.is_known(place, run.owner)
    assert runs.is_alive(place, run.owner)
    run.close()
    assert not runs.is_alive(place, run.owner)


FORGED = [
    "",
    "main",
    "{name}",
    "{name}/{id}",
    "{name}/{id}/",
    "{name}/../main",
    "{name}/../../main",
    "{name}/{id}/../..",
    "{name}/{id}/main/..",
    "{name}/{id}/main\n/",
    "{name}/.{id}/main",
    "{name}/{id}0/main",
    "{name}/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/main",
    "/{id}/main",
    "other/{id}/main",
    "{name}x/{id}/main",
    "../{id}/main",
    " {name}/{id}/main",
]


@pytest.mark.parametrize("label", FORGED)
def test_forged_owners(place: Path, label: str) -> None:
    """An owner that no process here has written is not known, nor alive, and to ask removes nothing."""
    for folder in (place, place.parent, place / "runs" / ID):
        (folder / "processes").mkdir(parents=True)
        (folder / "processes" / "precious").touch()
    owner = label.format(name=meeting.name_of(place), id=ID)
    before = files(place.parent)
    assert not runs.is_known(place, owner)
    assert not runs.is_alive(place, owner)
    assert files(place.parent) == before
