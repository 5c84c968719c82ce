"""Running commands of one client program against one engine."""

from __future__ import annotations

import contextlib
import errno
import os
import queue
import re
import shlex
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, TypedDict

from pytest_docker_tools import processes
from pytest_docker_tools.contexts import contextmanager
from pytest_docker_tools.credentials import hidden
from pytest_docker_tools.deadline import Deadline
from pytest_docker_tools.exceptions import DeadlineExceeded, EngineError, EngineUnavailable

from .process import GLANCE, GRACE, Child, Streams

__tracebackhide__ = True

# Values of these may be passwords, e.g. of a network share, and the client takes them as arguments only.
_OPTIONS_TO_HIDE = re.compile(
    r"(--(?:opt|log-opt|driver-opt|storage-opt|ipam-opt)=[^=]*=|--mount=(?=.*volume-opt)|--network=(?=.*driver-opt)).*",
    re.DOTALL,
)
_WAITING_LINES = 1000


@dataclass(frozen=True, repr=False)
class Command:
    """What is to be run: the arguments after the program's name.

    `secrets` are variables for the child's environment, `unset` those that it must not have, `stdin` what it
    reads (nothing: an empty input). None of their values is shown. Where it has to be ended, it is hung up first if
    it has `patience`, and gets as many seconds to undo what it has done.
    """

    arguments: tuple[str, ...]
    secrets: Mapping[str, str] = field(default_factory=dict)
    unset: frozenset[str] = frozenset()
    stdin: bytes | IO[bytes] | None = None
    patience: float = 0

    def __repr__(self) -> str:
        return f"<{self.shown('Command')}>"

    def shown(self, program: str) -> str:
        """Give it as one would type it, without what may be secret."""
        return " ".join([program, *(shlex.quote(_without_secret(word)) for word in self.arguments)])


def _without_secret(word: str) -> str:
    return hidden(_OPTIONS_TO_HIDE.sub(r"\1***", word))


def _is_passable(word: str) -> bool:
    try:
        return b"\0" not in os.fsencode(word)
    except UnicodeEncodeError:
        return False


class Details(TypedDict):
    """What an error has besides its sentence."""

    command: str
    exit_code: int
    stderr: str


@dataclass(frozen=True)
class Result:
    """What a command gave. `prefix` is what the client writes before each line of its own."""

    command: str
    exit_code: int
    stdout: bytes
    stderr: bytes
    prefix: str = ""

    @property
    def text(self) -> str:
        return self.stdout.decode(errors="replace").strip()

    @property
    def complaint(self) -> str:
        said = self.stderr.decode(errors="replace")
        return re.sub(rf"(?m)^{re.escape(self.prefix)}", "", said).strip()

    @property
    def details(self) -> Details:
        """What the error has for a command that failed."""
        return {"command": self.command, "exit_code": self.exit_code, "stderr": self.complaint}


