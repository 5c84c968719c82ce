"""The life of a container in memory."""

from __future__ import annotations

import threading
import time

import pytest

from pytest_docker_tools.driver import ExecResult
from pytest_docker_tools.exceptions import (
    Conflict,
    EngineError,
)
from pytest_docker_tools.listening import Socket
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

from .conftest import facts_of, running, state_of


def test_a_created_container_has_not_started(driver: MemoryDriver) -> None:
    """A new container is `created`, has no process and no address, and answers to its name and its id."""
    ref = driver.create_container({"image": "server", "name": "db"})
    facts = facts_of(driver, "db")
    assert facts == facts_of(driver, ref) == facts_of(driver, "/db")
    assert (facts["Id"], facts["Name"], facts["State"]["Status"], facts["State"]["Pid"]) == (ref, "/db", "created", 0)
    assert facts["NetworkSettings"]["Networks"]["bridge"]["IPAddress"] == ""
    assert driver.ids("container") == [ref]


def test_a_mount_that_is_refused(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """No volume is made for another mount of the container, which is not created."""
    with pytest.raises(EngineError, match="must be absolute"):
        driver.create_container({"image": "server", "mounts": [{"target": "/data"}, {"target": "here"}]})
    assert (driver.ids("volume"), driver.ids("container")) == ([], [])


def test_facts_are_a_copy(driver: MemoryDriver) -> None:
    """Nobody changes the engine by changing inspect JSON."""
    ref = running(driver)
    facts_of(driver, ref)["Config"]["Labels"]["mine"] = "1"
    assert facts_of(driver, ref)["Config"]["Labels"] == {}


def test_a_stopped_container(driver: MemoryDriver) -> None:
    """A stopped container has ended orderly, and has lost its address."""
    ref = running(driver)
    assert facts_of(driver, ref)["NetworkSettings"]["IPAddress"].startswith("172.17.0.")
    driver.stop(ref)
    assert (state_of(driver, ref)["Status"], state_of(driver, ref)["ExitCode"]) == ("exited", 0)
    assert facts_of(driver, ref)["NetworkSettings"]["IPAddress"] == ""


def test_an_odd_name(driver: MemoryDriver) -> None:
    """A name that an engine would not take is refused."""
    with pytest.raises(EngineError, match="Invalid container name"):
        driver.create_container({"image": "server", "name": "-x"})


def test_a_paused_container_is_not_started(driver: MemoryDriver) -> None:
    """A paused container runs, and cannot be started."""
    ref = running(driver)
    driver.pause(ref)
    assert state_of(driver, ref)["Running"]
    with pytest.raises(Conflict, match="is paused"):
        driver.start(ref)


@pytest.mark.parametrize(
    ("signal", "ends", "exit_code"),
    [(None, True, 137), ("SIGKILL", True, 137), ("TERM", True, 0), (2, True, 0), ("HUP", False, 0), (10, False, 0)],
)
def test_signals(driver: MemoryDriver, signal: str | int | None, ends: bool, exit_code: int) -> None:
    """SIGKILL ends a container with 137, a signal to end with 0, others do not end it."""
    ref = running(driver)
    driver.kill(ref, signal=signal)
    assert (state_of(driver, ref)["Running"], state_of(driver, ref)["ExitCode"]) == (not ends, exit_code)


def test_auto_remove(driver: MemoryDriver) -> None:
    """A container with `auto_remove` goes when it ends, with its anonymous volumes, and does not also restart."""
    ref = running(driver, auto_remove=True, volumes=["/data"])
    assert driver.ids("volume")
    driver.stop(ref)
    assert driver.ids("container") == driver.ids("volume") == []
    with pytest.raises(EngineError, match="--restart and --rm"):
        driver.create_container({"image": "server", "remove": True, "restart_policy": {"Name": "always"}})


def test_a_container_ends_after_looks(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """A container that is to end does so after that many looks, or at once where none are to be made."""
    engine.add_image("job", MemoryImage(exits_with=3, exits_after=2))
    ref = driver.create_container({"image": "job"})
    for _ in range(2):
        driver.start(ref)
        assert [state_of(driver, ref)["Status"] for _ in range(4)] == ["running", "running", "exited", "exited"]
    engine.add_image("quick", MemoryImage(exits_with=0, logs=b"done\n"))
    quick = driver.create_container({"image": "quick"})
    driver.start(quick)
    assert (state_of(driver, quick)["Status"], driver.logs(quick)) == ("exited", b"done\n")


def test_out_of_memory(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """A container that ends for want of memory says so, and has the exit code of a killed one."""
    engine.add_image("greedy", MemoryImage(oom=True))
    ref = driver.create_container({"image": "greedy"})
    driver.start(ref)
    assert (state_of(driver, ref)["OOMKilled"], state_of(driver, ref)["ExitCode"]) == (True, 137)


def test_a_start_that_fails(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """A container that cannot start stays `created`, with the error, and gives back its address."""
    engine.add_image("broken", MemoryImage(start_error='exec: "nope": executable file not found in $PATH'))
    ref = driver.create_container({"image": "broken"})
    with pytest.raises(EngineError, match="executable file not found"):
        driver.start(ref)
    state = state_of(driver, ref)
    assert (state["Status"], state["ExitCode"]) == ("created", 127)
    assert "nope" in state["Error"]
    assert facts_of(driver, "bridge", "network")["Containers"] == {}


def test_health(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """A container has a health only with a health check, and is healthy after that many looks."""
    engine.add_image("checked", MemoryImage(healthy_after=2, healthcheck={"Test": ["CMD", "true"]}))
    assert facts_of(driver, "checked", "image")["Config"]["Healthcheck"] == {"Test": ["CMD", "true"]}
    ref = driver.create_container({"image": "checked"})
    assert "Health" not in state_of(driver, ref)
    driver.start(ref)
    assert [state_of(driver, ref)["Health"]["Status"] for _ in range(3)] == ["starting", "starting", "healthy"]
    driver.stop(ref)
    assert state_of(driver, ref)["Health"]["Status"] == "unhealthy"
    off = driver.create_container({"image": "checked", "healthcheck": {"test": ["NONE"]}})
    driver.start(off)
    assert "Health" not in state_of(driver, off)


def test_listening(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """Sockets are open after that many looks, at the address that they have, or cannot be known."""
    engine.add_image("slow", MemoryImage(listens=("80/tcp", "127.0.0.1:53/udp"), listens_after=2))
    ref = driver.create_container({"image": "slow"})
    facts = facts_of(driver, ref)
    driver.start(ref)
    open_sockets = {Socket("tcp", "0.0.0.0", 80), Socket("udp", "127.0.0.1", 53)}
    assert [driver.listening(facts) for _ in range(3)] == [frozenset(), frozenset(), open_sockets]
    engine.add_image("opaque", MemoryImage(listens=None))
    opaque = driver.create_container({"image": "opaque"})
    driver.start(opaque)
    assert driver.listening(facts_of(driver, opaque)) is None


def test_wait(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """`wait` lets a container that is to end do so, also one that goes then, and gives the exit code."""
    engine.add_image("job", MemoryImage(exits_with=3, exits_after=100))
    ref = driver.create_container({"image": "job", "auto_remove": True})
    driver.start(ref)
    assert driver.wait(ref) == 3
    assert driver.ids("container") == []


def test_wait_is_told_by_another_thread(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """`wait` returns when a test ends the container."""
    ref = running(driver)
    timer = threading.Timer(0.05, engine.end_container, [ref, 7])
    timer.start()
    assert driver.wait(ref, timeout=10) == 7
    timer.join()


def test_logs(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """A log has what the image writes at each start and what a test adds, and is cut by lines and times."""
    engine.add_image("chatty", MemoryImage(logs=b"one\ntwo\n"))
    ref = driver.create_container({"image": "chatty"})
    assert driver.logs(ref) == b""
    driver.start(ref)
    before = time.time()
    engine.write_log(ref, b"three")
    assert driver.logs(ref) == b"one\ntwo\nthree"
    assert driver.logs(ref, tail=2) == b"two\nthree"
    assert driver.logs(ref, tail=0) == driver.logs(ref, stdout=False) == b""
    assert driver.logs(ref, since=before + 60) == driver.logs(ref, until=before - 60) == b""
    stamp, _, text = driver.logs(ref, tail=1, timestamps=True).partition(b" ")
    assert (stamp[-1:], text) == (b"Z", b"three")
    driver.restart(ref)
    assert driver.logs(ref).count(b"one") == 2


def test_follow(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """Following gives lines as they are written, and ends when the container does."""
    ref = running(driver)

    def say_good_bye() -> None:
        engine.write_log(ref, b"later\n")
        engine.end_container(ref)

    engine.write_log(ref, b"old\nnew\n")
    with driver.follow(ref, tail=1) as lines:
        assert next(lines) == b"new\n"
        timer = threading.Timer(0.05, say_good_bye)
        timer.start()
        assert list(lines) == [b"later\n"]
        timer.join()


def test_following_ends_in_time(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """Following ends at its deadline, when a container that is to end does, and when the context is left."""
    ref = running(driver)
    with driver.follow(ref, timeout=0.01) as lines:
        assert list(lines) == []
    engine.add_image("job", MemoryImage(exits_with=0, exits_after=9, logs=b"done\n"))
    job = driver.create_container({"image": "job"})
    driver.start(job)
    with driver.follow(job) as lines:
        assert list(lines) == [b"done\n"]
    engine.write_log(ref, b"more\n")
    with driver.follow(ref) as lines:
        pass
    assert list(lines) == []


def test_execute(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """A test answers a command from the container's facts and its words, which are split as a shell would."""
    ref = running(driver, name="db")

    def answer(container: dict[str, object], words: object) -> ExecResult:
        return ExecResult(3, f"{container['Name']} {words}".encode(), b"!")

    engine.on_execute(answer)
    assert driver.execute(ref, "echo 'a b'") == (3, b"/db ['echo', 'a b']", b"!")
    assert driver.execute(ref, ["x"], merge_stderr=True) == (3, b"/db ['x']!", b"")
    assert driver.execute(ref, ["x"], detach=True) == (None, b"", b"")


def test_a_program_that_is_not_there(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """A command that nobody answers ends with 127 and the engine's text."""
    engine.on_execute(lambda container, words: None)
    exit_code, output, _ = driver.execute(running(driver), "cat /x")
    assert exit_code == 127
    assert b'"cat": executable file not found' in output


def test_no_command(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """A container needs something to run, from its options or its image."""
    engine.add_image("empty", MemoryImage(cmd=()))
    with pytest.raises(EngineError, match="No command specified"):
        driver.create_container({"image": "empty"})
    assert facts_of(driver, driver.create_container({"image": "empty", "command": "run 'a b'"}))["Args"] == ["a b"]
