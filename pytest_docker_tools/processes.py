"""What tells a process from all others, of every machine and time, and whether it provably is no more.

For that a system has to have /proc as Linux has; where it has not, nothing is told.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

__tracebackhide__ = True

#: The variable in the environment of a client's command that says who called it, see `mark`.
CALLER = "PYTEST_DOCKER_TOOLS_CALLER"


def identity(pid: int | None = None) -> str:
    """Give what tells a process, this one by default, from any other: "boot/namespace/pid/start".

    That is the boot of the machine, the namespace of process ids, the id there, and when the process was started, in
    ticks since the boot. Empty where this cannot be told.
    """
    try:
        pid = os.getpid() if pid is None else pid
        return f"{_place()}/{pid}/{_start(pid)}"
    except (OSError, ValueError):
        return ""


def has_ended(known: str) -> bool | None:
    """Say whether a process is no more, by its `identity`. None where that cannot be told from here."""
    place, _, process = known.rpartition("/")[0].rpartition("/")
    try:
        if place != _place():
            return None
        pid = int(process)
        return not _is_there(pid) or known != f"{place}/{pid}/{_start(pid)}" or _is_zombie(pid)
    except ProcessLookupError:
        return True
    except (OSError, ValueError, OverflowError):
        return None


def mark(program: str) -> str:
    """Give what `CALLER` is for commands of a program, given by its path, that this process calls."""
    return f"{identity()} {program}"


def called_by(known: str) -> Iterator[int]:
    """Give the ids of commands that still run, which a process, by its `identity`, called in sessions of their own.

    What they started for others, such as the monitor of a container, has their environment as well, and is not meant.
    """
    for folder in Path("/proc").glob("[1-9]*"):
        # It may end at any moment, or be another user's.
        with contextlib.suppress(OSError):
            pid, environment = int(folder.name), (folder / "environ").read_bytes().split(b"\0")
            program = (folder / "cmdline").read_bytes().partition(b"\0")[0]
            wanted = f"{CALLER}={known} ".encode() + program
            if known and wanted in environment and os.getsid(pid) == pid:
                yield pid


def _is_there(pid: int) -> bool:
    """Say whether there is a process, also where those of others are hidden in /proc."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        # Another user's.
        return True
    return True


def _place() -> str:
    boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    namespace = os.readlink("/proc/self/ns/pid")
    return f"{boot}/{namespace.removeprefix('pid:[').removesuffix(']')}"


def _start(pid: int) -> str:
    return _status(pid)[19]


def _is_zombie(pid: int) -> bool:
    """Say whether a process has ended, and its parent has not asked how."""
    return _status(pid)[0] in ("Z", "X")


def _status(pid: int) -> list[str]:
    """Give the fields of proc(5)'s stat from the third one, the state."""
    # The name of the program before it, in parentheses, may have any characters.
    return Path("/proc", str(pid), "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
