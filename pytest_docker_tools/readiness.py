"""Whether a container can be used, and waiting until it can."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from . import probes, tasks
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
from .references import quoted

if TYPE_CHECKING:
    from .wrappers.container import Container

__tracebackhide__ = True

T = TypeVar("T")
# Seconds before the first look, and before the last ones.
PACE = (0.01, 0.25)
# Where a look takes neither a process nor a call of the engine.
PACE_OF_CHEAP_LOOKS = (0.001, 0.05)
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
    for pause in _pauses(timeout):
        pause.be_done()
        yield


def _pauses(timeout: float, pace: tuple[float, float] = PACE) -> Iterator[tasks.Pause]:
    """Give what there is to wait for before each turn. The time by which one is late does not count."""
    end, (seconds, longest) = time.monotonic() + timeout, pace
    while True:
        left = end - time.monotonic()
        pause = tasks.pause(max(0.0, min(seconds, left)))
        yield pause
        if left <= seconds:
            return
        end += pause.late
        seconds = min(seconds * 1.6, longest)


async def reached(container: Container, timeout: float, *, has_looked: bool = False) -> None:
    """Look at a container until it is ready. With `has_looked` its facts are those of a moment ago.

    Raises `ContainerNotReady`, which names what is still missing, after `timeout` seconds, and `ContainerFailed` as
    soon as the container has ended.
    """
    missing = None
    with container.looking_until(time.monotonic() + max(timeout, SHORTEST_LOOK), has_looked=has_looked):
        pace = PACE_OF_CHEAP_LOOKS if _are_looks_cheap(container) else PACE
        for pause in _pauses(timeout, pace):
            await pause
            container.put_off(pause.late)
            container.waits_for = None
            try:
                if await _is_ready(container):
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
    """Look at a container until it is ready, or has ended. Raises `ContainerNotReady` as `reached` does."""
    with contextlib.suppress(ContainerFailed):
        tasks.run(reached(container, timeout))


async def _is_ready(container: Container) -> bool:
    before = container.attrs
    try:
        if await _answer(container, container.ready):
            # One of the user's own may not have looked, and ports may be others now.
            if container.attrs is before:
                await _answer(container, container.look)
            container.waits_for = await _unmet(container)
            if container.waits_for is None:
                return True
    except DeadlineExceeded:
        raise
    except DriverError:
        # What fails because the container has ended says less than that it has.
        await _raise_if_over(container)
        raise
    await _raise_if_over(container)
    return False


async def _unmet(container: Container) -> str | None:
    """Ask the probes of a container in their order. None where all hold, else what is missing."""
    for probe in container.wait_for:
        # For a look that is cut short.
        container.waits_for = f"{probe} was not answered"
        asked = partial(probe.missing, container)
        missing = await _answer(container, asked) if type(probe) in probes.ASKING else asked()
        if missing is not None:
            return probes.sentence(probe, missing)
    return None


async def _answer(container: Container, question: Callable[[], T]) -> T:
    """Give the answer to what has to be asked for, while other work goes on.

    What a class of the user's may have a part in is done in pytest's thread, and so is what asks nobody.
    """
    if not container.is_plain or _are_looks_cheap(container):
        return question()
    return await tasks.call(question)


async def _raise_if_over(container: Container) -> None:
    """Look again, and raise `ContainerFailed` if the container has ended or is gone."""
    try:
        await _answer(container, container.look)
    except NotFound:
        raise _gone(container) from None
    raise_if_ended(container)


def _gone(container: Container) -> ContainerFailed:
    removed_itself = container.attrs["HostConfig"].get("AutoRemove")
    advice = " Without remove=True, its exit code and its output can be shown." if removed_itself else ""
    return ContainerFailed(container, f"Container {container.name!r} was removed before it was ready.{advice}")


def still_holds(container: Container) -> bool:
    """Say whether the engine would show of a container, which nobody else changes, what its facts say.

    That is so as long as its process runs, and nothing is left to come: addresses, ports, or what its health check
    finds.
    """
    attrs = container.attrs
    is_settled = attrs["State"]["Status"] == "running" and not (
        probes.has_health_check(attrs) or _missing_address(container) or _unpublished(container)
    )
    return is_settled and container.driver.still_runs(attrs)


def _are_looks_cheap(container: Container) -> bool:
    """Say whether all that is waited for is seen from here, without asking anybody."""
    return not container.asks_more and still_holds(container)


def _unpublished(container: Container) -> list[str]:
    return [key for key in _asked_ports(container) if key not in container.ports]


def _asked_ports(container: Container) -> list[str]:
    return [*(container.attrs["HostConfig"].get("PortBindings") or {})]


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
    published = list(dict.fromkeys([*_asked_ports(container), *container.ports]))
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
    meant = "" if state["ExitCode"] else " If it is to end, say so: wait_for=probes.Exited()."
    raise ContainerFailed(
        container,
        f"Container {container.name!r} of image {quoted(container.attrs['Config']['Image'])} ended with exit code "
        f"{state['ExitCode']}{memory}{reason} before it was ready.{meant}{_last_output(container)}",
    )


def _last_output(container: Container) -> str:
    try:
        log = container.driver.logs(container.id, tail=LOG_LINES, timeout=LOG_TIMEOUT)
    except DriverError as error:
        return f"\nIts output cannot be read: {error}"
    lines = shown(decoded(log).rstrip(), LOG_CHARACTERS)
    return f"\nThe last it wrote:\n{lines}" if lines else "\nIt wrote nothing."
