"""What `pytest --docker-cleanup` does with volumes that are not whole, and what marks them."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from pytest_docker_tools import cleanup, labels, lasting
from pytest_docker_tools.driver import Driver
from pytest_docker_tools.reuse import use
from pytest_docker_tools.runs import Run as PytestRun
from pytest_docker_tools.testing import MemoryEngine

from ..conftest import Run
from .conftest import REUSABLE, SHOP, Clean, Make, names


def half_made(make: Make, run: PytestRun, marks: dict[str, str], *, volume: bool = True) -> None:
    make(run, "volume", "data.unfinished", {**marks, labels.UNFINISHED: "data"})
    if volume:
        make(run, "volume", "data", marks)


def test_a_half_made_volume_goes_before_its_mark(make: Make, over: PytestRun, clean: Clean) -> None:
    """The mark is removed after what it marks, or where that is not there."""
    half_made(make, over, {})
    assert clean() == ["removed volume data", "removed volume data.unfinished"]
    half_made(make, over, {}, volume=False)
    assert clean() == ["removed volume data.unfinished"]


def test_a_half_made_volume_that_stays_is_marked(
    make: Make, over: PytestRun, clean: Clean, driver: Driver, engine: MemoryEngine
) -> None:
    """A volume that cannot be removed keeps its mark, without which it would seem to be whole."""
    half_made(make, over, {**REUSABLE, labels.EXPIRES: "1"})
    driver.create_container({"name": "theirs", "image": "app", "volumes": {"data": {"bind": "/data"}}})
    for everything in (False, True):
        said = clean(everything=everything, fine=False)
        assert said[0].startswith("failed volume data ")
        assert said[1] == "kept volume data.unfinished it says that the volume beside it is half-made"
    assert names(engine) == ["data", "data.unfinished", "theirs"]


def test_the_mark_of_a_volume_that_is_being_filled_is_kept(
    make: Make, over: PytestRun, clean: Clean, driver: Driver, place: Path
) -> None:
    """The mark is in use while the volume is, though an earlier run has made it."""
    half_made(make, over, REUSABLE, volume=False)
    own = use.begin(place, lasting.key(driver, "volume", "data"))
    assert clean(everything=True) == ["kept volume data.unfinished a run is using it"]
    own.release(remove=True)
    assert clean(everything=True) == ["removed volume data.unfinished"]


def test_a_volume_that_is_being_filled_is_kept(
    pytester: pytest.Pytester, run: Run, driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a volume for later runs gets its files, it and its mark are left alone."""
    said: list[str] = []
    clean_up = partial(cleanup.run, everything=True)
    monkeypatch.setattr("pytest_docker_tools.seeding.seed", lambda driver, *arguments: clean_up(driver, said.append))
    pytester.makepyfile(SHOP + "def test_it(data): ...")
    run("--reuse-containers").assert_outcomes(passed=1)
    assert [" ".join(line.split()) for line in said[:-1]] == [
        f"kept volume {name} its run goes on" for name in ("shop-data", "shop-data.unfinished")
    ]
