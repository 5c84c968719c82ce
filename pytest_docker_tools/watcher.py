"""A program that waits for the end of a process of pytest, and then removes what that has left on an engine.

It reads from its input what `guard` tells it. It is not imported, and has nothing of this library, before it is needed:
most of these are ended by the process that they wait for. It runs apart from that, as what kills it is not to reach
this one: in a session of its own, without a terminal.
"""

import contextlib
import json
import os
import site
import sys
from typing import IO, Any

__tracebackhide__ = True


def main() -> None:
    """Wait, and remove."""
    told = json.load(sys.stdin)
    # Who looks which processes are alive may have removed the file of one that is not.
    with contextlib.suppress(FileNotFoundError), open(told["presence"], "rb+") as file:
        wait(file)
    find_library(told["path"])
    from pytest_docker_tools import guard

    os.chdir(told["directory"])
    guard.remove_left(**told["left"])


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


def find_library(path: list[str]) -> None:
    """Let modules be found where they were by that process."""
    for folder in path:
        if folder.endswith("-packages"):
            # There may be files that say where else modules are.
            site.addsitedir(folder)
    sys.path[:] = [*path, *(folder for folder in sys.path if folder not in path)]


if __name__ == "__main__":
    main()
