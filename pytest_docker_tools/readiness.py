"""Whether a container can be used, and waiting until it can."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from . import probes
from .addresses import networks
from .exceptions import (
    Conflict,
    ContainerFailed,
    ContainerNotReady,
    DeadlineExceeded,
    DriverError,
    NotFound,
    UsageError,
)
from .output import decoded, shown

if TYPE_CHECKING:
    from .wrappers.container import Container

__tracebackhide__ = True

FIRST_PAUSE = 0.01
LONGEST_PAUSE = 0.25
# Seconds that looks may take although the time is shorter, as there is to be one at least.
SHORTEST_LOOK = 1.0
CONNECT_TIMEOUT = 1.0
STAYS_OPEN = 0.1
LOG_LINES = 30
LOG_CHARACTERS = 4000
LOG_TIMEOUT = 5.0
# Where a container has no addresses of its own, and publishes nothing.
_WITHOUT_ADDRESSES = ("host", "none")


def looks(timeout: float) -> Iterator[None]:
    """Give a turn after a short pause, then others after longer ones, until `timeout` seconds of wall clock are over.

    There is always one turn, and one at the very end.
    """
    end, pause = time.monotonic() + timeout, FIRST_PAUSE
    while True:
        left = end - time.monotonic()
        time.sleep(max(0.0, min(pause, left)))
        yield
        if left <= pause:
            return
        pause = min(pause * 1.6, LONGEST_PAUSE)


def wait_until_ready(container: Container, timeout: float) -> None:
    """Look at a container until it is ready.

    Raises `ContainerNotReady`, which names what is still missing, after `timeout` seconds, and `ContainerFailed` as
    soon as the container has ended.
    """
    missing = None
    with container.looking_until(time.monotonic() + max(timeout, SHORTEST_LOOK)):
        for _ in looks(timeout):
            container.waits_for = None
            try:
                if _is_ready(container):
                    return
            except DeadlineExceeded:
                # A look that is cut short says less than the one before.
                container.waits_for = missing or container.waits_for or "the engine does not answer"
            missing = container.waits_for or f"{type(container).__name__}.ready() returned False"
    raise ContainerNotReady(
        container,
        f"Container {container.name!r} was not ready within {timeout:g} seconds: {missing}. Give it longer with "
        f"timeout= if it is only slow.{_last_output(container)}",
    )


def wait_until_settled(container: Container, timeout: float) -> None:
    """Look at a container until it is ready, or has ended. Raises `ContainerNotReady` as `wait_until_ready` does."""
    with contextlib.suppress(ContainerFailed):
        wait_until_ready(container, timeout)


def _is_ready(container: Container) -> bool:
    before = container.attrs
    try:
        if container.ready():
            # One of the user's own may not have looked, and ports may be others now.
            if container.attrs is before:
                container.reload()
            container.waits_for = probes.unmet(container)
            if container.waits_for is None:
                return True
    except DeadlineExceeded:
        raise
    except DriverError:
        # What fails because the container has ended says less than that it has.
        _raise_if_over(container)
        raise
    _raise_if_over(container)
    return False


def _raise_if_over(container: Container) -> None:
    """Look again, and raise `ContainerFailed` if the container has ended or is gone."""
    try:
        container.reload()
    except NotFound:
        raise _gone(container) from None
    raise_if_ended(container)


def _gone(container: Container) -> ContainerFailed:
    removed_itself = container.attrs["HostConfig"].get("AutoRemove")
    advice = " Without remove=True, its exit code and its output can be shown." if removed_itself else ""
    return ContainerFailed(container, f"Container {container.name!r} was removed before it was ready.{advice}")


def missing(container: Container) -> str | None:
    """Say what a container lacks to be usable, by its attrs and its listening sockets. None where it lacks nothing.

    One that is to end lacks nothing: its probe says whether it has.
    """
    if probes.expects_end(container):
        return None
    state = container.attrs["State"]
    if state["Status"] != "running":
        code = f", after exit code {state['ExitCode']}" if state.get("ExitCode") else ""
        return f"its state is {state['Status']!r}{code}"
    return _missing_address(container) or _missing_listener(container)


def _missing_address(container: Container) -> str | None:
    mode = container.attrs["HostConfig"].get("NetworkMode") or ""
    if mode in _WITHOUT_ADDRESSES or mode.startswith("container:"):
        return None
    for name in networks(container.attrs):
        if name not in container.ips:
            return f"it has no address on network {name!r}"
    return None


def _missing_listener(container: Container) -> str | None:
    # Those that were asked for: an internal network publishes none, but they are to be listened on all the same.
    asked = [*(container.attrs["HostConfig"].get("PortBindings") or {})]
    published = list(dict.fromkeys([*asked, *container.ports]))
    if not published:
        return None
    try:
        sockets = container.driver.listening(container.attrs, timeout=container.patience())
    except (Conflict, NotFound):
        return "it has stopped since the last look"
    if sockets is None:
        closed = [key for key in published if not _stays_open(container, key)]
    else:
        # What listens on the container's own loopback interface cannot be reached from outside.
        open_ports = {f"{item.port}/{item.protocol}" for item in sockets if not item.is_loopback}
        closed = [key for key in published if key not in open_ports]
    return f"nothing listens on its port {', '.join(closed)}" if closed else None


def _stays_open(container: Container, key: str) -> bool:
    """Say whether a connection to a published port lasts. UDP, which has none, counts as listening.

    So does a port to which no way leads from here. A proxy of the engine's may accept before anyone listens, but closes
    the connection at once.
    """
    if not key.endswith("/tcp") or key not in container.ports:
        return True
    try:
        connection = socket.create_connection(container.get_addr(key), timeout=CONNECT_TIMEOUT)
    except UsageError:
        return True
    except OSError:
        return False
    with connection:
        connection.settimeout(STAYS_OPEN)
        try:
            return bool(connection.recv(1))
        except TimeoutError:
            return True
        except OSError:
            return False


def raise_if_ended(container: Container) -> None:
    """Raise `ContainerFailed`, with exit code and last output, if the container has ended, as of the last look.

    Not where it has ended as it was to.
    """
    state = container.attrs["State"]
    if state["Status"] not in probes.ENDED or probes.is_done(container):
        return
    memory = " because it was out of memory" if state.get("OOMKilled") else ""
    reason = f" ({state['Error']})" if state.get("Error") else ""
    raise ContainerFailed(
        container,
        f"Container {container.name!r} of image {container.attrs['Config']['Image']!r} ended with exit code "
        f"{state['ExitCode']}{memory}{reason} before it was ready.{_last_output(container)}",
    )


def _last_output(container: Container) -> str:
    try:
        log = container.driver.logs(container.id, tail=LOG_LINES, timeout=LOG_TIMEOUT)
    except DriverError as error:
        return f"\nIts output cannot be read: {error}"
    lines = shown(decoded(log).rstrip(), LOG_CHARACTERS)
    return f"\nThe last it wrote:\n{lines}" if lines else "\nIt wrote nothing."
