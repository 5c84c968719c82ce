"""A container as a test sees it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from .. import addresses, copying, drivers, output, readiness
from ..client import Container as EngineContainer
from ..client import inspect
from ..container_verbs import ContainerVerbs
from ..driver import Driver
from ..exceptions import TimeoutError
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

    #: Seconds of wall clock within which the container has to be ready after it was started.
    timeout: float = 30.0

    #: What the last call of `ready` found missing, None where nothing was.
    waits_for: str | None = None
    _looking_until: float | None = None

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
        """The state at this moment: created, running, paused, restarting, exited or dead."""
        self.reload()
        return self._container.status

    @property
    def labels(self) -> dict[str, str]:
        """The labels."""
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

        Raises `UsageError` where the port is not published and the container's network is not that of the tests.
        """
        return addresses.address_of(self.attrs, port, self.driver)

    def reload(self) -> None:
        """Look at the container again. Raises `NotFound` where it is gone."""
        self._container.attrs = inspect(self.driver, "container", self.id, timeout=self.patience())

    def patience(self) -> float | None:
        """Give the seconds that a call may take now: while the container is waited for, those that are left."""
        return None if self._looking_until is None else max(SHORTEST_CALL, self._looking_until - time.monotonic())

    @contextlib.contextmanager
    def looking_until(self, end: float) -> Iterator[None]:
        """Bound the calls in this context by a moment of the monotonic clock."""
        self._looking_until = end
        try:
            yield
        finally:
            self._looking_until = None

    def ready(self) -> bool:
        """Look whether the container can be used: it runs, has its addresses, and published ports are listened on.

        Called again and again until it returns True. Raises `ContainerFailed` once the container has ended.
        """
        self.reload()
        readiness.raise_if_ended(self)
        self.waits_for = readiness.missing(self)
        return self.waits_for is None

    def start(self) -> None:
        """Start the container and wait until it is ready."""
        super().start()
        self.wait_until_ready()

    def restart(self, timeout: int | None = None) -> None:
        """Stop and start the container, and wait until it is ready. Published ports may have changed."""
        super().restart(timeout)
        self.wait_until_ready()

    def unpause(self) -> None:
        """Let a paused container go on, and wait until it is ready."""
        super().unpause()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until `ready()`. Raises `ContainerNotReady` after `timeout` seconds, `ContainerFailed` if it ends."""
        readiness.wait_until_ready(self, self.timeout)

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
        """Give the TCP ports that are listened on inside the container."""
        return self._open_ports("tcp")

    def get_open_udp_ports(self) -> list[str]:
        """Give the UDP ports that are bound inside the container."""
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
