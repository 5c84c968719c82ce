"""Who has made something, and whether that process is known to be no more, on an engine in memory."""

from __future__ import annotations

import itertools
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pytest_docker_tools import labels, moments, owners, processes
from pytest_docker_tools.driver import Facts
from pytest_docker_tools.exceptions import EngineUnavailable
from pytest_docker_tools.items import Item
from pytest_docker_tools.runs import Run as PytestRun
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

from .conftest import Run

Made = Callable[..., Item]
SHARED = {labels.SHARED: "true"}
NUMBERS = itertools.count()


@pytest.fixture
def driver(engine: MemoryEngine) -> MemoryDriver:
    """A driver of the engine in memory."""
    return MemoryDriver(engine)


@pytest.fixture
def here(place: Path) -> Iterator[PytestRun]:
    """A run that others can meet, which goes on."""
    run = PytestRun(place, uuid.uuid4().hex, "main")
    yield run
    run.close()


def made(driver: MemoryDriver, **marks: str) -> Item:
    """Give a network with these labels."""
    known = {f"{labels.CREATED_BY_US}.{name}": value for name, value in marks.items()}
    name = driver.create_network(labels.added({"name": f"net-{next(NUMBERS)}"}, known))
    [facts] = driver.inspect("network", [name])
    assert facts
    return Item("network", facts)


def ended() -> str:
    """Give a process of this machine that has ended."""
    place, _, start = processes.identity().rpartition("/")
    return f"{place}/{int(start) - 1}"


def started(container: Facts) -> str:
    """Give the second of the epoch in which a container was started."""
    return f"{moments.epoch(container['State']['StartedAt']) or 0:.0f}"


class TestWhoMeetsUs:
    def test_is_dead_without_its_lock(self, place: Path, driver: MemoryDriver, here: PytestRun) -> None:
        """Its lock decides, whatever else it says of itself."""
        item = made(driver, owner=here.owner, process=ended(), container="gone/since", expires="1")
        assert owners.is_dead(item, driver, place) is False
        here.close()
        item = made(driver, owner=here.owner, process=processes.identity())
        assert owners.is_dead(item, driver, place) is True

    def test_has_shared_it_with_its_run(self, place: Path, driver: MemoryDriver, here: PytestRun) -> None:
        """What a run shares is of all of its processes."""
        worker = PytestRun(place, here.id, "gw0")
        assert here.owner
        own, shared = made(driver, owner=worker.owner), made(driver, owner=worker.owner, shared="true")
        worker.close()
        assert [owners.is_dead(item, driver, place) for item in (own, shared)] == [True, False]
        here.close()
        assert owners.is_dead(shared, driver, place) is True


class TestWhoDoesNotMeetUs:
    @pytest.fixture(autouse=True)
    def _stranger(self, driver: MemoryDriver) -> None:
        driver.create_container({"name": "ci", "image": "app"})
        driver.start("ci")

    def test_is_not_known(self, place: Path, driver: MemoryDriver) -> None:
        """Without a word of where it is, nobody can tell."""
        assert owners.is_dead(made(driver), driver, place) is None
        assert owners.is_dead(made(driver, owner="x", process="x", container="", expires=""), driver, place) is None

    def test_on_this_machine(self, place: Path, driver: MemoryDriver) -> None:
        """Its process decides, for what it alone has."""
        assert owners.is_dead(made(driver, process=ended()), driver, place) is True
        runs_on = made(driver, process=processes.identity(), container="gone/since", expires="1")
        assert owners.is_dead(runs_on, driver, place) is False
        assert owners.is_dead(made(driver, process=ended(), shared="true"), driver, place) is None

    @pytest.mark.parametrize("shared", ["true", "false"])
    def test_in_a_container(self, place: Path, driver: MemoryDriver, shared: str) -> None:
        """It is dead when its container is gone, stopped, or was started again."""
        [facts] = driver.inspect("container", ["ci"])
        assert facts
        item = made(driver, container=f"{facts['Id']}/{started(facts)}", shared=shared)
        assert owners.is_dead(item, driver, place) is None
        driver.pause("ci")
        assert owners.is_dead(item, driver, place) is None
        driver.unpause("ci")
        again = made(driver, container=f"{facts['Id']}/{int(started(facts)) - 1}", shared=shared)
        assert owners.is_dead(again, driver, place) is True
        driver.stop("ci")
        assert owners.is_dead(item, driver, place) is True
        driver.remove("container", ["ci"])
        assert owners.is_dead(item, driver, place) is True

    def test_after_its_time_to_live(self, place: Path, driver: MemoryDriver) -> None:
        """It is taken for dead when that is over, but not for what is reusable, which others may use."""
        assert owners.is_dead(made(driver, expires="1"), driver, place) is True
        assert owners.is_dead(made(driver, expires=f"{time.time() + 60:.0f}"), driver, place) is None
        assert owners.is_dead(made(driver, expires="1", reusable="true"), driver, place) is None


