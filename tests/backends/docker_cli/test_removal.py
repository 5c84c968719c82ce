"""A removal by a command that nobody waits for."""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from pytest_docker_tools.driver import Kind
from pytest_docker_tools.exceptions import EngineUnavailable
from pytest_docker_tools_docker_cli import DockerCLIDriver, Runner

WriteClient = Callable[[str], Runner]

ID = "1" * 64
# Writes down how it was called once there is a file `go`, and ends with a code that is in it.
CLIENT = """
import json, os, sys, time
folder = os.path.dirname(sys.argv[0])
streams = [os.readlink(f"/proc/self/fd/{fd}") for fd in range(3)]
print(json.dumps([sys.argv[1:], os.getsid(0) == os.getpid(), streams]), file=open(folder + "/called", "a"))
while not os.path.exists(folder + "/go"):
    time.sleep(0.01)
print("what nobody reads" * 100_000, flush=True)
sys.exit(int(open(folder + "/go").read()))
"""


@pytest.fixture
def driver(write_client: WriteClient) -> DockerCLIDriver:
    """A driver whose client ends when it is told to."""
    return DockerCLIDriver(binary=write_client(CLIENT).program)


@pytest.fixture
def tell(tmp_path: Path) -> Callable[[int], None]:
    """Tell the client to end with an exit code."""

    def tell(code: int) -> None:
        (tmp_path / "new").write_text(str(code))
        (tmp_path / "new").rename(tmp_path / "go")

    return tell


@pytest.mark.parametrize(("code", "is_gone"), [(0, True), (1, False)])
def test_the_exit_code_says_it(
    driver: DockerCLIDriver, tell: Callable[[int], None], code: int, is_gone: bool, children: Callable[[], set[int]]
) -> None:
    """All is gone where the command ends with 0; until then it goes on, and nothing of it stays."""
    before = children()
    removal = driver.begin_removal("container", [ID], force=True)
    assert removal is not None
    assert removal.poll() is None
    began = time.time()
    tell(code)
    assert removal.wait(30) is removal.poll() is is_gone
    assert children() == before
    assert removal.ended is not None
    assert began - 1 < removal.ended <= time.time()


@pytest.mark.skipif(sys.platform != "linux", reason="The streams of a process are told on Linux.")
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("container", ["rm", "--force", "--volumes"]),
        ("network", ["network", "rm"]),
        ("volume", ["volume", "rm"]),
    ],
)
def test_one_command_for_all(
    driver: DockerCLIDriver, tell: Callable[[int], None], tmp_path: Path, kind: Kind, words: list[str]
) -> None:
    """It is the command of `remove`, once for all refs, in a session of its own, with streams that nobody reads."""
    tell(0)
    threads = set(threading.enumerate())
    removal = driver.begin_removal(kind, [ID, "two"], force=True, volumes=True)
    assert removal is not None
    assert set(threading.enumerate()) <= threads
    assert removal.wait(30)
    [called] = (tmp_path / "called").read_text().splitlines()
    command, has_session, (stdin, stdout, stderr) = json.loads(called)
    assert (command, has_session, stdin, stderr) == ([*words, "--", ID, "two"], True, "/dev/null", "/dev/null")
    assert stdout.endswith(" (deleted)")


def test_who_reaps_every_child_hides_what_came_of_it(
    driver: DockerCLIDriver, tell: Callable[[int], None], children: Callable[[], set[int]]
) -> None:
    """Where somebody else has got the exit code, nobody knows whether all is gone."""
    removal = driver.begin_removal("container", [ID])
    assert removal is not None
    [child] = children()
    tell(0)
    os.waitpid(-1, 0)
    assert child not in children()
    assert removal.poll() is removal.poll() is False


def test_a_removal_that_is_dropped(
    driver: DockerCLIDriver, children: Callable[[], set[int]], recwarn: pytest.WarningsRecorder
) -> None:
    """One that nobody asks for ends with the driver, without a warning."""
    assert driver.begin_removal("container", [ID]) is not None
    gc.collect()
    assert children()
    driver.close()
    gc.collect()
    assert not children()
    assert not list(recwarn)


def test_the_deadline(write_client: WriteClient, children: Callable[[], set[int]]) -> None:
    """A command that is not done in time is ended, and what came of it not believed."""
    with closing(DockerCLIDriver(binary=write_client(CLIENT).program, timeout=60)) as driver:
        removal = driver.begin_removal("container", [ID], timeout=0.1)
        assert removal is not None
        assert removal.wait(30) is False
        assert not children()


@pytest.mark.parametrize(
    ("kind", "refs"), [("container", []), ("container", [ID, "abc"]), ("network", ["abc"]), ("image", ["app"])]
)
def test_what_cannot_be_begun(driver: DockerCLIDriver, kind: Kind, refs: list[str], tmp_path: Path) -> None:
    """What has to be looked at before, as it may begin the id of something else, or have other names, is not begun."""
    assert driver.begin_removal(kind, refs) is None
    assert not (tmp_path / "called").exists()


def test_without_a_client(tmp_path: Path) -> None:
    """Without its program it raises what every verb does."""
    driver = DockerCLIDriver(binary=str(tmp_path / "none"))
    with pytest.raises(EngineUnavailable, match=r"no '.*none' on the PATH"):
        driver.begin_removal("container", [ID])


def test_many(driver: DockerCLIDriver, tell: Callable[[int], None], children: Callable[[], set[int]]) -> None:
    """Several go on at the same time, each with its own end."""
    started = [driver.begin_removal("container", [ID]) for _ in range(3)]
    assert len(children()) == 3
    tell(0)
    end = time.monotonic() + 30
    while not all(removal is not None and removal.poll() for removal in started):
        assert time.monotonic() < end
    assert not children()


def test_a_removal_whose_driver_is_closed(driver: DockerCLIDriver, children: Callable[[], set[int]]) -> None:
    """It is refused, and nobody knows when it was over."""
    before = children()
    removal = driver.begin_removal("container", [ID])
    assert removal is not None
    driver.close()
    assert removal.poll() is False
    assert removal.ended is None
    assert children() == before
