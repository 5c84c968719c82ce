"""A driver without an engine, for tests of plugins, of factories and of this library itself."""

from __future__ import annotations

import copy
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any, ClassVar

from ... import normalise
from ...contexts import contextmanager
from ...driver import (
    Capability,
    Driver,
    Endpoint,
    ExecResult,
    Facts,
    Filters,
    Kind,
    Options,
    Progress,
    Recipe,
    Removal,
)
from ...exceptions import Conflict, DeadlineExceeded, EngineUnavailable, UnsupportedOption
from ...listening import Socket
from . import life, making
from .container import LogLine, MemoryContainer
from .engine import MemoryEngine
from .filters import matches
from .removal import MemoryRemoval, remove_all

__tracebackhide__ = True


class MemoryDriver(Driver):
    """The driver of a `MemoryEngine`, by default of one of its own.

    Every option is accepted that a real engine takes, and is found in the inspect JSON. Carried out are those that
    others can tell: names, labels, process, environment, networks, addresses, ports, volumes, `read_only` for
    archives, `auto_remove`. Limits, devices, DNS, restart policies and the like are kept and have no effect, and
    folders of the host are empty ones of the engine. A container ends orderly, with 0, on its stop signal, SIGINT or
    SIGQUIT, with 137 on SIGKILL, and goes on upon other signals.
    """

    lacks: ClassVar[frozenset[Capability]] = frozenset({"connection", "host", "processes", "recipe"})

    def __init__(self, engine: MemoryEngine | None = None) -> None:
        self.engine = engine or MemoryEngine()
        self._closed = False

    @contextmanager
    def _call(self, verb: str, **arguments: Any) -> Iterator[MemoryEngine]:
        self._require_open()
        with self.engine.called(verb, arguments):
            yield self.engine

    @contextmanager
    def _locked(self, verb: str, **arguments: Any) -> Iterator[MemoryEngine]:
        with self._call(verb, **arguments) as engine, engine.changed:
            yield engine
            engine.changed.notify_all()

    def _require_open(self) -> None:
        if self._closed:
            raise EngineUnavailable("This driver was closed. Make another MemoryDriver with the same engine.")

    # Which engine, and how to reach it again

    def endpoint(self) -> Endpoint:
        return Endpoint(self.engine.url, "127.0.0.1", local=True)

    def recipe(self) -> Recipe | None:
        # Another process does not have the engine.
        return None

    def close(self) -> None:
        with self.engine.changed:
            self._closed = True
            self.engine.changed.notify_all()

    # Verbs that are the same for every kind

    def inspect(self, kind: Kind, refs: Sequence[str], *, timeout: float | None = None) -> list[Facts | None]:
        with self._locked("inspect", kind=kind, refs=list(refs)) as engine:
            return [self._inspect(engine, kind, ref) for ref in refs]

    def _inspect(self, engine: MemoryEngine, kind: Kind, ref: str) -> Facts | None:
        found = engine.find(kind, ref)
        if found is None:
            return None
        facts = copy.deepcopy(engine.facts(found))
        if isinstance(found, MemoryContainer):
            life.pass_time(engine, found)
        return facts

    def ids(self, kind: Kind, filters: Filters | None = None, *, timeout: float | None = None) -> list[str]:
        with self._locked("ids", kind=kind, filters=dict(filters or {})) as engine:
            found = [engine.facts_for_filters(item) for item in engine.all(kind)]
            key = "Name" if kind == "volume" else "Id"
            return [str(facts[key]) for facts in found if matches(kind, facts, filters)]

    def remove(
        self,
        kind: Kind,
        refs: Sequence[str],
        *,
        force: bool = False,
        volumes: bool = False,
        timeout: float | None = None,
    ) -> None:
        with self._locked("remove", kind=kind, refs=list(refs), force=force, volumes=volumes) as engine:
            errors = remove_all(engine, kind, refs, force=force, volumes=volumes)
            if errors:
                raise errors[0]

    # Containers

    def create_container(self, options: Options, *, timeout: float | None = None) -> str:
        with self._locked("create_container", options=dict(options)) as engine:
            return life.create(engine, options).id

    def start(self, ref: str, *, timeout: float | None = None) -> None:
        with self._locked("start", ref=ref) as engine:
            life.start(engine, engine.container(ref))

    def stop(self, ref: str, *, grace: int | None = None, timeout: float | None = None) -> None:
        with self._locked("stop", ref=ref, grace=grace) as engine:
            life.stop(engine, engine.container(ref))

    def restart(self, ref: str, *, grace: int | None = None, timeout: float | None = None) -> None:
        with self._locked("restart", ref=ref, grace=grace) as engine:
            container = engine.container(ref)
            life.stop(engine, container)
            life.start(engine, container)

    def kill(self, ref: str, *, signal: str | int | None = None, timeout: float | None = None) -> None:
        with self._locked("kill", ref=ref, signal=signal) as engine:
            life.kill(engine, engine.container(ref), "KILL" if signal is None else signal)

    def pause(self, ref: str, *, timeout: float | None = None) -> None:
        with self._locked("pause", ref=ref) as engine:
            container = engine.container(ref)
            container.require_active()
            container.status = "paused"

    def unpause(self, ref: str, *, timeout: float | None = None) -> None:
        with self._locked("unpause", ref=ref) as engine:
            container = engine.container(ref)
            if container.status != "paused":
                raise Conflict(f"Container {container.id} is not paused, and cannot go on.")
            container.status = "running"

    def wait(self, ref: str, *, timeout: float | None = None) -> int:
        with self._locked("wait", ref=ref) as engine:
            container = engine.container(ref)
            life.run_out(engine, container)
            if not engine.changed.wait_for(lambda: self._closed or not container.running, timeout):
                raise DeadlineExceeded(f"Container {container.id} still runs after {timeout} seconds. Wait longer.")
            if container.running:
                self._require_open()
            return container.exit_code

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
        window = {"tail": tail, "since": since, "until": until}
        with self._locked("logs", ref=ref, stdout=stdout, stderr=stderr, timestamps=timestamps, **window) as engine:
            container = engine.container(ref)
            start = _first_line(container, tail)
            chosen = [line for line in container.log[start:] if line.is_within(since, until)]
            return b"".join(line.shown(timestamps) for line in chosen) if stdout else b""

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
        window = {"tail": tail, "since": since}
        with self._call("follow", ref=ref, stdout=stdout, stderr=stderr, timestamps=timestamps, **window) as engine:
            deadline = None if timeout is None else time.monotonic() + timeout
            with engine.changed:
                container = engine.container(ref)
                start = _first_line(container, tail)
            lines = self._follow(container, start, deadline)
            shown = (line.shown(timestamps) for line in lines if stdout and line.is_within(since, None))
            try:
                yield shown
            finally:
                shown.close()

    def _follow(self, container: MemoryContainer, position: int, deadline: float | None) -> Iterator[LogLine]:
        while line := self._next_line(container, position, deadline):
            yield line
            position += 1

    def _next_line(self, container: MemoryContainer, position: int, deadline: float | None) -> LogLine | None:
        def is_told() -> bool:
            return self._closed or not container.running or len(container.log) > position

        with self.engine.changed:
            if not is_told():
                life.run_out(self.engine, container)
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            self.engine.changed.wait_for(is_told, left)
            if len(container.log) > position:
                return container.log[position]
            if container.running:
                self._require_open()
            return None

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
        words = normalise.words("command", command)
        if not words:
            raise UnsupportedOption("command", "there must be a command to execute.")
        details = {"environment": environment, "workdir": workdir, "user": user, "privileged": privileged}
        flags = {"tty": tty, "detach": detach, "merge_stderr": merge_stderr}
        with self._call("execute", ref=ref, command=command, **details, **flags) as engine:
            with engine.changed:
                container = engine.container(ref)
                container.require_active()
                facts = copy.deepcopy(container.facts())
            result = engine.executes(facts, words) or _missing(words[0])
            if detach:
                return ExecResult(None, b"", b"")
            merged = ExecResult(result.exit_code, result.stdout + result.stderr, b"")
            return merged if merge_stderr or tty else result

    @contextmanager
    def get_archive(self, ref: str, path: str, *, timeout: float | None = None) -> Iterator[IO[bytes]]:
        with tempfile.TemporaryFile() as archive:
            with self._locked("get_archive", ref=ref, path=path) as engine:
                engine.container(ref).files.pack(path, archive)
            archive.seek(0)
            yield archive

    def put_archive(self, ref: str, path: str, archive: bytes | IO[bytes], *, timeout: float | None = None) -> None:
        with self._locked("put_archive", ref=ref, path=path, archive=archive) as engine:
            engine.container(ref).files.unpack(path, archive)

    # Images

    def build_image(
        self, options: Options, *, on_progress: Progress | None = None, timeout: float | None = None
    ) -> str:
        with self._call("build_image", options=dict(options)) as engine:
            return making.build(engine, options, on_progress)

    def pull_image(self, options: Options, *, on_progress: Progress | None = None, timeout: float | None = None) -> str:
        with self._call("pull_image", options=dict(options)) as engine:
            return making.pull(engine, options, on_progress)

    # Networks and volumes

    def create_network(self, options: Options, *, timeout: float | None = None) -> str:
        with self._locked("create_network", options=dict(options)) as engine:
            return making.create_network(engine, options)

    def connect(
        self, network: str, container: str, options: Options | None = None, *, timeout: float | None = None
    ) -> None:
        given = dict(options or {})
        with self._locked("connect", network=network, container=container, options=given) as engine:
            life.connect(engine, engine.container(container), network, given)

    def disconnect(self, network: str, container: str, *, force: bool = False, timeout: float | None = None) -> None:
        with self._locked("disconnect", network=network, container=container, force=force) as engine:
            life.disconnect(engine, engine.container(container), network)

    def create_volume(self, options: Options, *, timeout: float | None = None) -> str:
        with self._locked("create_volume", options=dict(options)) as engine:
            return making.create_volume(engine, options)

    # What a driver may do better, and the second tier

    def listening(self, container: Facts, *, timeout: float | None = None) -> frozenset[Socket] | None:
        with self._locked("listening", ref=container["Id"]) as engine:
            found = engine.container(container["Id"])
            found.require_running()
            sockets = found.image.sockets()
            open_now = found.looks >= found.image.listens_after
            life.pass_time(engine, found)
            return sockets if sockets is None or open_now else frozenset()

    def begin_removal(
        self,
        kind: Kind,
        refs: Sequence[str],
        *,
        force: bool = False,
        volumes: bool = False,
        timeout: float | None = None,
    ) -> Removal | None:
        with self._locked("begin_removal", kind=kind, refs=list(refs), force=force, volumes=volumes) as engine:
            return MemoryRemoval(lambda: self._remove_later(kind, refs, force, volumes), engine.removes_after)

    def _remove_later(self, kind: Kind, refs: Sequence[str], force: bool, volumes: bool) -> bool:
        with self.engine.changed:
            if self._closed:
                return False
            errors = remove_all(self.engine, kind, refs, force=force, volumes=volumes)
            self.engine.changed.notify_all()
        return not errors

    def version(self, *, timeout: float | None = None) -> Facts:
        with self._call("version"):
            return {"Version": "1.0-memory", "ApiVersion": "1.41", "Os": "linux", "Arch": "amd64"}

    def tag_image(self, ref: str, repository: str, tag: str = "latest", *, timeout: float | None = None) -> None:
        with self._locked("tag_image", ref=ref, repository=repository, tag=tag) as engine:
            engine.images.tag(engine.images.need(ref), f"{repository}:{tag}")


def _missing(program: str) -> ExecResult:
    text = f'OCI runtime exec failed: exec failed: exec: "{program}": executable file not found in $PATH: unknown\r\n'
    return ExecResult(127, text.encode(), b"")


def _first_line(container: MemoryContainer, tail: int | None) -> int:
    return 0 if tail is None else max(0, len(container.log) - tail)
