"""The verbs for containers."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any, cast

from docker import errors as theirs

from pytest_docker_tools.completion import complete
from pytest_docker_tools.contexts import contextmanager
from pytest_docker_tools.deadline import Deadline
from pytest_docker_tools.driver import ExecResult, Options
from pytest_docker_tools.exceptions import DeadlineExceeded, UnsupportedOption
from pytest_docker_tools.references import quoted

from . import creation, errors, execution, streams
from .base import Base, find
from .calls import View
from .options import arguments, blamed

__tracebackhide__ = True

_PIECE = 65536
# docker-py refuses the epoch itself, and times before it.
_EARLIEST = 0.0001


class Containers(Base):
    """The verbs for containers."""

    def create_container(self, options: Options, *, timeout: float | None = None) -> str:
        deadline = self._deadline(timeout)
        chosen = arguments("container", options)

        def create(api: View) -> tuple[str, list[str]]:
            with blamed(options):
                return creation.create(api, chosen)

        container, said = self.calls.run(f"create a container from {chosen['image']!r}", create, deadline)
        complete(self, container, chosen, said, deadline)
        return container

    def start(self, ref: str, *, timeout: float | None = None) -> None:
        self.calls.run(f"start container {quoted(ref)}", lambda api: api.start(ref), self._deadline(timeout))

    def stop(self, ref: str, *, grace: int | None = None, timeout: float | None = None) -> None:
        deadline = self._deadline(timeout, extra=grace or 0)
        self.calls.run(f"stop container {quoted(ref)}", lambda api: api.stop(ref, timeout=grace), deadline)

    def restart(self, ref: str, *, grace: int | None = None, timeout: float | None = None) -> None:
        deadline = self._deadline(timeout, extra=grace or 0)
        # None is what leaves it to the container.
        seconds = cast(int, grace)
        self.calls.run(f"restart container {quoted(ref)}", lambda api: api.restart(ref, timeout=seconds), deadline)

    def kill(self, ref: str, *, signal: str | int | None = None, timeout: float | None = None) -> None:
        deadline = self._deadline(timeout)
        self.calls.run(f"kill container {quoted(ref)}", lambda api: api.kill(ref, signal=signal), deadline)

    def pause(self, ref: str, *, timeout: float | None = None) -> None:
        self.calls.run(f"pause container {quoted(ref)}", lambda api: api.pause(ref), self._deadline(timeout))

    def unpause(self, ref: str, *, timeout: float | None = None) -> None:
        self.calls.run(f"unpause container {quoted(ref)}", lambda api: api.unpause(ref), self._deadline(timeout))

    def wait(self, ref: str, *, timeout: float | None = None) -> int:
        asked = f"wait for container {quoted(ref)}"
        return int(self.calls.run(asked, lambda api: api.wait(ref), Deadline(timeout))["StatusCode"])

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
        chosen = _log_arguments(timestamps=timestamps, tail=tail, since=since, until=until)

        def read(api: View) -> bytes:
            if not stdout and not stderr:
                api.inspect_container(ref)
                return b""
            found: bytes = api.logs(ref, stdout=stdout, stderr=stderr, **chosen)
            return found

        return self.calls.run(f"read the log of container {quoted(ref)}", read, self._deadline(timeout))

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
        asked = f"follow the log of container {quoted(ref)}"
        deadline = Deadline(timeout)
        self.calls.run(asked, lambda api: api.inspect_container(ref), self._deadline(timeout))
        chosen = _log_arguments(timestamps=timestamps, tail=tail, since=since)

        def read(api: View) -> Iterator[bytes]:
            if stdout or stderr:
                pieces = api.logs(ref, stdout=stdout, stderr=stderr, stream=True, follow=True, **chosen)
                yield from streams.lines(pieces)
                # docker-py takes an engine that is gone for the end of the log.
                with contextlib.suppress(theirs.NotFound):
                    api.inspect_container(ref)

        with self.calls.stream(asked, read, deadline) as lines:
            yield _until_deadline(lines)

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
        given = {"command": command, "environment": environment, "workdir": workdir, "user": user}
        chosen = arguments("execute", {**given, "privileged": privileged, "tty": tty})
        chosen["cmd"] = chosen.pop("command", [])
        if not chosen["cmd"]:
            raise UnsupportedOption("command", "there must be a command to execute.")
        asked = f"execute a command in container {quoted(ref)}"

        def execute(api: View) -> ExecResult:
            try:
                return execution.execute(api, ref, chosen, detach=detach, merge=merge_stderr)
            except theirs.APIError as error:
                if error.status_code != 409:
                    raise
                raise execution.not_running(api, ref, asked, error) from None

        return self.calls.run(asked, execute, Deadline(timeout))

    # Files

    @contextmanager
    def get_archive(self, ref: str, path: str, *, timeout: float | None = None) -> Iterator[IO[bytes]]:
        asked = f"read {path!r} of container {quoted(ref)}"
        with tempfile.TemporaryFile() as archive:
            read = self.calls.stream(
                asked, lambda api: api.get_archive(ref, _encoded(path), chunk_size=_PIECE)[0], self._deadline(timeout)
            )
            with read as pieces:
                for piece in pieces:
                    archive.write(piece)
            archive.seek(0)
            yield archive

    def put_archive(self, ref: str, path: str, archive: bytes | IO[bytes], *, timeout: float | None = None) -> None:
        asked = f"unpack an archive into {path!r} of container {quoted(ref)}"
        data = archive if isinstance(archive, bytes) else iter(lambda: archive.read(_PIECE), b"")

        def put(api: View) -> None:
            if find(api, "container", ref) is None:
                raise errors.refusal(errors.NotFound, asked, f"there is no container {quoted(ref)}")
            try:
                _unpack(api, ref, path, data)
            except theirs.APIError as error:
                raise _not_unpacked(error, asked) from None

        self.calls.run(asked, put, self._deadline(timeout))


def _log_arguments(
    *, timestamps: bool, tail: int | None, since: float | None, until: float | None = None
) -> dict[str, Any]:
    chosen: dict[str, Any] = {"timestamps": timestamps}
    for name, moment in (("since", since), ("until", until)):
        if moment is not None:
            chosen[name] = max(float(moment), _EARLIEST)
    return chosen if tail is None else {**chosen, "tail": tail}


def _until_deadline(lines: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from lines
    except DeadlineExceeded:
        return


def _unpack(api: View, ref: str, path: str, data: Any) -> None:
    # docker-py's own call lets a file take the place of a folder, with all that is in it.
    low: Any = api
    chosen = {"path": _encoded(path), "noOverwriteDirNonDir": "1"}
    low._raise_for_status(low._put(low._url("/containers/{0}/archive", ref), params=chosen, data=data))


def _encoded(path: str) -> Any:
    """Give the bytes of a path, which need not be UTF-8."""
    return path.encode(errors="surrogateescape")


def _not_unpacked(error: theirs.APIError, asked: str) -> errors.EngineError:
    said = errors.said_by(error)
    # Where something is in the way of a member, engines tell of unpacking, opening or making that.
    is_of_member = said.startswith(("Error processing tar file", "open ", "mkdir "))
    if error.status_code == 404 or ("not a directory" in said and not is_of_member):
        advice = "The path must be a directory in the container."
        return errors.refusal(errors.NotFound, asked, said, advice=advice, response=error.response)
    return errors.refusal(errors.classify(said, error.status_code), asked, said, response=error.response)
