"""Whether a container can be used, and waiting until it can."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .addresses import bindings
from .exceptions import Conflict, ContainerFailed, ContainerNotReady, DriverError, NotFound, hide_ours

if TYPE_CHECKING:
    from .wrappers.container import Container

__tracebackhide__ = hide_ours

FIRST_PAUSE = 0.01
LONGEST_PAUSE = 0.25
LOG_LINES = 30
# Where a container has no addresses of its own, and publishes nothing.
_WITHOUT_ADDRESSES = ("host", "none")


def looks(timeout: float) -> Iterator[None]:
    """Give one turn after a short pause, then others after longer ones, until `timeout` seconds of wall clock are over.

    There is always one turn at the very end.
    """
    end, pause = time.monotonic() + timeout, FIRST_PAUSE
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(pause, left))
        yield
        pause = min(pause * 1.6, LONGEST_PAUSE)


def wait_until_ready(container: Container, timeout: float) -> None:
    """Look at a container until it is ready.

    Raises `ContainerNotReady`, which names what is still missing, after `timeout` seconds, and `ContainerFailed` as
    soon as the container has ended.
    """
    container.waits_for = None
    for _ in looks(timeout):
        if container.ready():
            return
        container.reload()
        raise_if_ended(container)
    missing = container.waits_for or f"{type(container).__name__}.ready() returned False"
    raise ContainerNotReady(
        container,
        f"Container {container.name!r} was not ready within {timeout:g} seconds: {missing}. Give it longer with "
        f"timeout=, or see why:{_last_output(container)}",
    )


def missing(container: Container) -> str | None:
    """Say what a container lacks to be usable, by its attrs and its listening sockets. None where it lacks nothing."""
    state = container.attrs["State"]
    if state["Status"] != "running":
        return f"its state is {state['Status']!r}"
    return _missing_address(container) or _missing_listener(container)


def _missing_address(container: Container) -> str | None:
    mode = container.attrs["HostConfig"].get("NetworkMode") or ""
    if mode in _WITHOUT_ADDRESSES or mode.startswith("container:"):
        return None
    networks = container.attrs["NetworkSettings"].get("Networks") or {}
    for name in networks:
        if name not in container.ips:
            return f"it has no address on network {name!r}"
    return None


def _missing_listener(container: Container) -> str | None:
    published = [key for key in container.ports if bindings(container.attrs, key)]
    if not published:
        return None
    try:
        sockets = container.driver.listening(container.attrs)
    except (Conflict, NotFound):
        return "it has stopped since the last look"
    if sockets is None:
        return None
    open_ports = {f"{item.port}/{item.protocol}" for item in sockets}
    closed = [key for key in published if key not in open_ports]
    return f"nothing listens on its port {', '.join(closed)}" if closed else None


def raise_if_ended(container: Container) -> None:
    """Raise `ContainerFailed`, with exit code and last output, if the container has ended, as of the last look."""
    state = container.attrs["State"]
    if state["Status"] not in ("exited", "dead"):
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
        lines = container.logs(tail=LOG_LINES).rstrip()
    except DriverError as error:
        return f"\nIts output cannot be read: {error}"
    return f"\nThe last it wrote:\n{lines}" if lines else "\nIt wrote nothing."