MAKES = """
from pytest_docker_tools import *
net = network()
data = volume(initial_content={'a': b'1'})
web = container(image='app', network='{net.name}')
def test_it(web, data): ...
"""


class TestLabels:
    @pytest.fixture
    def given(self, engine: MemoryEngine) -> Callable[[], list[dict[str, str]]]:
        """Give the labels of all that was made."""
        verbs = ("create_container", "create_network", "create_volume")
        return lambda: [arguments["options"]["labels"] for verb, arguments in engine.calls if verb in verbs]

    def test_of_all_that_is_made(
        self, pytester: pytest.Pytester, run: Run, given: Callable[[], list[dict[str, str]]]
    ) -> None:
        """Each thing, also what a volume is filled through, says of which process it is, and has no time to live."""
        pytester.makepyfile(MAKES)
        run().assert_outcomes(passed=1)
        assert len(given()) == 4
        for found in given():
            assert found[labels.PROCESS] == processes.identity()
            assert found[labels.CONTAINER] == found[labels.EXPIRES] == ""

    def test_in_a_container(
        self,
        pytester: pytest.Pytester,
        run: Run,
        driver: MemoryDriver,
        given: Callable[[], list[dict[str, str]]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """The container of the tests is named, with the time of its start, where the engine knows it."""
        ref = driver.create_container({"name": "ci", "image": "app"})
        driver.start("ci")
        [facts] = driver.inspect("container", ["ci"])
        assert facts
        monkeypatch.setattr("pytest_docker_tools.addresses.own_id", lambda driver: ref)
        driver.engine.calls.clear()
        pytester.makepyfile(MAKES)
        run().assert_outcomes(passed=1)
        assert {found[labels.CONTAINER] for found in given()} == {f"{ref}/{started(facts)}"}
        driver.remove("container", ["ci"], force=True)
        driver.engine.calls.clear()
        run().assert_outcomes(passed=1)
        assert {found[labels.CONTAINER] for found in given()} == {""}

    def test_where_that_cannot_be_asked(
        self,
        pytester: pytest.Pytester,
        run: Run,
        given: Callable[[], list[dict[str, str]]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """An engine that fails to say it makes things all the same."""

        def fails(driver: object) -> None:
            raise EngineUnavailable("gone")

        monkeypatch.setattr("pytest_docker_tools.addresses.own_id", fails)
        pytester.makepyfile(MAKES)
        run().assert_outcomes(passed=1)
        assert {found[labels.CONTAINER] for found in given()} == {""}

    def test_time_to_live(self, pytester: pytest.Pytester, run: Run, given: Callable[[], list[dict[str, str]]]) -> None:
        """The ini option docker_ttl gives a time to live to what is made, but to what is reusable."""
        pytester.makeini("[pytest]\ndocker_ttl = 3600\n")
        pytester.makepyfile(MAKES)
        run().assert_outcomes(passed=1)
        assert all(time.time() + 3000 < float(found[labels.EXPIRES]) < time.time() + 3601 for found in given())
        pytester.makepyfile("from pytest_docker_tools import *\nnet = network(name='n')\ndef test_it(net): ...")
        run("--reuse-containers").assert_outcomes(passed=1)
        assert given()[-1][labels.EXPIRES] == ""

    @pytest.mark.parametrize("given", ["0", "-1", "soon", "inf"])
    def test_no_time(self, pytester: pytest.Pytester, given: str) -> None:
        """What is no number of seconds is refused."""
        result = pytester.runpytest("-o", f"docker_ttl={given}")
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stderr.fnmatch_lines([f"*docker_ttl takes a number of seconds above 0, not {given!r}.*"])
