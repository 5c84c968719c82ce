"""What the processes of a run tell each other: what has failed, and what is to be spared."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_docker_tools import runs
from pytest_docker_tools.exceptions import ContainerNotReady, EngineError, FailedElsewhere, UsageError

from .conftest import ID, OTHER_ID


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
