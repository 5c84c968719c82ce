"""Processes that hold locks: they take turns, are killed, have children, are interrupted."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from pytest_docker_tools import locks

from .conftest import HOLD, SAY, WAIT, Start, is_free

COUNT = """
for _ in range(100):
    with taken(path):
        number = int(counter.read_text())
        time.sleep(0)
        counter.write_text(str(number + 1))
"""
KEEPING = "taken = locks.held\n"
REMOVING = """
import contextlib
@contextlib.contextmanager
def taken(path):
    lock = locks.held(path)
    yield
    lock.release(remove=True)
    locks.holders(path.parent)
"""


@pytest.mark.parametrize("taken", [KEEPING, REMOVING], ids=["the file stays", "file and folder are removed each time"])
def test_processes_take_turns(start: Start, tmp_path: Path, file: Path, taken: str) -> None:
    """Of many processes that count in one file, none loses what another has counted."""
    counter = tmp_path / "counter"
    counter.write_text("0")
    code = f"counter = Path({str(counter)!r})\n{taken}{SAY}{WAIT}{COUNT}"
    processes = [start(code, file) for _ in range(4)]
    for process in processes:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.wait(60) for process in processes] == [0] * 4
    assert counter.read_text() == "400"


def test_a_killed_holder(start: Start, file: Path) -> None:
    """A process that is killed has its locks no longer."""
    process = start(HOLD + SAY + WAIT, file)
    assert not is_free(file)
    process.kill()
    process.wait()
    assert is_free(file)


# A child goes on until the test closes the input that all of them have.
FORKED = """
import os
read, write = os.pipe()
if os.fork() == 0:
    {before}
    os.write(write, b".")
    os.read(0, 1)
    os._exit(0)
os.read(read, 1)
"""
COMMAND = "subprocess.Popen([sys.executable, '-c', 'input()'], close_fds=False, stdout=2)\n"
CHILDREN = {"forked": FORKED.format(before=""), "command": COMMAND}


@pytest.mark.parametrize("child", CHILDREN.values(), ids=CHILDREN)
def test_children_of_a_holder(start: Start, file: Path, child: str) -> None:
    """What a process has forked, or runs, does not have its locks, also where it outlives them and the process."""
    pytest.importorskip("fcntl", reason="Windows forks no processes.")
    releasing = start(HOLD + child + "lock.release()\n" + SAY + WAIT, file.with_name("released"))
    assert is_free(file.with_name("released"))
    assert releasing.poll() is None
    killed = start(HOLD + child + SAY + WAIT, file)
    assert not is_free(file)
    killed.kill()
    killed.wait()
    assert is_free(file)


def test_a_child_that_has_yet_to_close_the_file(file: Path) -> None:
    """A lock is released also where a child that was forked a moment ago, to run a command, has the file open."""
    pytest.importorskip("fcntl", reason="Windows forks no processes.")
    lock = locks.held(file)
    of_child = os.dup(lock._descriptor)
    lock.release()
    assert is_free(file)
    os.close(of_child)


def test_a_child_releases_nothing(start: Start, file: Path) -> None:
    """A lock that is released in a forked child is still its parent's, with its file."""
    pytest.importorskip("fcntl", reason="Windows forks no processes.")
    start(HOLD + FORKED.format(before="lock.release(remove=True)") + SAY + WAIT, file)
    assert file.exists()
    assert not is_free(file)


def test_waiting_can_be_interrupted(start: Start, file: Path) -> None:
    """Ctrl-C ends the waiting, and the lock stays with who has it."""
    lock = locks.held(file)
    process = start(
        """
really_sleep = time.sleep
def sleep(seconds):
    print('ready', flush=True)
    really_sleep(seconds)
time.sleep = sleep
try:
    with locks.held(path):
        sys.exit('not waited')
except KeyboardInterrupt:
    sys.exit(7)
""",
        file,
    )
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 7
    assert not is_free(file)
    lock.release()
