"""Containers."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import IO, Any, Literal, overload

from ..container_verbs import ContainerVerbs, epoch, line_count
from ..exceptions import CommandFailed, ImageNotFound, UnsupportedOption
from ..options import ContainerOptions, check_keywords
from ..output import decoded, shown
from ..references import quoted
from ..unsupported import refuse
from . import path_stat
from .images import Image
from .log_stream import LogStream
from .model import Collection, Filters, Model, reference

__tracebackhide__ = True

# The states that docker counts as running.
_RUNNING = ("running", "paused", "restarting")
# The log drivers whose logs `run` gives; podman calls the first one k8s-file.
_READABLE = ("json-file", "k8s-file", "journald")
CHUNK_SIZE = 2 * 1024 * 1024
# Characters of an output that an error has.
SHOWN = 4000


class Container(Model, ContainerVerbs):
    """A container."""

    kind = "container"

    @property
    def name(self) -> str:
        """The name, without the slash that the engine's JSON has."""
        return str(self.attrs["Name"]).lstrip("/")

    @property
    def status(self) -> str:
        """The state at the last look: created, running, paused, restarting, exited or dead."""
        return str(self.attrs["State"]["Status"])

    @property
    def health(self) -> str:
        """What the health check found at the last look: starting, healthy, unhealthy, or unknown without one."""
        return str((self.attrs["State"].get("Health") or {}).get("Status") or "unknown")

    @property
    def labels(self) -> dict[str, str]:
        """The labels."""
        return dict(self.attrs["Config"].get("Labels") or {})

    @property
    def image(self) -> Image:
        """The image of this container."""
        return self.client.images.get(self.attrs["Image"])

    @property
    def ports(self) -> dict[str, Any]:
        """The ports and where they are published: {"80/tcp": [{"HostIp": ..., "HostPort": ...}], "81/tcp": None}."""
        return dict(self.attrs["NetworkSettings"].get("Ports") or {})

    @overload
    def logs(
        self,
        stdout: bool = True,
        stderr: bool = True,
        stream: Literal[False] = False,
        timestamps: bool = False,
        tail: int | str | None = "all",
        since: float | datetime | None = None,
        follow: bool | None = None,
        until: float | datetime | None = None,
    ) -> bytes: ...
    @overload
    def logs(
        self,
        stdout: bool = True,
        stderr: bool = True,
        *,
        stream: Literal[True],
        timestamps: bool = False,
        tail: int | str | None = "all",
        since: float | datetime | None = None,
        follow: bool | None = None,
        until: float | datetime | None = None,
    ) -> LogStream: ...
    def logs(
        self,
        stdout: bool = True,
        stderr: bool = True,
        stream: bool = False,
        timestamps: bool = False,
        tail: int | str | None = "all",
        since: float | datetime | None = None,
        follow: bool | None = None,
        until: float | datetime | None = None,
    ) -> bytes | LogStream:
        """Give what the container wrote; with `stream` line by line, as it writes, where `follow` is not False.

        `tail` is a number of lines; `since` and `until` are times, or seconds of the epoch. With `follow` the log ends
        when the container does.
        """
        if stream if follow is None else follow:
            if until is not None:
                raise UnsupportedOption("until", "a log that is followed ends with its container. Use follow=False.")
            chosen = {"stdout": stdout, "stderr": stderr, "timestamps": timestamps}
            lines = LogStream(self.driver.follow(self.id, tail=line_count(tail), since=epoch("since", since), **chosen))
            return lines if stream else b"".join(lines)
        log = self.log_bytes(stdout, stderr, timestamps, tail, since, until)
        return LogStream(contextlib.nullcontext(io.BytesIO(log))) if stream else log

    def get_archive(
        self, path: str, chunk_size: int | None = CHUNK_SIZE, encode_stream: bool = False
    ) -> tuple[Iterator[bytes], dict[str, Any]]:
        """Give a path as the chunks of a tar archive (None: all in one), and what is known of it.

        That is a dict of name, size, mode (as Go has it), mtime and linkTarget.
        """
        refuse(encode_stream=encode_stream)
        with contextlib.ExitStack() as opened:
            archive = opened.enter_context(self.driver.get_archive(self.id, path))
            stat = path_stat.of_first(archive)
            return _chunks(archive, chunk_size, opened.pop_all()), stat


