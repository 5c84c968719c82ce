"""What is removed at the end of a run with workers, what stays, and what is said of it."""

from __future__ import annotations

import pytest

from pytest_docker_tools import drivers
from pytest_docker_tools.exceptions import DriverError, EngineUnavailable
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

from ..conftest import RunWorkers
from .conftest import HEADER, SHOP, created, left, run_folders


def test_what_a_worker_has_left_goes_as_well(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine
) -> None:
    """A container of its own that a worker could not remove does not keep the shared network it is in from going."""
    pytester.makepyfile(
        test_it=HEADER
        + """
net = network(scope='session', shared=True)
own = container(image='app', network='{net.name}')

def test_it(own): ...
"""
    )
    engine.fail("remove", DriverError("not now"))
    _, [worker] = run_workers(1)
    worker.assert_outcomes(passed=1, errors=1)
    assert left(engine) == []


def test_somebody_elses_image_stays(pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine) -> None:
    """An image that has the labels of a shared container, as one that was made from it has, is not removed."""
    pytester.makepyfile(test_it=SHOP)

    def before(number: int) -> None:
        if number == 1:
            [options] = created(engine, "container")
            engine.add_image("theirs", MemoryImage(labels=options["labels"]))

    run_workers(2, before=before)
    assert left(engine) == [engine.images.need("theirs").id]


class TestTheEndOfTheRun:
    """What the controller does, and says."""

    def test_what_is_kept(self, pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine) -> None:
        """What a failed test of any worker used stays, as --docker-keep=failed asks, and the controller says how."""
        pytester.makepyfile(
            test_it=SHOP
            + """
other = container(image='app', scope='session', shared=True, name='other')

def test_other(other): ...

def test_who(db, pytestconfig):
    assert pytestconfig.workerinput['workerid'] != 'gw1'
"""
        )
        controller, workers = run_workers(3, "--docker-keep=failed")
        assert [worker.parseoutcomes().get("failed", 0) for worker in workers] == [0, 1, 0]
        names = left(engine)
        assert len(names) == 3
        assert "other" not in names
        controller.stdout.fnmatch_lines(["*kept for failed tests*", "test_it.py::test_who", "  container db: *-db-*"])

    def test_nothing_is_kept_without_a_failure(
        self, pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine
    ) -> None:
        """Where no test has failed, --docker-keep=failed keeps nothing."""
        pytester.makepyfile(test_it=SHOP)
        controller, _ = run_workers(2, "--docker-keep=failed")
        assert left(engine) == []
        controller.stdout.no_fnmatch_line("*kept for*")

    def test_what_cannot_be_removed_is_told(
        self, pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine
    ) -> None:
        """Each thing that could not be removed is said, with the reason, and the others go all the same."""
        pytester.makepyfile(test_it=SHOP)

        def before(number: int) -> None:
            if number == 1:
                driver = MemoryDriver(engine)
                mine = driver.create_container({"image": "app", "name": "mine"})
                driver.start(mine)
                driver.connect([*engine.networks][-1], mine)

        controller, _ = run_workers(2, before=before)
        stays = left(engine)
        assert len(stays) == 2
        controller.stdout.fnmatch_lines(
            ["*= left on the engine by xdist workers (pytest --docker-cleanup removes it) =*", f"network {stays[1]}: *"]
        )
        assert run_folders() == []

    def test_an_engine_that_is_gone_is_told(
        self, pytester: pytest.Pytester, run_workers: RunWorkers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An engine that does not answer at the end of the run is one line, and no error of pytest."""
        pytester.makepyfile(test_it=SHOP)

        def gone(backend: str, settings: object) -> None:
            raise EngineUnavailable("There is no engine.")

        monkeypatch.setattr(drivers, "open_driver", gone)
        controller, _ = run_workers(1)
        controller.stdout.fnmatch_lines(["*= left on the engine *", "There is no engine."])
        assert run_folders() == []

    def test_a_report_says_until_when_it_is_there(
        self, pytester: pytest.Pytester, run_workers: RunWorkers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The report of a failed test says that a shared container is there until the run ends."""
        monkeypatch.setattr(MemoryDriver, "client_command", lambda self: ("memory",))
        pytester.makepyfile(test_it=SHOP + "    assert False\n")
        _, workers = run_workers(2)
        for worker in workers:
            worker.stdout.fnmatch_lines(["*(until the run ends; --docker-keep=failed keeps it)"])
