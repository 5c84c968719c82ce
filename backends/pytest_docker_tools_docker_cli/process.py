"""A child process whose output is read as it comes, and which can be ended with everything that it started."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

from pytest_docker_tools.deadline import Deadline

__tracebackhide__ = True

Take = Callable[[bytes], object]

# Seconds between two looks at a process that keeps its output open, and those for which output is awaited that a
# process left in the pipe, or that something else which it started holds open.
GLANCE = 0.1
GRACE = 0.5
_PIECE = 65536


class Pump(threading.Thread):
    """Moves bytes until there are no more. `error` is what came in between.

    Threads, because only they read pipes on every system.
    """

    def __init__(self, give: Callable[[], bytes], take: Take, close: Callable[[], object]) -> None:
        super().__init__(name="docker-cli", daemon=True)
        self.error: BaseException | None = None
        self.abandoned = False
        self._give, self._take, self._close = give, take, close

    def run(self) -> None:
        try:
            for piece in iter(self._give, b""):
                if self.abandoned:
                    break
                self._take(piece)
            self._take(b"")
        except BaseException as error:
            self.error = error
        finally:
            with contextlib.suppress(OSError):
                self._close()


@dataclass(frozen=True)
class Streams:
    """What a child reads from `stdin`, and what takes what it writes, in a thread of its own; None is nothing.

    An empty piece is the end. With `merge` both outputs go to `stdout`, in order. With `lines` they are taken line
    by line. The child itself writes what goes to a `file`, which is closed at its end.
    """

    stdin: bytes | IO[bytes] | None = None
    stdout: Take | None = None
    stderr: Take | None = None
    merge: bool = False
    lines: bool = False
    file: IO[bytes] | None = None


class Child:
    """A running command in a session of its own."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        environment: Mapping[str, str],
        directory: str,
        streams: Streams,
        patience: float = 0,
    ) -> None:
        """Start it. Where it has to be ended, it gets `patience` seconds to undo what it has done."""
        self._patience = patience
        self._process = subprocess.Popen(
            argv,
            env=environment,
            cwd=directory,
            stdin=_pipe(streams.stdin),
            stdout=streams.file or _pipe(streams.stdout),
            stderr=subprocess.STDOUT if streams.merge else _pipe(streams.stderr),
            **_own_session(),
        )
        self._file = streams.file
        self._outputs: list[Pump] = []
        self._input: Pump | None = None
        try:
            self._attach(streams)
        except BaseException:
            self.end()
            raise

    def _attach(self, streams: Streams) -> None:
        for pipe, take in ((self._process.stdout, streams.stdout), (self._process.stderr, streams.stderr)):
            if pipe is not None and take is not None:
                give = pipe.readline if streams.lines else partial(os.read, pipe.fileno(), _PIECE)
                self._outputs.append(_started(Pump(give, take, pipe.close)))
        if self._process.stdin is not None and streams.stdin is not None:
            source = io.BytesIO(streams.stdin) if isinstance(streams.stdin, bytes) else streams.stdin
            target = self._process.stdin
            self._input = _started(Pump(partial(source.read, _PIECE), partial(_write, target), target.close))

    @property
    def exit_code(self) -> int | None:
        """What it returned, None while it runs."""
        return self._process.poll()

    @property
    def is_lost(self) -> bool:
        """Whether it has ended and its exit code was given to somebody else, who waited for any child."""
        if self._process.returncode is not None or not hasattr(os, "waitid"):
            return False
        try:
            os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return True
        return False

    def wait(self, deadline: Deadline) -> int | None:
        """Wait for the end of it and of its output, and give its exit code. None: it still runs at the deadline.

        What it leaves running, and what holds its output open, is not waited for.
        """
        for output in self._outputs:
            while output.is_alive() and self.exit_code is None and not deadline.passed:
                output.join(deadline.at_most(GLANCE))
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(deadline.at_most(threading.TIMEOUT_MAX))
            self._let_go()
        return self.exit_code

    def check(self) -> None:
        """Raise what went wrong with the objects that it read from and wrote to."""
        for pump in self._pumps():
            if pump.error:
                raise pump.error

    def end(self) -> None:
        """Kill it and its children, if it still runs. Does not come back before it is gone."""
        if self.exit_code is None:
            if self._patience:
                _hang_up(self._process, Deadline(self._patience))
            _kill(self._process)
            self._process.wait()
        self._let_go()

    def _let_go(self) -> None:
        if self._file is not None:
            self._file.close()
        patience = Deadline(GRACE)
        for pump in self._pumps():
            pump.join(patience.at_most(GRACE))
            pump.abandoned = True

    def _pumps(self) -> list[Pump]:
        return self._outputs if self._input is None else [self._input, *self._outputs]


def _pipe(end: object) -> int:
    return subprocess.DEVNULL if end is None else subprocess.PIPE


def _write(pipe: IO[bytes], piece: bytes) -> None:
    # A command may end without having read everything; what it returns says whether that was right.
    with contextlib.suppress(OSError):
        pipe.write(piece)


def _started(pump: Pump) -> Pump:
    pump.start()
    return pump


def _own_session() -> dict[str, Any]:
    """Keep the terminal's signals from it: Ctrl-C reaches it through us alone."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _hang_up(process: subprocess.Popen[bytes], patience: Deadline) -> None:
    """Tell it to end by itself, and wait for that without asking for its exit code."""
    if sys.platform == "win32" or not hasattr(os, "waitid"):
        return
    with contextlib.suppress(ProcessLookupError, PermissionError, ChildProcessError):
        os.killpg(process.pid, signal.SIGHUP)
        while not patience.passed and not os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG):
            time.sleep(patience.at_most(0.01))


def _kill(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
        process.kill()
    else:
        # As long as nobody has asked for its exit code, its process id, and so that of its group, is not reused.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
