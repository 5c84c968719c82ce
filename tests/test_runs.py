"""Which run a process is of, and which runs are alive, is known to all processes of a user."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_docker_tools import locks, meeting, runs
from pytest_docker_tools.exceptions import ContainerNotReady, EngineError, FailedElsewhere, UsageError

from .conftest import Run as RunPytest

ID, OTHER_ID = "0" * 32, "1" * 32

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
HOLD = """
import sys
from pathlib import Path
from pytest_docker_tools import runs
run = runs.Run(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
print(run.owner, flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder to meet in."""
    return tmp_path / "meeting"


@pytest.fixture
def home(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the runs of pytester's project meet."""
    return pytester.path / ".cache" / f"pytest-docker-tools-{platform.node()}"


@pytest.fixture(autouse=True)
def nothing_held() -> Iterator[None]:
    """Release, after a test, what it still has."""
    yield
    for lock in [*locks._LOCKS]:
        lock.release()


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def owners(pytester: pytest.Pytester) -> set[str]:
    return {file.read_text() for file in pytester.path.glob("*.owner")}


def start(place: Path, process: str = "main", id: str = ID) -> tuple[subprocess.Popen[str], str]:
    """Start a process of a run. Gives it, and how labels call it."""
    command = [sys.executable, "-c", HOLD, str(place), id, process]
    started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert started.stdout
    return started, started.stdout.readline().strip()


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


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


@pytest.mark.parametrize(
    "error", [EngineError("it broke"), ContainerNotReady(None, "it broke"), ValueError("it broke")]
)
def test_a_failure_is_told_to_all(place: Path, error: Exception) -> None:
    """What one process has tried and failed, no other one of its run tries: it hears of whom, and why."""
    file = place / "runs" / "it"
    with pytest.raises(type(error)), runs.Run(place, ID, "gw0").trying(file, "container 'db'"):
        raise error
    tried = []
    told = rf"^container 'db' could not be made by this run's worker gw1?0: {type(error).__name__}: it broke$"
    with pytest.raises(FailedElsewhere, match=told), runs.Run(place, ID, "gw1").trying(file, "container 'db'"):
        tried.append(1)
    assert not tried


def test_a_failed_ready_check_is_told_to_all(place: Path) -> None:
    """pytest.fail, with which users give up, is told as well."""
    with pytest.raises(pytest.fail.Exception), runs.Run(place, ID, "gw0").trying(place / "it", "it"):
        pytest.fail("not today")
    with pytest.raises(FailedElsewhere, match="not today"), runs.Run(place, ID, "gw1").trying(place / "it", "it"):
        ...


@pytest.mark.parametrize("error", [UsageError, KeyboardInterrupt, pytest.skip.Exception])
def test_what_is_not_told(place: Path, error: type[BaseException]) -> None:
    """What may be about one process alone, and an interrupt, keeps no other process from trying, nor does a success."""
    file, tried = place / "it", []
    with pytest.raises(error), runs.Run(place, ID, "gw0").trying(file, "it"):
        raise error("it")
    for process in ("gw1", "gw2"):
        with runs.Run(place, ID, process).trying(file, "it"):
            tried.append(process)
    assert tried == ["gw1", "gw2"]


def test_what_fails_elsewhere_is_told_once(place: Path) -> None:
    """Each process hears of the first failure, not of another one's hearing of it."""
    file = place / "it"
    with pytest.raises(EngineError), runs.Run(place, ID, "gw0").trying(file, "it"):
        raise EngineError("it broke")
    for process in ("gw1", "gw2"):
        with pytest.raises(FailedElsewhere, match="worker gw0"), runs.Run(place, ID, process).trying(file, "it"):
            ...


def test_what_is_spared(place: Path) -> None:
    """What a worker asks to spare, the controller spares, whatever its reference looks like; other runs do not."""
    main, worker = runs.Run(place, ID, "main"), runs.Run(place, ID, "gw0")
    for ref in ("a-volume", "../up", "a/b"):
        assert not main.is_spared(ref)
        worker.spare(ref)
        worker.spare(ref)
        assert main.is_spared(ref)
    assert not main.is_spared("another")
    assert len([*(main.folder / "spared").iterdir()]) == 3
    assert not runs.Run(place, OTHER_ID, "main").is_spared("a-volume")


def test_keys() -> None:
    """A key is a name that a file can have, and no others have it."""
    keys = {runs.key(*parts) for parts in [("a", "b"), ("ab",), ("a", "", "b"), ("b", "a"), ("../a/b",), ()]}
    assert len(keys) == 6
    assert all(key.isalnum() for key in keys)
    assert runs.key("a", "b") == runs.key("a", "b")


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