class Containers(Collection[Container]):
    """The containers of an engine."""

    model = Container

    def get(self, container_id: str) -> Container:
        """Give the container of that id or name. Raises `NotFound`."""
        return self._get(container_id)

    def list(
        self,
        all: bool = False,
        before: str | None = None,
        filters: Filters | None = None,
        limit: int = -1,
        since: str | None = None,
        sparse: bool = False,
        ignore_removed: bool = False,
    ) -> list[Container]:
        """Give the running containers, newest first, or those in every state.

        A `status` to filter by and a `limit` above 0 mean every state too. A container that vanishes meanwhile is left
        out, whatever `ignore_removed` says.
        """
        refuse(sparse=sparse)
        for keyword, value in (("before", before), ("since", since)):
            if value is not None:
                raise UnsupportedOption(keyword, f"engines ignore it. Write filters={{{keyword!r}: {value!r}}}.")
        found = sorted(self._list(filters), key=_creation, reverse=True)
        if not all and limit <= 0 and "status" not in (filters or {}):
            found = [container for container in found if container.status in _RUNNING]
        return found[:limit] if limit > 0 else found

    def create(
        self,
        image: Image | str,
        command: str | Sequence[str] | None = None,
        *,
        detach: bool = False,
        **options: Any,
    ) -> Container:
        """Create, but do not start, a container. Options are `options.ContainerOptions`.

        Raises `ImageNotFound` where the engine does not have the image. `detach` changes nothing: what is created is
        attached to nothing.
        """
        check_keywords(self.create, options, ContainerOptions)
        chosen = {"image": reference(image), "command": command, **options}
        return self.get(self.client.driver.create_container(chosen))

    @overload
    def run(
        self,
        image: Image | str,
        command: str | Sequence[str] | None = None,
        stdout: bool = True,
        stderr: bool = False,
        remove: bool = False,
        *,
        detach: Literal[True],
        stream: bool = False,
        **options: Any,
    ) -> Container: ...
    @overload
    def run(
        self,
        image: Image | str,
        command: str | Sequence[str] | None = None,
        stdout: bool = True,
        stderr: bool = False,
        remove: bool = False,
        *,
        detach: Literal[False] = False,
        stream: Literal[False] = False,
        **options: Any,
    ) -> bytes | None: ...
    @overload
    def run(
        self,
        image: Image | str,
        command: str | Sequence[str] | None = None,
        stdout: bool = True,
        stderr: bool = False,
        remove: bool = False,
        *,
        detach: Literal[False] = False,
        stream: Literal[True],
        **options: Any,
    ) -> Iterator[bytes] | None: ...
    def run(
        self,
        image: Image | str,
        command: str | Sequence[str] | None = None,
        stdout: bool = True,
        stderr: bool = False,
        remove: bool = False,
        *,
        detach: bool = False,
        stream: bool = False,
        **options: Any,
    ) -> Container | bytes | Iterator[bytes] | None:
        """Create and start a container; with `detach` give it, else wait for its end and give what it wrote.

        Options are `options.ContainerOptions`. An image that is not there is pulled. What the container wrote is None
        for log drivers other than json-file and journald, and with `stream` an iterator of lines. An exit code that is
        not 0 raises `CommandFailed`.
        """
        remove = bool(options.pop("auto_remove", False)) or remove
        if detach and remove:
            options["auto_remove"] = True
        container = self._started(image, command, options)
        if detach:
            return container
        exit_status = container.wait()["StatusCode"]
        is_readable = container.attrs["HostConfig"]["LogConfig"]["Type"] in _READABLE
        streams = (False, True) if exit_status else (stdout, stderr)
        log = container.log_bytes(*streams) if is_readable else None
        if remove:
            container.remove()
        if exit_status:
            raise _failed(container, exit_status, command, reference(image), log)
        return iter(io.BytesIO(log)) if stream and log is not None else log

    def _started(self, image: Image | str, command: str | Sequence[str] | None, options: dict[str, Any]) -> Container:
        try:
            container = self.create(image, command, **options)
        except ImageNotFound:
            self.client.images.pull(reference(image), platform=options.get("platform"))
            container = self.create(image, command, **options)
        container.start()
        return container


def _chunks(archive: IO[bytes], size: int | None, opened: contextlib.ExitStack) -> Iterator[bytes]:
    with opened:
        yield from iter(partial(archive.read, size or -1), b"")


def _failed(
    container: Container, exit_status: int, command: str | Sequence[str] | None, image: str, stderr: bytes | None
) -> CommandFailed:
    said = f" It wrote to stderr:\n{shown(decoded(stderr), SHOWN)}" if stderr else ""
    return CommandFailed(
        container,
        f"The command {command!r} in a container of image {quoted(image)} ended with exit code {exit_status}.{said}",
        exit_status=exit_status,
        command=command,
        image=image,
        stderr=stderr,
    )


def _creation(container: Container) -> tuple[str, str]:
    """Give what sorts containers by the moment of their creation, whose fraction may have any number of digits."""
    whole, _, fraction = str(container.attrs["Created"]).rstrip("Z").partition(".")
    return whole, fraction.ljust(9, "0")
