"""What is said of a container that ends before it is ready."""

from __future__ import annotations

import time

import pytest

from pytest_docker_tools import readiness
from pytest_docker_tools.exceptions import ContainerFailed, NotFound
from pytest_docker_tools.testing import MemoryEngine, MemoryImage
from pytest_docker_tools.wrappers import Container

from .conftest import started


def test_a_container_that_ended_ends_the_wait_at_once(engine: MemoryEngine) -> None:
    """A container that ended is an error with exit code and last output, long before the time is over."""
    container = started(engine, MemoryImage(exits_with=3, logs=b"no config\n"), ports={"80/tcp": None})
    before = time.monotonic()
    with pytest.raises(ContainerFailed) as caught:
        container.wait_until_ready()
    assert time.monotonic() - before < container.timeout / 2
    assert "exit code 3" in str(caught.value)
    assert "no config" in str(caught.value)
    assert caught.value.container is container


@pytest.mark.parametrize(("code", "expected"), [(0, True), (3, False)])
def test_an_end_without_a_mistake(engine: MemoryEngine, code: int, expected: bool) -> None:
    """Who may have meant a container that ends is told how that is said."""
    with pytest.raises(ContainerFailed) as caught:
        started(engine, MemoryImage(exits_with=code)).wait_until_ready()
    assert ("If it is to end, say so: wait_for=probes.Exited()." in str(caught.value)) is expected


@pytest.mark.parametrize("status", ["exited", "dead"])
def test_states_that_are_ends(engine: MemoryEngine, status: str) -> None:
    """A container that has exited is over, as is one that the engine could not remove."""
    container = started(engine, MemoryImage())
    container.attrs["State"].update(Status=status, ExitCode=9)
    with pytest.raises(ContainerFailed, match="ended with exit code 9 before it was ready"):
        readiness.raise_if_ended(container)


def test_an_end_is_noticed_behind_a_users_ready(engine: MemoryEngine) -> None:
    """A container that ended is noticed although the user's ready() does not look at it."""

    class Never(Container):
        def ready(self) -> bool:
            return False

    with pytest.raises(ContainerFailed, match="exit code 0"):
        started(engine, MemoryImage(exits_with=0), Never).wait_until_ready()


def test_running_out_of_memory_is_told(engine: MemoryEngine) -> None:
    """A container that was ended for want of memory says so."""
    with pytest.raises(ContainerFailed, match="out of memory"):
        started(engine, MemoryImage(exits_with=137, oom=True)).wait_until_ready()


def test_an_exit_code_behind_a_state_is_told(engine: MemoryEngine) -> None:
    """What a container that is being restarted ended with is part of what it lacks."""
    container = started(engine, MemoryImage())
    container.attrs["State"].update(Status="restarting", ExitCode=3)
    assert readiness.missing(container) == "its state is 'restarting', after exit code 3"


def test_a_container_that_the_engine_removed(engine: MemoryEngine) -> None:
    """A container that ended and, with remove=True, was removed is an error that says so."""
    container = started(engine, MemoryImage())
    container.driver.remove("container", [container.id], force=True)
    container.attrs["HostConfig"]["AutoRemove"] = True
    with pytest.raises(ContainerFailed, match=r"was removed before it was ready.*remove=True"):
        container.wait_until_ready()


def test_an_end_says_more_than_what_failed_because_of_it(engine: MemoryEngine) -> None:
    """A user's ready() that fails as the container has ended is reported as that end, with the exit code."""

    class Asks(Container):
        def ready(self) -> bool:
            return self.exec_run("true").exit_code == 0

    container = started(engine, MemoryImage(), Asks)
    engine.end_container(container.id, 5)
    with pytest.raises(ContainerFailed, match="exit code 5"):
        container.wait_until_ready()


def test_a_file_that_is_not_there_is_no_end(engine: MemoryEngine) -> None:
    """A user's ready() that does not find a file in a running container raises that, and no end is made up."""

    class Reads(Container):
        def ready(self) -> bool:
            return self.get_text("/run/ready") == "yes"

    with pytest.raises(NotFound, match="/run/ready"):
        started(engine, MemoryImage(), Reads).wait_until_ready()
