"""What one worker could not make, or has left half-made, and what the others do then."""

from __future__ import annotations

import pytest

from pytest_docker_tools.exceptions import Conflict
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

from ..conftest import RunWorkers
from .conftest import HEADER, SHOP, created, left

READY = """
from pytest_docker_tools.wrappers import Container

class Mine(Container):
    def ready(self):
        with open('tries', 'a') as tries:
            tries.write('x')
        {ready}

it = container(image='app', scope='session', shared=True, wrapper_class=Mine, timeout=0.1)

def test_it(it): ...
"""


@pytest.mark.parametrize(
    ("ready", "words"),
    [
        ("return False", "ContainerNotReady: *not ready within 0.1 seconds*"),
        ("raise ValueError('no → such thing')", "ValueError: no → such thing"),
        ("pytest.fail('as it is')", "Failed: as it is"),
    ],
)
def test_a_failure_is_told_to_the_others(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine, ready: str, words: str
) -> None:
    """What one worker could not make, however that failed, the others do not try, and say who did."""
    pytester.makepyfile(test_it=HEADER + READY.replace("{ready}", ready))
    tries: list[int] = []
    path = pytester.path / "tries"
    _, workers = run_workers(3, before=lambda number: tries.append(path.stat().st_size if path.exists() else 0))
    for worker in workers:
        worker.assert_outcomes(errors=1)
    for worker in workers[1:]:
        worker.stdout.fnmatch_lines(
            [f"E *FailedElsewhere: container 'it' (*test_it.py:13) could not be made by this run's worker gw0: {words}"]
        )
    assert tries[1] == tries[2] == path.stat().st_size > 0
    assert len(created(engine, "container")) == 1
    assert left(engine) == []


def test_one_that_is_there_and_not_ready_is_told(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that cannot use what is there shows its container, and with --docker-keep=failed that is kept."""
    pytester.makepyfile(test_it=HEADER + READY.replace("{ready}", "return os.environ['WORKER'] == '0'"))
    controller, (first, second) = run_workers(
        2, "--docker-keep=failed", before=lambda number: monkeypatch.setenv("WORKER", str(number))
    )
    first.assert_outcomes(passed=1)
    second.assert_outcomes(errors=1)
    second.stdout.fnmatch_lines(["E *ContainerNotReady*", "*docker container it*", "state:  running"])
    second.stdout.no_fnmatch_line("ready:  yes*")
    [name] = left(engine)
    controller.stdout.fnmatch_lines(["*kept for failed tests*", "test_it.py::test_it", f"  container it: {name}"])


def test_a_container_that_was_never_started_is_made_anew(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine
) -> None:
    """What a worker that crashed has created, and not started, the next one removes and makes."""
    pytester.makepyfile(test_it=SHOP)
    half_made: list[str] = []

    def before(number: int) -> None:
        if number == 1:
            driver = MemoryDriver(engine)
            [options] = created(engine, "container")
            driver.remove("container", [options["name"]], force=True)
            half_made.append(driver.create_container(options))

    _, workers = run_workers(2, before=before)
    for worker in workers:
        worker.assert_outcomes(passed=1)
    assert half_made[0] not in (pytester.path / "ids").read_text()
    assert left(engine) == []


@pytest.mark.parametrize("refuses", [False, True])
def test_a_volume_that_was_being_filled_is_made_anew(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine, refuses: bool
) -> None:
    """What a worker that crashed has left of a volume, and of how it was filled, the next one removes.

    So it is with engines that give a volume that is there, and with those that refuse to create it again.
    """
    pytester.makepyfile(
        test_it=HEADER
        + """
data = volume(scope='session', shared=True, initial_content={'seed': b'1'})
it = container(image='app', volumes={'{data.name}': {'bind': '/data'}})

def test_it(it):
    assert it.get_text('/data/seed') == '1'
"""
    )

    def before(number: int) -> None:
        if number == 1:
            driver = MemoryDriver(engine)
            of_volumes = [arguments["options"] for verb, arguments in engine.calls if verb == "create_volume"]
            of_containers = [arguments["options"] for verb, arguments in engine.calls if verb == "create_container"]
            [made] = created(engine, "volume")
            driver.remove("volume", [made["name"]])
            for options in of_volumes:
                driver.create_volume(options)
            [filling] = [options for options in of_containers if "pytest-docker-tools.seeding" in options["labels"]]
            driver.create_container({**filling, "image": "app"})
            if refuses:
                # The first that is created is what tells that the volume is not whole.
                engine.fail("create_volume", Conflict("It is there."))

    _, workers = run_workers(2, before=before)
    for worker in workers:
        worker.assert_outcomes(passed=1)
    assert len(created(engine, "volume")) == 3
    assert left(engine) == []


def test_what_was_removed_is_made_again(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine
) -> None:
    """A worker that finds nothing any more, as a test has removed it, makes it again, and it is removed as well."""
    pytester.makepyfile(test_it=SHOP)

    def before(number: int) -> None:
        MemoryDriver(engine).remove("container", [*engine.containers], force=True)

    _, workers = run_workers(2, before=before)
    for worker in workers:
        worker.assert_outcomes(passed=1)
    assert len({*(pytester.path / "ids").read_text().splitlines()}) == 2
    assert left(engine) == []