class Runner:
    """Runs commands of `program`, in the environment and the directory that there are now.

    Later changes of this process's own do not matter. `environment` replaces variables, or with None removes them.
    `first_words` come before the arguments of each command; `prefix` is that of results.
    Methods may be called from several threads at once. They raise `EngineUnavailable` where the program is missing,
    and after `close`; `DeadlineExceeded` where a command is not done in time. Whichever way a call is left, what it
    started is gone, with its children.
    """

    def __init__(
        self,
        program: str,
        environment: Mapping[str, str | None] | None = None,
        *,
        first_words: Sequence[str] = (),
        prefix: str = "",
        install: str = "",
    ) -> None:
        changed = {**os.environ, **(environment or {})}
        self.environment = {name: value for name, value in changed.items() if value is not None}
        self.directory = os.getcwd()
        self.name = os.path.basename(program).removesuffix(".exe")
        self.first_words = tuple(first_words)
        self.prefix = prefix
        # What one would type before the arguments.
        self.typed = shlex.join((self.name, *self.first_words))
        found = shutil.which(program, path=self.environment.get("PATH"))
        self.program = found and os.path.abspath(found)
        if self.program:
            # So that it can be ended when this process is no more.
            self.environment[processes.CALLER] = processes.mark(self.program)
        self._missing = f"There is no {program!r} on the PATH. {install}".strip()
        self._children: set[Child] = set()
        self._lock = threading.Lock()
        self._closed = False

    def run(
        self, command: Command, deadline: Deadline, *, merge: bool = False, output: IO[bytes] | None = None
    ) -> Result:
        """Run to the end. With `merge`, both streams are in `stdout`; `output` gets that instead of the result."""
        stdout, stderr = bytearray(), bytearray()
        take = stdout.extend if output is None else output.write
        streams = Streams(command.stdin, take, None if merge else stderr.extend, merge)
        with self._child(command, streams) as child:
            exit_code = child.wait(deadline)
            if exit_code is None:
                raise self.late(command, deadline)
            self.refuse_if_closed(command)
            self.refuse_if_killed(command, exit_code)
            child.check()
        return self.result(command, exit_code, bytes(stdout), bytes(stderr))

    def result(self, command: Command, exit_code: int, stdout: bytes, stderr: bytes) -> Result:
        """Give what a command gave."""
        return Result(command.shown(self.typed), exit_code, stdout, stderr, self.prefix)

    @contextmanager
    def lines(
        self, command: Command, deadline: Deadline, *, stdout: bool = True, stderr: bool = True
    ) -> Iterator[Lines]:
        """Give the output of a running command line by line: of both streams in one, of one of them, or of none.

        The command ends with the context. Where only `stdout` is asked for, `Lines.stderr` has the rest.
        """
        lines = Lines(self, command, deadline)
        if stdout and stderr:
            streams = Streams(command.stdin, lines.put, merge=True, lines=True)
        elif stdout:
            streams = Streams(command.stdin, lines.put, lines.stderr.extend, lines=True)
        else:
            streams = Streams(command.stdin, None, lines.put if stderr else None, lines=True)
        with self._child(command, streams) as lines.child:
            try:
                yield lines
            finally:
                lines.left = True

    def begin(self, command: Command, output: IO[bytes] | None = None) -> Child:
        """Start a command that writes to a file, or what nobody wants. Who does this calls `finish` when it is over."""
        return self._start(command, Streams(file=output))

    def finish(self, child: Child) -> None:
        """End a child, if it still runs, and forget it."""
        child.end()
        with self._lock:
            self._children.discard(child)

    def close(self) -> None:
        """End what runs, whose callers get `EngineUnavailable`, and refuse what comes."""
        with self._lock:
            self._closed = True
            children = list(self._children)
        for child in children:
            child.end()

    def late(self, command: Command, deadline: Deadline) -> DeadlineExceeded:
        """Give the error for a command that was not done in time."""
        return DeadlineExceeded(
            f"'{self.typed} {_verb(command)}' was not done after {deadline.seconds:g} seconds and was ended. See "
            f"whether '{self.typed} version' answers; if the engine is only slow, allow it more time (the ini option "
            "docker_timeout is what a call gets that is given no time of its own).",
            command=command.shown(self.typed),
        )

    def refuse_if_closed(self, command: Command) -> None:
        """Raise `EngineUnavailable` after `close`."""
        if self._closed:
            raise EngineUnavailable(
                f"'{self.typed} {_verb(command)}' was not done: the connection to the engine has been closed.",
                command=command.shown(self.typed),
            )

    def refuse_if_killed(self, command: Command, exit_code: int) -> None:
        """Raise `EngineError` for a command that was: of what it did and has written nothing is known to be whole."""
        if exit_code < 0:
            error = EngineError(
                f"'{self.typed} {_verb(command)}' was killed by signal {-exit_code} before it was done, by this system "
                "(is there enough memory?) or by another process.",
                command=command.shown(self.typed),
                exit_code=exit_code,
            )
            error.is_in_doubt = True
            raise error

    @contextmanager
    def _child(self, command: Command, streams: Streams) -> Iterator[Child]:
        child = self._start(command, streams)
        try:
            yield child
        finally:
            self.finish(child)

    def _start(self, command: Command, streams: Streams) -> Child:
        self.refuse_if_closed(command)
        if self.program is None:
            raise EngineUnavailable(self._missing, command=command.shown(self.typed))
        self._require_passable(command)
        kept = {name: value for name, value in self.environment.items() if name not in command.unset}
        try:
            child = Child(
                [self.program, *self.first_words, *command.arguments],
                environment={**kept, **command.secrets},
                directory=self.directory,
                streams=streams,
                patience=command.patience,
            )
        except OSError as error:
            # Without the cause, whose frames hold the child's whole environment.
            raise self._not_started(command, error) from None
        except ValueError:
            raise EngineError(
                f"'{self.typed} {_verb(command)}' was not run: a name in it has a NUL character, or half of a "
                "surrogate pair, which no process can be given. Correct the name.",
                command=command.shown(self.typed),
            ) from None
        with self._lock:
            self._children.add(child)
        if self._closed:
            # `close` may not have seen it.
            self.finish(child)
            self.refuse_if_closed(command)
        return child

    def _require_passable(self, command: Command) -> None:
        """Raise `EngineError` for an argument, such as the name of an image, that no process can be given."""
        for word in command.arguments:
            if not _is_passable(word):
                raise EngineError(
                    f"'{self.typed} {_verb(command)}' was not run: {_without_secret(word)!r} has a NUL character, or "
                    "half of a surrogate pair, which no process can be given."
                )

    def _not_started(self, command: Command, error: OSError) -> EngineError | EngineUnavailable:
        shown = command.shown(self.typed)
        if error.errno == errno.E2BIG:
            return EngineError(
                f"'{self.typed} {_verb(command)}' was not run: its arguments and environment are longer than this "
                "system allows. Pass what is long in a file, e.g. in a volume.",
                command=shown[:1000],
            )
        return EngineUnavailable(f"{self.program!r} cannot be run in {self.directory!r}: {error}.", command=shown)


