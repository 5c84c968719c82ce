"""A lock has one holder, whatever becomes of the others and of its file."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from pytest_docker_tools import locks
from pytest_docker_tools.exceptions import UsageError

HEADER = "import os, subprocess, sys, time\nfrom pathlib import Path\nfrom pytest_docker_tools import locks\n"
HEADER += "path = Path(sys.argv[1])\n"
HOLD = "lock = locks.held(path)\n"
SAY = "print('ready', flush=True)\n"
WAIT = "sys.stdin.readline()\n"

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a process that runs code with `path`, and wait until it says that it is ready."""
    with contextlib.ExitStack() as started:

        def start(code: str, path: Path = tmp_path / "file") -> subprocess.Popen[str]:
            command = [sys.executable, "-c", HEADER + code, str(path)]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            started.enter_context(process)
            started.callback(process.kill)
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
            return process

        yield start


@pytest.fixture(autouse=True)
def nothing_held() -> Iterator[None]:
    """Release, after a test, what it still has."""
    yield
    for lock in [*locks._LOCKS]:
        lock.release()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file that is to be locked, in folders that are not there yet."""
    return tmp_path / "a folder" / "another" / "file"


def is_free(path: Path) -> bool:
    lock = locks.attempt(path)
    if lock:
        lock.release()
    return lock is not None


def during_open(monkeypatch: pytest.MonkeyPatch, *steps: Callable[[], object], after: bool = True) -> None:
    """Do one step after, or before, each of the next files are opened."""
    rest, really_open = list(steps), os.open

    def open(*arguments: object) -> int:
        step = rest.pop(0) if rest else lambda: None
        if not after:
            step()
        descriptor = really_open(*arguments)  # type: ignore[arg-type]
        if after:
            step()
        return descriptor

    monkeypatch.setattr(os, "open", open)


def test_one_holder(file: Path) -> None:
    """What was locked once cannot be locked again, by the same process either, until it is released."""
    lock = locks.attempt(file)
    assert lock
    assert locks.attempt(file) is None
    assert file.stat().st_mode & 0o777 == 0o600
    lock.release()
    assert file.exists()
    assert is_free(file)


def test_removal(file: Path) -> None:
    """A lock may take its file along, and to release it twice does nothing to who has it then."""
    first = locks.held(file)
    first.release(remove=True)
    assert not file.exists()
    second = locks.held(file)
    first.release(remove=True)
    assert file.exists()
    assert not is_free(file)
    second.release()


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


def test_threads_take_turns(file: Path) -> None:
    """Of the threads of one process, one has the lock at a time."""
    inside, seen = [0], []

    def work() -> None:
        for _ in range(20):
            with locks.held(file):
                inside[0] += 1
                time.sleep(0)
                seen.append(inside[0])
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [1] * 80


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


def test_held_waits(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """Who wants a lock waits for it, in pauses that grow to a tenth of a second, and lets it go when it is done."""
    other, pauses = locks.held(file), list[float]()

    def sleep(seconds: float) -> None:
        pauses.append(round(seconds, 3))
        if len(pauses) == 20:
            other.release()

    monkeypatch.setattr(time, "sleep", sleep)
    with locks.held(file):
        assert not is_free(file)
    assert file.exists()
    assert is_free(file)
    assert len(pauses) == 20
    assert pauses == sorted(pauses)
    assert (pauses[0] < 0.01, pauses[-1]) == (True, 0.1)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_held_lets_go_on_errors(file: Path, error: type[BaseException]) -> None:
    """Whatever ends what is done with a lock, others have it then."""
    with pytest.raises(error), locks.held(file):
        raise error
    assert is_free(file)


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


def test_a_file_that_is_removed_when_it_was_opened(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """Who has opened a file that its holder then removes locks a new one, which others see."""
    first = locks.held(file)
    during_open(monkeypatch, lambda: first.release(remove=True))
    second = locks.attempt(file)
    assert second
    assert file.exists()
    assert not is_free(file)


def test_a_file_that_is_replaced_when_it_was_opened(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """Who has opened a file in place of which another process then holds a new one does not have the lock."""
    first, others = locks.held(file), list[locks.Lock]()

    def replace() -> None:
        first.release(remove=True)
        others.append(locks.held(file))

    during_open(monkeypatch, replace)
    assert locks.attempt(file) is None
    assert len(others) == 1


def test_a_file_goes_before_its_lock(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """A file that is removed is removed before another process can lock it."""
    lock, seen = locks.held(file), list[bool]()
    really_unlock = locks._unlock

    def unlock(descriptor: int) -> None:
        seen.append(file.exists())
        really_unlock(descriptor)

    monkeypatch.setattr(locks, "_unlock", unlock)
    lock.release(remove=True)
    assert seen == [False]


def test_folders_that_vanish(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """Folders that another process removes before the file is in them are made again."""
    file.parent.mkdir(parents=True)

    def remove_folders() -> None:
        file.parent.rmdir()
        file.parent.parent.rmdir()

    during_open(monkeypatch, remove_folders, after=False)
    lock = locks.attempt(file)
    assert lock
    assert file.exists()


@pytest.mark.parametrize("error", [FileNotFoundError, FileExistsError])
def test_folders_that_vanish_while_they_are_made(
    monkeypatch: pytest.MonkeyPatch, file: Path, error: type[OSError]
) -> None:
    """Where another process makes and removes the same folders at the same time, they are made again."""
    really_make, failures = Path.mkdir, [error()]

    def mkdir(self: Path, mode: int = 0o777, parents: bool = False, exist_ok: bool = False) -> None:
        if failures:
            raise failures.pop()
        really_make(self, mode, parents, exist_ok)

    monkeypatch.setattr(Path, "mkdir", mkdir)
    assert locks.attempt(file)


def test_holders(start: Start, file: Path) -> None:
    """Of the files in a folder, those are given that a process holds. The others are removed; a folder in it stays."""
    folder = file.parent
    (folder / "folder").mkdir(parents=True)
    start(HOLD + SAY + WAIT, folder / "theirs")
    mine = locks.held(folder / "mine")
    killed = start(HOLD + SAY + WAIT, folder / "killed")
    killed.kill()
    killed.wait()
    (folder / "left").touch()
    for _ in range(2):
        assert locks.holders(folder) == [folder / "mine", folder / "theirs"]
        assert sorted(folder.iterdir()) == [folder / "folder", folder / "mine", folder / "theirs"]
    mine.release()


def test_holders_of_an_empty_folder(file: Path) -> None:
    """A folder without holders is removed, and there are none in a folder that is not there."""
    locks.held(file).release()
    assert locks.holders(file.parent) == []
    assert not file.parent.exists()
    assert locks.holders(file.parent) == []
    assert not file.parent.exists()


def test_a_holder_that_ends_during_the_look(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """A file that vanishes with its folder in between has no holder, and nothing is made anew."""
    lock = locks.held(file)

    def end() -> None:
        lock.release(remove=True)
        file.parent.rmdir()
        file.parent.parent.rmdir()

    during_open(monkeypatch, end, after=False)
    assert locks.holders(file.parent) == []
    assert not file.parent.parent.exists()


def test_a_holder_that_comes_during_the_look(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """A folder into which a file comes in between stays."""
    left, come = file.with_name("left"), list[locks.Lock]()
    locks.held(left).release()
    during_open(monkeypatch, lambda: come.append(locks.held(file)))
    assert locks.holders(file.parent) == []
    assert not left.exists()
    assert not is_free(file)
    assert locks.holders(file.parent) == [file]


def test_a_new_file_that_is_taken_for_one_that_was_left(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """Who looks at a new file before it is locked has it for a moment, and its owner has it then."""
    looking = list[locks.Lock]()

    def look() -> None:
        looking.append(locks.held(file))

    def sleep(seconds: float) -> None:
        looking.pop().release(remove=True)

    monkeypatch.setattr(time, "sleep", sleep)
    during_open(monkeypatch, look)
    lock = locks.held(file)
    assert not looking
    assert locks.holders(file.parent) == [file]
    lock.release()


def test_a_file_system_without_locks(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """Where files cannot be locked, that is one sentence with what to do, and no file stays open."""
    fcntl = pytest.importorskip("fcntl", reason="Windows locks files by other means.")

    def flock(descriptor: int, operation: int) -> None:
        opened.append(descriptor)
        raise OSError(errno.ENOLCK, "No locks available")

    opened = list[int]()
    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(UsageError, match=r"another/file' cannot be locked: No locks available\. Let XDG_CACHE_HOME"):
        locks.attempt(file)
    [descriptor] = opened
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_a_file_that_cannot_be_opened(file: Path) -> None:
    """What cannot be opened as a file, or made, is one sentence with what to do."""
    file.mkdir(parents=True)
    with pytest.raises(UsageError, match="cannot be locked: Is a directory"):
        locks.attempt(file)
    (file / "file").touch()
    with pytest.raises(UsageError, match="cannot be locked: Not a directory"):
        locks.attempt(file / "file" / "folder" / "it")


def test_a_folder_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """A disk that is full is one sentence with what to do."""

    def mkdir(self: Path, **options: bool) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", mkdir)
    with pytest.raises(UsageError, match="cannot be locked: No space left on device"):
        locks.attempt(file)


class Windows(ModuleType):
    """The files and locks of Windows: a region belongs to who opened the file, and what is open cannot be removed.

    As documented, a lock goes from where the file is read for a number of bytes, also beyond its end, is refused with
    EACCES where there is one already, and is to be released before the file is closed, by the same region.
    """

    LK_UNLCK, LK_LOCK, LK_NBLCK = range(3)

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__("msvcrt")
        self.opened: dict[int, tuple[int, int]] = {}
        self.locked: dict[int, tuple[int, int]] = {}
        self.really_open, self.really_close, self.really_unlink = os.open, os.close, Path.unlink
        monkeypatch.setattr(os, "open", self.open)
        monkeypatch.setattr(os, "close", self.close)
        monkeypatch.setattr(os.path, "samestat", self.samestat)
        monkeypatch.setattr(Path, "unlink", lambda path, missing_ok=False: self.unlink(path))
        monkeypatch.delattr(os, "getuid")
        monkeypatch.setattr(sys, "platform", "win32")
        monkeypatch.setitem(sys.modules, "msvcrt", self)
        monkeypatch.setitem(sys.modules, "fcntl", None)

    def open(self, path: Path, flags: int, mode: int = 0o777) -> int:
        descriptor = self.really_open(path, flags, mode)
        self.opened[descriptor] = self.number(path)
        return descriptor

    def close(self, descriptor: int) -> None:
        assert descriptor not in self.locked, "closed while it was locked"
        del self.opened[descriptor]
        self.really_close(descriptor)

    def samestat(self, *found: os.stat_result) -> bool:
        # Python 3.12.0 has no result of os.fstat on FAT32.
        raise OSError(errno.EINVAL, "The parameter is incorrect")

    def unlink(self, path: Path) -> None:
        if self.number(path) in self.opened.values():
            raise PermissionError(errno.EACCES, "The process cannot access the file", str(path))
        self.really_unlink(path)

    def number(self, path: Path) -> tuple[int, int]:
        found = path.stat()
        return found.st_dev, found.st_ino

    def locking(self, descriptor: int, mode: int, count: int) -> None:
        region = os.lseek(descriptor, 0, os.SEEK_CUR), count
        if mode == self.LK_UNLCK:
            if self.locked.pop(descriptor, None) != region:
                raise PermissionError(errno.EACCES, "Permission denied")
            return
        assert mode == self.LK_NBLCK, "this one would wait for ten seconds"
        same = [other for other in self.locked if self.opened[other] == self.opened[descriptor]]
        if same:
            raise PermissionError(errno.EACCES, "Permission denied")
        self.locked[descriptor] = region


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> Windows:
    """Files and locks as on Windows, without fcntl."""
    return Windows(monkeypatch)


def test_one_holder_on_windows(windows: Windows, file: Path) -> None:
    """On Windows, too, a file has one holder, and stays where it is not to be removed."""
    lock = locks.attempt(file)
    assert lock
    assert not is_free(file)
    lock.release()
    assert file.exists()
    assert is_free(file)
    assert not windows.opened


def test_removal_on_windows(windows: Windows, file: Path) -> None:
    """A file is removed there after it was closed, and stays where somebody else has opened it by then."""
    locks.held(file).release(remove=True)
    assert not file.exists()
    lock = locks.held(file)
    other = os.open(file, os.O_RDWR)
    lock.release(remove=True)
    assert file.exists()
    os.close(other)
    assert locks.holders(file.parent) == []
    assert not file.parent.exists()
    assert not windows.opened


def test_holders_on_windows(windows: Windows, file: Path) -> None:
    """Of the files in a folder, those are given there as well that a process holds."""
    lock = locks.held(file)
    locks.held(file.with_name("left")).release()
    assert locks.holders(file.parent) == [file]
    assert list(file.parent.iterdir()) == [file]
    lock.release(remove=True)
    assert locks.holders(file.parent) == []
    assert not windows.opened


@pytest.mark.parametrize("number", [errno.EACCES, errno.EDEADLK])
def test_a_file_that_is_being_removed_on_windows(
    windows: Windows, monkeypatch: pytest.MonkeyPatch, file: Path, number: int
) -> None:
    """What cannot be opened there as somebody else removes it is waited for."""

    def deny() -> None:
        raise OSError(number, "Permission denied")

    pauses = list[float]()
    monkeypatch.setattr(time, "sleep", pauses.append)
    during_open(monkeypatch, lambda: None, deny, deny, after=False)
    file.parent.mkdir(parents=True)
    lock = locks.held(file.with_name("other"))
    lock.release()
    locks.held(file).release()
    assert len(pauses) == 2
    assert windows.locked == {}


def test_no_locks_on_windows(windows: Windows, monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """Where files cannot be locked there, that is one sentence with what to do."""

    def locking(descriptor: int, mode: int, count: int) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(windows, "locking", locking)
    with pytest.raises(UsageError, match="cannot be locked: Invalid argument"):
        locks.attempt(file)
    assert not windows.opened
