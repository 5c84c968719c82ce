"""What can be done with a container, in docker-py's words, over a driver.

Shared by `client.Container`, which is docker-py's shape, and `wrappers.Container`, which is what tests hold.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import IO, Any, NamedTuple, TypeAlias

from .driver import Driver
from .exceptions import UnsupportedOption
from .unsupported import refuse

__tracebackhide__ = True

Demuxed: TypeAlias = "tuple[bytes | None, bytes | None]"
Output: TypeAlias = "bytes | str | Demuxed"


class ExecOutput(NamedTuple):
    """What `exec_run` gives.

    `output` is bytes or, with `demux`, (stdout, stderr), None for an empty stream. Of a detached command there is none:
    both are docker-py's None and "".
    """

    exit_code: int | None
    output: Output


class ContainerVerbs:
    """The verbs of a container. A subclass says which container, and through which driver."""

    @property
    @abstractmethod
    def id(self) -> str:
        """The full id."""

    @property
    @abstractmethod
    def driver(self) -> Driver:
        """The driver that all calls go through."""

    @abstractmethod
    def reload(self) -> None:
        """Look at the container again."""

    def patience(self) -> float | None:
        """Give the seconds that a command in the container may take, where its caller does not say. None: no limit."""
        return None

    def start(self) -> None:
        """Start the container."""
        self.driver.start(self.id)

    def stop(self, timeout: int | None = None) -> None:
        """Stop the container; after `timeout` seconds (default: as the container has it) it is killed."""
        self.driver.stop(self.id, grace=timeout)

    def restart(self, timeout: int | None = 10) -> None:
        """Stop as `stop` does, and start again."""
        self.driver.restart(self.id, grace=timeout)

    def kill(self, signal: str | int | None = None) -> None:
        """Send a signal, SIGKILL where none is given."""
        self.driver.kill(self.id, signal=signal)

    def pause(self) -> None:
        """Freeze all processes."""
        self.driver.pause(self.id)

    def unpause(self) -> None:
        """Let a paused container go on."""
        self.driver.unpause(self.id)

    def wait(self, timeout: float | None = None, condition: str | None = None) -> dict[str, Any]:
        """Wait until the container does not run, and give {"StatusCode": exit code}.

        Raises `DeadlineExceeded` after `timeout` seconds. The only `condition` is "not-running".
        """
        refuse(condition=condition not in (None, "not-running"))
        return {"StatusCode": self.driver.wait(self.id, timeout=timeout), "Error": None}

    def remove(self, *, v: bool = False, link: bool = False, force: bool = False) -> None:
        """Remove the container, with its anonymous volumes (`v`), also while it runs (`force`).

        Raises `Conflict` for one that runs, `NotFound` for one that is gone.
        """
        refuse(link=link)
        self.reload()
        self.driver.remove("container", [self.id], force=force, volumes=v)

    def exec_run(
        self,
        cmd: str | Sequence[str],
        stdout: bool = True,
        stderr: bool = True,
        stdin: bool = False,
        tty: bool = False,
        privileged: bool = False,
        user: str | int | None = "",
        detach: bool = False,
        stream: bool = False,
        socket: bool = False,
        environment: Mapping[str, Any] | Sequence[str] | None = None,
        workdir: str | None = None,
        demux: bool = False,
        *,
        timeout: float | None = None,
    ) -> ExecOutput:
        """Run a command, a string as a shell would split it or a list of words, and give (exit_code, output).

        Both streams are in `output` in the order in which they were written; with `demux` it is a pair. A container
        that does not run raises `Conflict`, one that takes longer than `timeout` seconds `DeadlineExceeded`.
        """
        refuse(stdin=stdin, stream=stream, socket=socket)
        result = self.driver.execute(
            self.id,
            cmd,
            environment=environment,
            workdir=workdir,
            user=None if user == "" else user,
            privileged=privileged,
            tty=tty,
            detach=detach,
            merge_stderr=stdout and stderr and not demux,
            timeout=self.patience() if timeout is None else timeout,
        )
        if detach and result.exit_code is None:
            return ExecOutput(None, "")
        out, err = result.stdout if stdout else b"", result.stderr if stderr else b""
        return ExecOutput(result.exit_code, (out or None, err or None) if demux else out + err)

    def put_archive(self, path: str, data: bytes | IO[bytes]) -> bool:
        """Unpack a tar archive, bytes or a file, into an existing folder. Raises `NotFound` without that folder."""
        if not isinstance(data, bytes) and not hasattr(data, "read"):
            raise UnsupportedOption(
                "data", f"it takes the bytes of a tar archive, or a file, not {type(data).__name__}."
            )
        self.driver.put_archive(self.id, path, data)
        return True

    def log_bytes(
        self,
        stdout: bool = True,
        stderr: bool = True,
        timestamps: bool = False,
        tail: int | str | None = None,
        since: float | datetime | None = None,
        until: float | datetime | None = None,
    ) -> bytes:
        """Give what the container wrote, in the order in which it did.

        `tail` is a number of lines from the end, `since` and `until` a `datetime` or seconds of the epoch.
        """
        return self.driver.logs(
            self.id,
            stdout=stdout,
            stderr=stderr,
            timestamps=timestamps,
            tail=line_count(tail),
            since=epoch("since", since),
            until=epoch("until", until),
            timeout=self.patience(),
        )


def line_count(tail: int | str | None) -> int | None:
    """Give the lines that `tail` means; None, that is all, for everything that is no number of lines."""
    return tail if isinstance(tail, int) and tail >= 0 else None


def epoch(keyword: str, moment: float | datetime | None) -> float | None:
    """Give the seconds of the epoch of a time, which without a zone is a local one."""
    if moment is None or isinstance(moment, (int, float)):
        return moment
    if not isinstance(moment, datetime):
        raise UnsupportedOption(keyword, f"it takes a datetime or seconds of the epoch, not {moment!r}.")
    return moment.timestamp()
