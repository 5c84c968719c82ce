"""The verbs for containers."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import IO, Any

from pytest_docker_tools.contexts import contextmanager
from pytest_docker_tools.deadline import Deadline
from pytest_docker_tools.driver import ExecResult
from pytest_docker_tools.exceptions import (
    Conflict,
    DeadlineExceeded,
    EngineError,
    EngineUnavailable,
    NotFound,
    UnsupportedOption,
)
from pytest_docker_tools.references import quoted

from . import errors
from .command import check
from .creation import Creation
from .environment import environment as rendered
from .runner import Command, Lines, Result

__tracebackhide__ = True

# The words of a client that says by the exit code of its own that it could not run a command.
_COULD_NOT_RUN = re.compile(rb"^Error: .*(exec failed|unable to find user)[^\n]*\s*\Z", re.MULTILINE)
_CANNOT_RUN = re.compile(b"exec failed|executable file not found|unable to find user")


class Containers(Creation):
    """The verbs for containers."""

    def start(self, ref: str, *, timeout: float | None = None) -> None:
        self._do(f"start container {quoted(ref)}", ("start", "--", ref), self._deadline(timeout))

    def stop(self, ref: str, *, grace: int | None = None, timeout: float | None = None) -> None:
        deadline = self._deadline(timeout, extra=grace or 0)
        self._do(f"stop container {quoted(ref)}", ("stop", *_grace(grace), "--", ref), deadline)

    def restart(self, ref: str, *, grace: int | None = None, timeout: float | None = None) -> None:
        deadline = self._deadline(timeout, extra=grace or 0)
        self._do(f"restart container {quoted(ref)}", ("restart", *_grace(grace), "--", ref), deadline)

    def kill(self, ref: str, *, signal: str | int | None = None, timeout: float | None = None) -> None:
        flags = [] if signal is None else [f"--signal={int(signal) if isinstance(signal, int) else signal}"]
        self._do(f"kill container {quoted(ref)}", ("kill", *flags, "--", ref), self._deadline(timeout))

    def pause(self, ref: str, *, timeout: float | None = None) -> None:
        self._do(f"pause container {quoted(ref)}", ("pause", "--", ref), self._deadline(timeout))

    def unpause(self, ref: str, *, timeout: float | None = None) -> None:
        self._do(f"unpause container {quoted(ref)}", ("unpause", "--", ref), self._deadline(timeout))

    def wait(self, ref: str, *, timeout: float | None = None) -> int:
        asked = f"wait for container {quoted(ref)}"
        return self._read(asked, self._do(asked, ("wait", "--", ref), Deadline(timeout)), int)

    # What a container writes

    def logs(
        self,
        ref: str,
        *,
        stdout: bool = True,
        stderr: bool = True,
        timestamps: bool = False,
        tail: int | None = None,
        since: float | None = None,
        until: float | None = None,
        timeout: float | None = None,
    ) -> bytes:
        deadline = self._deadline(timeout)
        flags = _log_flags(timestamps=timestamps, tail=tail, since=since, until=until)
        todo = Command(("logs", *flags, "--", ref))
        result = self.runner.run(todo, deadline, merge=stdout and stderr)
        if result.exit_code:
            raise self._no_log(ref, replace(result, stderr=result.stderr or result.stdout), deadline)
        return (result.stdout if stdout else b"") + (result.stderr if stderr and not stdout else b"")

    @contextmanager
    def follow(
        self,
        ref: str,
        *,
        stdout: bool = True,
        stderr: bool = True,
        timestamps: bool = False,
        tail: int | None = None,
        since: float | None = None,
        timeout: float | None = None,
    ) -> Iterator[Iterator[bytes]]:
        deadline = Deadline(timeout)
        self._facts("container", ref, f"follow the log of container {quoted(ref)}", self._deadline(timeout))
        flags = _log_flags(timestamps=timestamps, tail=tail, since=since)
        todo = Command(("logs", "--follow", *flags, "--", ref))
        with self.runner.lines(todo, deadline, stdout=stdout, stderr=stderr) as lines:
            yield self._followed(ref, lines, todo)

    def _followed(self, ref: str, lines: Lines, todo: Command) -> Iterator[bytes]:
        last = b""
        try:
            for last in lines:
                yield last
        except DeadlineExceeded:
            return
        if lines.exit_code:
            raise self._no_log(ref, self.runner.result(todo, lines.exit_code, b"", last), self._deadline(None))

    def _no_log(self, ref: str, result: Result, deadline: Deadline) -> EngineError:
        """Give the error for a log that could not be read. Of `stderr` the last line alone is not the container's."""
        asked = f"read the log of container {quoted(ref)}"
        self._facts("container", ref, asked, deadline)
        reason = errors.clean(b"".join(result.stderr.splitlines(keepends=True)[-1:]).decode(errors="replace"))
        return EngineError(
            f"{self.runner.name} could not {asked}: {reason or f'exit code {result.exit_code}'}",
            **replace(result, stderr=reason.encode()).details,
        )

    # Commands in a container

    def execute(
        self,
        ref: str,
        command: str | Sequence[str],
        *,
        environment: Mapping[str, Any] | Sequence[str] | None = None,
        workdir: str | None = None,
        user: str | int | None = None,
        privileged: bool = False,
        tty: bool = False,
        detach: bool = False,
        merge_stderr: bool = False,
        timeout: float | None = None,
    ) -> ExecResult:
        deadline = Deadline(timeout)
        chosen = self._normalised("execute", {"command": command, "environment": environment})
        words = [check("command", word) for word in chosen.get("command", [])]
        if not words:
            raise UnsupportedOption("command", "there must be a command to execute.")
        variables = rendered(
            chosen.get("environment", {}), reserved=self.reserved_variables, unset_flag=self.unset_flags.get("exec")
        )
        switches = {"--privileged": privileged, "--tty": tty, "--detach": detach}
        flags = [flag for flag, wanted in switches.items() if wanted]
        flags += [] if workdir is None else [f"--workdir={check('workdir', workdir)}"]
        flags += [] if user is None else [f"--user={check('user', str(user))}"]
        with variables.passed() as (variable_flags, stdin):
            arguments = ("exec", *flags, *variable_flags, "--", ref, *words)
            todo = Command(arguments, variables.secrets, variables.unset, stdin)
            result = self.runner.run(todo, deadline, merge=merge_stderr)
        if result.exit_code and (detach or self._may_be_refusal(result)):
            self._refuse_unless_running(ref, result)
        if detach:
            return self._detached(ref, result)
        cannot_run = result.exit_code == self.exec_failure and _COULD_NOT_RUN.search(result.stderr or result.stdout)
        return ExecResult(126 if cannot_run else result.exit_code, result.stdout, result.stderr)

    def _may_be_refusal(self, result: Result) -> bool:
        """Tell whether the engine's words are in the output; the command in the container may say the same."""
        said = (result.stderr or result.stdout).decode(errors="replace")
        return issubclass(errors.classify(self.phrases, said), (EngineUnavailable, NotFound, Conflict))

    def _refuse_unless_running(self, ref: str, result: Result) -> None:
        asked = f"execute a command in container {quoted(ref)}"
        state = self._facts("container", ref, asked, self._deadline(None))["State"]
        if state["Status"] != "running":
            raise Conflict(
                f"{self.runner.name} could not {asked}: it is {state['Status']}, not running.",
                **result.details,
            )

    def _detached(self, ref: str, result: Result) -> ExecResult:
        if result.exit_code == 0:
            return ExecResult(None, b"", b"")
        if _CANNOT_RUN.search(result.stderr or result.stdout):
            return ExecResult(126, result.stdout, result.stderr)
        raise self._error(f"execute a command in container {quoted(ref)}", result)

    # Files

    @contextmanager
    def get_archive(self, ref: str, path: str, *, timeout: float | None = None) -> Iterator[IO[bytes]]:
        todo = Command((*self.copy_command, "--", f"{ref}:{check('path', path)}", "-"))
        with tempfile.TemporaryFile() as archive:
            result = self.runner.run(todo, self._deadline(timeout), output=archive)
            if result.exit_code:
                raise self._error(f"read {path!r} of container {quoted(ref)}", result)
            archive.seek(0)
            yield archive

    def put_archive(self, ref: str, path: str, archive: bytes | IO[bytes], *, timeout: float | None = None) -> None:
        deadline = self._deadline(timeout)
        asked = f"unpack an archive into {path!r} of container {quoted(ref)}"
        todo = Command((*self.copy_command, "--", "-", f"{ref}:{check('path', path)}"), stdin=archive)
        result = self.runner.run(todo, deadline)
        if result.exit_code:
            # The client may say the same of a missing container as of a missing folder.
            self._facts("container", ref, asked, deadline)
            raise self._error(asked, result, kind=NotFound if "must be a directory" in result.complaint else None)


def _grace(seconds: int | None) -> list[str]:
    # The one spelling that all versions of the client have.
    return [] if seconds is None else ["-t", str(seconds)]


def _log_flags(*, timestamps: bool, tail: int | None, since: float | None, until: float | None = None) -> list[str]:
    flags = ["--timestamps"] if timestamps else []
    flags += [] if tail is None else [f"--tail={tail}"]
    # With all nine decimals: a bare 0 would be a duration, that is: now.
    flags += [] if since is None else [f"--since={since:.9f}"]
    return flags + ([] if until is None else [f"--until={until:.9f}"])
