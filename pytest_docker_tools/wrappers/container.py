"""A container as a test sees it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import addresses, attachments, copying, drivers, moments, output, probes, readiness, tasks
from ..client import Container as EngineContainer
from ..client import Network, inspect
from ..container_verbs import ContainerVerbs
from ..contexts import contextmanager
from ..driver import Driver
from ..exceptions import NotFound, TimeoutError, UnsupportedOption
from ..files import Content
from .ips import Ips
from .ports import Ports

__tracebackhide__ = True

# Where docker's own name server listens in every container of a user-defined network.
ENGINES_RESOLVER = "127.0.0.11"
# Seconds that a call gets when the time for all of them is over.
SHORTEST_CALL = 0.1


class Container(ContainerVerbs):
    """A container of a test environment.

    A subclass given as `wrapper_class=` may add methods, and override `ready`.
    """

    timeout: float = 30.0
    """Seconds of wall clock within which the container has to be ready after it was started."""
    wait_for: Sequence[probes.Probe] = ()
    """What has to hold besides `ready` before the container is. What `wait_for=` says comes after it."""
    host_address: str | None = None
    """The name or address at which published ports are reached, where the ini option `docker_host_address` has one."""

    #: What the last call of `ready` found missing, None where nothing was.
    waits_for: str | None = None
    _looking_until: float | None = None
    #: What the last look of the present wait has shown.
    _seen: Mapping[str, Any] | None = None
    _ended_before: float | None = None

    def __init__(self, container: EngineContainer) -> None:
        self._container = container

    @property
    def driver(self) -> Driver:
        """The driver that all calls go through."""
        return drivers.driver_of(self._container.client)

    @property
    def id(self) -> str:
        """The full id."""
        return self._container.id

    @property
    def name(self) -> str:
        """The name on the engine."""
        return self._container.name

    @property
    def attrs(self) -> dict[str, Any]:
        """The engine's inspect JSON, as of the last look."""
        return self._container.attrs

    @property
    def status(self) -> str:
        """The state at this moment: created, running, paused, restarting, exited or dead. Raises `NotFound`."""
        # Of one whose process is seen to run, the engine would say nothing else.
        if self._container.status != "running" or not self.driver.still_runs(self.attrs):
            self.reload()
        return self._container.status

    @property
    def labels(self) -> dict[str, str]:
        """The labels, those of this project and of the image included."""
        return self._container.labels

    @property
    def env(self) -> dict[str, str]:
        """The environment that the container was created with, the image's included."""
        pairs = (item.partition("=") for item in self.attrs["Config"].get("Env") or [])
        return {name: value for name, _, value in pairs}

    @property
    def ips(self) -> Ips:
        """The addresses: `ips.primary`, or `ips[network]` by a network or its name."""
        return Ips(self.attrs)

    @property
    def ports(self) -> Ports:
        """The published host ports: `ports["8080/tcp"]` is a list of them."""
        return Ports(self.attrs)

    def get_addr(self, port: str | int) -> tuple[str, int]:
        """Give (host, port) at which a port of the container, such as "8080/tcp", is reached from here.

        That depends on where the engine is, and where the tests are: see `addresses`. Raises `UsageError` where there
        is no way to the port.
        """
        return addresses.address_of(
            self.attrs, port, self.driver, host_address=self.host_address, timeout=self.patience()
        )

    def url(self, port: str | int, *, scheme: str = "http", path: str = "") -> str:
        """Give what `get_addr` gives as a URL, such as "http://127.0.0.1:32768", which ends in `path` if there is one.

        The path begins with "/", whether that is given or not.
        """
        place = addresses.joined(*self.get_addr(port))
        return f"{scheme}://{place}{'/' if path else ''}{path.removeprefix('/')}"

    def reload(self) -> None:
        """Look at the container again. Raises `NotFound` where it is gone."""
        self._container.attrs = inspect(self.driver, "container", self.id, timeout=self.patience())
        self._seen = self.attrs

    def look(self) -> None:
        """Look at the container as `reload` does; while it is waited for, only if there may be anything new to see."""
        if self._looking_until is None or self._seen is not self.attrs or not readiness.still_holds(self):
            self.reload()

    @property
    def asks_more(self) -> bool:
        """Whether more than this class's own `ready` tells whether it is ready."""
        return bool(self.wait_for) or type(self).ready is not Container.ready

    @property
    def is_plain(self) -> bool:
        """Whether it is of this class, and nothing in it is the user's own."""
        return type(self) is Container

    def patience(self) -> float | None:
        """Give the seconds that a call may take now: while the container is waited for, those that are left."""
        return None if self._looking_until is None else max(SHORTEST_CALL, self._looking_until - time.monotonic())

    def put_off(self, seconds: float) -> None:
        """Allow calls so many seconds more, if the container is waited for."""
        if self._looking_until is not None:
            self._looking_until += seconds

    @contextmanager
    def looking_until(self, end: float, *, has_looked: bool = False) -> Iterator[None]:
        """Bound the calls in this context by a moment of the monotonic clock.

        With `has_looked`, the facts that are there are of a moment ago, and the first look need not be another one.
        """
        self._looking_until = end
        self._seen = self.attrs if has_looked else None
        try:
            yield
        finally:
            self._looking_until = None

    def ready(self) -> bool:
        """Look whether the container can be used: it runs, has its addresses, and published ports are listened on.

        Called again and again until it returns True. Raises `ContainerFailed` once the container has ended.
        """
        self.look()
        readiness.raise_if_ended(self)
        self.waits_for = readiness.missing(self)
        return self.waits_for is None

    def start(self) -> None:
        """Start the container and wait until it is ready. Raises what `wait_until_ready` does."""
        self._note_last_end()
        super().start()
        self.wait_until_ready()

    def stop(self, timeout: int | None = None) -> None:
        """Stop the container; after `timeout` seconds (default: as it has it) it is killed."""
        super().stop(timeout)
        self._is_there()

    def restart(self, timeout: int | None = None) -> None:
        """Stop and start the container, and wait until it is ready. Published ports may have changed.

        After `timeout` seconds (default: as it has it) it is killed. Raises what `wait_until_ready` does.
        """
        self._note_last_end()
        super().restart(timeout)
        self.wait_until_ready()

    def kill(self, signal: str | int | None = None) -> None:
        """Send a signal, SIGKILL where none is given, and wait until the container has ended or is ready again."""
        super().kill(signal)
        if str(signal or 9).removeprefix("SIG") in ("9", "KILL"):
            # Not every engine has waited for the end.
            with contextlib.suppress(NotFound):
                super().wait(max(self.timeout, readiness.SHORTEST_LOOK))
        readiness.wait_until_settled(self, self.timeout)

    def pause(self) -> None:
        """Freeze all processes."""
        super().pause()
        self.reload()

    def unpause(self) -> None:
        """Let a paused container go on, and wait until it is ready."""
        super().unpause()
        self.wait_until_ready()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Freeze all processes in this context, and wait after it until the container is ready again."""
        self.pause()
        try:
            yield
        finally:
            # The test may have ended, or removed, it meanwhile.
            if self._is_there() and self.attrs["State"]["Status"] == "paused":
                self.unpause()

    @contextmanager
    def disconnected(self, network: str | Network) -> Iterator[None]:
        """Detach the container from a network, or one of that name, in this context.

        After it the container is attached as it was, with the same names in the network and what addresses were asked
        for, and is waited for until it is ready again; other addresses, and published ports, may have changed. Raises
        `UsageError` where it is not on that network.
        """
        name = network if isinstance(network, str) else str(network.name)
        self.reload()
        attached = attachments.of(self.attrs, name)
        self.driver.disconnect(name, self.id)
        try:
            self.reload()
            yield
        finally:
            if self._is_there():
                self._attach(name, attached)

    def log_begins(self) -> float | None:
        """Give, in seconds of the epoch, the moment after which the container wrote what is of its present run.

        None where all of its log is.
        """
        has_ended = self.attrs["State"]["Status"] in probes.ENDED
        end = self._ended_before if has_ended else moments.last_end(self.attrs)
        return moments.between(end, moments.last_start(self.attrs))

    def _note_last_end(self) -> None:
        """Remember the end of the last run: once the next one has ended, an engine does not know it any more."""
        self.reload()
        self._ended_before = moments.last_end(self.attrs)

    def _is_there(self) -> bool:
        """Look again. With remove=True, for one, it may be gone."""
        with contextlib.suppress(NotFound):
            self.reload()
            return True
        return False

    def _attach(self, network: str, options: Mapping[str, Any]) -> None:
        if network not in addresses.networks(self.attrs):
            try:
                self.driver.connect(network, self.id, options)
            except UnsupportedOption:
                self.driver.connect(network, self.id, {**options, "mac_address": None})
            self.reload()
        if self.attrs["State"]["Status"] == "running":
            self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until `ready()`. Raises `ContainerNotReady` after `timeout` seconds, `ContainerFailed` if it ends."""
        tasks.run(readiness.reached(self, self.timeout))

    def logs(self, **options: Any) -> str:
        """Give what the container wrote, bytes that are no UTF-8 as escapes. Options are those of `log_bytes`."""
        return output.decoded(self.log_bytes(**options))

    def get_files(self, path: str) -> dict[str, bytes | None]:
        """Give the files below a path: {name: content}, None for folders, links and everything else that is no file.

        Names begin with the last part of the path, also where that is a link, which is followed. Raises `NotFound`.
        """
        return copying.get(self.driver, self.attrs, path)

    def get_text(self, path: str, encoding: str = "utf-8") -> str:
        """Give the content of one file. Raises `NotFound`, and `IsADirectoryError` for what is no file."""
        content = next(iter(self.get_files(path).values()))
        if content is None:
            raise IsADirectoryError(f"{path!r} in container {self.name!r} is no file, but a folder or the like.")
        return content.decode(encoding)

    def put_files(self, files: Mapping[str, Content]) -> None:
        """Put files, {absolute path: content}, into the container, in any state, as `container(files=...)` does.

        A relative `pathlib.Path` is taken from the working directory.
        """
        copying.put(self.driver, self.attrs, copying.rooted(files, lambda path: [Path.cwd() / path]))

    def get_open_tcp_ports(self) -> list[str]:
        """Give the TCP ports that are listened on inside the container, such as ["80", "8080"]."""
        return self._open_ports("tcp")

    def get_open_udp_ports(self) -> list[str]:
        """Give the UDP ports that are bound inside the container, such as ["53"]."""
        return self._open_ports("udp")

    def _open_ports(self, protocol: str) -> list[str]:
        sockets = self.driver.listening(self.attrs) or frozenset()
        sockets = frozenset(item for item in sockets if item.address != ENGINES_RESOLVER)
        return [str(port) for port in sorted({item.port for item in sockets if item.protocol == protocol})]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.name} {self.id[:12]}>"


def wait_for_callable(message: str, callable: Callable[[], Any], timeout: float = 30) -> None:
    """Call something until it returns a true value. Raises `TimeoutError` with the message after `timeout` seconds."""
    for _ in readiness.looks(timeout):
        if callable():
            return
    raise TimeoutError(f"{message}: this did not happen within {timeout} seconds.")