class Lines(Iterator[bytes]):
    """The lines of a running command, with their ends. After the last, `exit_code` is what it returned.

    A line that does not come before the deadline raises `DeadlineExceeded`. There are none once the context is left.
    """

    child: Child

    def __init__(self, runner: Runner, command: Command, deadline: Deadline) -> None:
        self.exit_code: int | None = None
        self.stderr = bytearray()
        self.left = False
        self._runner, self._command, self._deadline = runner, command, deadline
        # Bounded, so that a command that writes faster than it is read waits for the reader.
        self._waiting: queue.Queue[bytes] = queue.Queue(_WAITING_LINES)

    def put(self, line: bytes) -> None:
        """Take a line from the command, in the thread that reads it."""
        while not self.left:
            with contextlib.suppress(queue.Full):
                self._waiting.put(line, timeout=GLANCE)
                return

    def __next__(self) -> bytes:
        if self.left:
            raise StopIteration
        line = self._next()
        if line:
            return line
        self.exit_code = self.child.wait(self._deadline)
        if self.exit_code is None:
            raise self._runner.late(self._command, self._deadline)
        self._runner.refuse_if_closed(self._command)
        self._runner.refuse_if_killed(self._command, self.exit_code)
        self.child.check()
        raise StopIteration

    def _next(self) -> bytes:
        patience: Deadline | None = None
        while not self._deadline.passed:
            if self.child.exit_code is not None:
                # What reads its output may be late. Something else may hold that open.
                patience = patience or Deadline(GRACE)
            try:
                return self._waiting.get(timeout=self._deadline.at_most(GLANCE))
            except queue.Empty:
                if patience and patience.passed:
                    return b""
        raise self._runner.late(self._command, self._deadline)


def _verb(command: Command) -> str:
    """Give the first words, which say what is done and nothing about whom."""
    words = [word for word in command.arguments[:2] if re.fullmatch("[a-z]+", word)]
    return " ".join(words)
