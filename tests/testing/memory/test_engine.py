"""What tests arrange in an engine in memory, and what they see of it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pytest_docker_tools.exceptions import (
    Conflict,
    DeadlineExceeded,
    EngineError,
    UsageError,
)
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

from .conftest import facts_of, running, state_of


def test_calls_are_noted(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """Each call of a verb is noted with its arguments by name, also one that failed."""
    ref = driver.create_container({"image": "server", "name": "db"})
    driver.stop(ref, grace=3, timeout=9)
    with pytest.raises(Conflict):
        driver.pause(ref)
    assert engine.calls == [
        ("create_container", {"options": {"image": "server", "name": "db"}}),
        ("stop", {"ref": ref, "grace": 3}),
        ("pause", {"ref": ref}),
    ]


def test_a_fault_is_raised_once(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """An arranged error is raised by the next call of its verb, which then does nothing, and several in order."""
    engine.fail("start", EngineError("first"))
    engine.fail("start", KeyboardInterrupt())
    ref = driver.create_container({"image": "server"})
    with pytest.raises(EngineError, match="first"):
        driver.start(ref)
    with pytest.raises(KeyboardInterrupt):
        driver.start(ref)
    assert state_of(driver, ref)["Status"] == "created"
    driver.start(ref)


def test_a_fault_after_the_work(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """An error can come after the work, as when a deadline cuts a call whose work the engine does all the same."""
    engine.fail("create_container", DeadlineExceeded("too late"), after=True)
    with pytest.raises(DeadlineExceeded):
        driver.create_container({"image": "server", "labels": {"mine": "1"}})
    assert len(driver.ids("container", {"label": "mine=1"})) == 1


def test_a_fault_of_no_verb(engine: MemoryEngine) -> None:
    """An error that could never be raised, since no verb has that name, is refused."""
    with pytest.raises(UsageError, match=r"no verb 'strat'.*start"):
        engine.fail("strat", EngineError("x"))


def test_two_drivers_share_an_engine(engine: MemoryEngine) -> None:
    """What one run has made, another one sees."""
    ref = running(MemoryDriver(engine), name="shared")
    assert facts_of(MemoryDriver(engine), "shared")["Id"] == ref
    assert MemoryDriver().ids("container") == []


def test_threads_race_for_one_name(engine: MemoryEngine) -> None:
    """Of many threads that want one name, one gets it."""
    barrier = threading.Barrier(8)

    def create(_: int) -> bool:
        barrier.wait()
        try:
            return bool(MemoryDriver(engine).create_container({"image": "server", "name": "one"}))
        except Conflict:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(create, range(8))) == [False] * 7 + [True]


def test_threads_get_addresses_and_ports_of_their_own(engine: MemoryEngine) -> None:
    """Containers that are started side by side share neither an address nor a host port."""
    driver = MemoryDriver(engine)
    with ThreadPoolExecutor(8) as pool:
        refs = list(pool.map(lambda _: running(driver, ports={"80": None}), range(24)))
    settings = [facts_of(driver, ref)["NetworkSettings"] for ref in refs]
    assert len({found["IPAddress"] for found in settings}) == 24
    assert len({found["Ports"]["80/tcp"][0]["HostPort"] for found in settings}) == 24


def test_user_code_runs_side_by_side(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """Two builds, or two commands, may wait for each other: no lock is held while a test's function runs."""
    barrier = threading.Barrier(2)

    def build(options: object) -> MemoryImage:
        barrier.wait(timeout=10)
        return MemoryImage()

    engine.on_build(build)
    with ThreadPoolExecutor(2) as pool:
        built = list(pool.map(lambda text: driver.build_image({"fileobj": text}), [b"FROM a", b"FROM b"]))
    assert len(set(built)) == 2


def test_a_container_dies_on_request(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """A test ends a running container as if it had ended by itself."""
    ref = running(driver)
    engine.end_container(ref, 9, oom=True)
    assert (state_of(driver, ref)["ExitCode"], state_of(driver, ref)["OOMKilled"]) == (9, True)
    with pytest.raises(Conflict, match="is not running"):
        engine.end_container(ref)


def test_a_removal_goes_on_for_some_looks(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """What nobody waits for is removed when it was looked at as often as the test says, or as a waiting one needs."""
    engine.removes_after = 2
    refs = [running(driver), running(driver)]
    removals = [driver.begin_removal("container", [ref], force=True) for ref in refs]
    assert all(removals)
    assert [removals[0].poll() for _ in range(2)] == [None, None]  # type: ignore[union-attr]
    assert set(engine.containers) == set(refs)
    assert removals[0].poll() is removals[1].wait() is True  # type: ignore[union-attr]
    assert not engine.containers


def test_a_closed_driver(engine: MemoryEngine) -> None:
    """Closing is for one driver; another one goes on with the engine."""
    driver, other = MemoryDriver(engine), MemoryDriver(engine)
    ref = running(driver)
    removal = driver.begin_removal("container", [ref], force=True)
    driver.close()
    assert removal is not None
    assert removal.wait() is False
    assert state_of(other, ref)["Running"]


def test_where_the_engine_is(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """Drivers of one engine have one address, which no other engine has."""
    assert driver.endpoint() == MemoryDriver(engine).endpoint() != MemoryDriver().endpoint()
    assert (driver.endpoint().host, driver.endpoint().local) == ("127.0.0.1", True)
    assert driver.endpoint().url.startswith("memory://")
