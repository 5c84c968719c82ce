"""A program that waits for the end of a process of pytest, and then removes what that has left on an engine.

It reads from its input what `guard` tells it: a line, and at a normal end of that process a word. It has nothing of
this library before it is needed, as most of these programs have nothing to do. What ends pytest is not to end it as
well, nor is it to be in the way of what waits for all children of pytest: it has a session of its own, without a
terminal, and its parent ends at once.
"""

import contextlib
import io
import json
import os
import site
import sys
from typing import IO, Any

__tracebackhide__ = True

# Words of a process that ends, of one length: all is removed, or there is probably no engine, and one look is enough.
DONE = b"done"
ONCE = b"once"


def main() -> None:
    """Wait, and remove."""
    if sys.platform != "win32" and os.fork():
        return
    # Not more than that: what follows is for later.
    told = json.loads(io.FileIO(0, closefd=False).readline() or b"null")
    if told is None:
        # Whoever began it did not get any further.
        return
    # Who looks which processes are alive may have removed the file of one that is not.
    with contextlib.suppress(FileNotFoundError), open(told["presence"], "rb+") as file:
        wait(file)
    word = last_word()
    if word != DONE:
        find_library(told["path"])
        from pytest_docker_tools import aftermath

        aftermath.remove_left(**told["left"], is_patient=word != ONCE)


def wait(file: IO[Any]) -> None:
    """Wait until nobody has a lock on a file, as `locks` takes it: the system takes it from a process that ends."""
    if sys.platform == "win32":
        import msvcrt

        while True:
            # Gives up after ten seconds.
            with contextlib.suppress(OSError):
                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
                return
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX)


def last_word() -> bytes:
    """Give what that process said when it ended, nothing where it could not."""
    if sys.platform != "win32":
        # A child that it has forked may have the other end open still.
        os.set_blocking(0, False)
    with contextlib.suppress(BlockingIOError):
        return os.read(0, len(DONE))
    return b""


def find_library(path: list[str]) -> None:
    """Let modules be found where they were by that process, but none of a project in place of Python's."""
    own = [folder for folder in sys.path if not folder.endswith("-packages")]
    for folder in path:
        if folder.endswith("-packages"):
            # There may be files that say where else modules are.
            site.addsitedir(folder)
    rest = [folder for folder in sys.path if folder not in (*own, *path)]
    sys.path[:] = [*own, *(folder for folder in path if folder not in own), *rest]


if __name__ == "__main__":
    main()
