"""Waiting until a container can be used."""

from __future__ import annotations

import time

import pytest

from pytest_docker_tools import readiness
from pytest_docker_tools.client import Client
from pytest_docker_tools.exceptions import ContainerFailed, ContainerNotReady, TimeoutError
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage
from pytest_docker_tools.wrappers import Container
from pytest_docker_tools.wrappers.container import wait_for_callable


def started(
    engine: MemoryEngine, image: MemoryImage, kind: type[Container] = Container, **options: object
) -> Container:
    """Give a started container, not waited for."""
    engine.add_image("tried", image)
    client = Client(MemoryDriver(engine))
    container = client.containers.create("tried", **options)
    container.start()
    return kind(client.containers.get(container.id))


def test_a_port_that_opens_late_is_waited_for(engine: MemoryEngine) -> None:
    """A container is ready once something listens on each published port."""
    image = MemoryImage(listens=("80/tcp", "53/udp"), listens_after=3)
    container = started(engine, image, ports={"80/tcp": None, "53/udp": None})
    assert container.ready() is False
    assert container.waits_for is not None
    assert "port 80/tcp, 53/udp" in container.waits_for
    container.wait_until_ready()
    assert container.get_open_tcp_ports() == ["80"]
    assert container.get_open_udp_ports() == ["53"]


def test_ports_that_are_not_published_are_not_waited_for(engine: MemoryEngine) -> None:
    """A container that publishes nothing is ready when it runs and has its addresses."""
    container = started(engine, MemoryImage(exposed=("80/tcp",)))
    container.wait_until_ready()
    assert container.waits_for is None


def test_what_is_missing_is_named_when_time_is_over(engine: MemoryEngine) -> None:
    """The error names the container, the time, what was still missing, and shows the end of the log."""
    container = started(engine, MemoryImage(logs=b"waiting for godot\n"), ports={"80/tcp": None})
    container.timeout = 0.05
    with pytest.raises(ContainerNotReady) as caught:
        container.wait_until_ready()
    assert caught.value.container is container
    message = str(caught.value)
    assert container.name in message
    assert "0.05 seconds" in message
    assert "nothing listens on its port 80/tcp" in message
    assert "waiting for godot" in message


def test_a_ready_of_the_users_own_is_waited_for(engine: MemoryEngine) -> None:
    """A subclass's ready() is called until it returns True, and named when it does not."""

    class Slow(Container):
        calls = 0

        def ready(self) -> bool:
            self.calls += 1
            return self.calls > 2

    container = started(engine, MemoryImage(), Slow)
    container.wait_until_ready()
    assert isinstance(container, Slow)
    assert container.calls == 3
    container.calls, container.timeout = -1000, 0.05
    with pytest.raises(ContainerNotReady, match=r"Slow.ready\(\) returned False"):
        container.wait_until_ready()


def test_a_container_that_ended_ends_the_wait_at_once(engine: MemoryEngine) -> None:
    """A container that ended is an error with exit code and last output, long before the time is over."""
    container = started(engine, MemoryImage(exits_with=3, logs=b"no config\n"), ports={"80/tcp": None})
    before = time.monotonic()
    with pytest.raises(ContainerFailed) as caught:
        container.wait_until_ready()
    assert time.monotonic() - before < container.timeout / 2
    assert "exit code 3" in str(caught.value)
    assert "no config" in str(caught.value)
    assert caught.value.container is container


def test_an_end_is_noticed_behind_a_users_ready(engine: MemoryEngine) -> None:
    """A container that ended is noticed although the user's ready() does not look at it."""

    class Never(Container):
        def ready(self) -> bool:
            return False

    with pytest.raises(ContainerFailed, match="exit code 0"):
        started(engine, MemoryImage(exits_with=0), Never).wait_until_ready()


def test_running_out_of_memory_is_told(engine: MemoryEngine) -> None:
    """A container that was ended for want of memory says so."""
    with pytest.raises(ContainerFailed, match="out of memory"):
        started(engine, MemoryImage(exits_with=137, oom=True)).wait_until_ready()


@pytest.mark.parametrize("mode", ["host", "none"])
def test_modes_without_addresses(engine: MemoryEngine, mode: str) -> None:
    """A container in a network mode that assigns no address is not waited for on that account."""
    assert started(engine, MemoryImage(), network_mode=mode).ready()


def test_restart_waits_again(engine: MemoryEngine) -> None:
    """`restart` returns when the container is ready again, with the new host ports."""
    container = started(engine, MemoryImage(listens=("80/tcp",)), ports={"80/tcp": None})
    container.wait_until_ready()
    port = container.ports["80/tcp"]
    container.restart()
    assert container.ports["80/tcp"] != port
    assert container.waits_for is None


def test_pause_and_unpause(engine: MemoryEngine) -> None:
    """A paused container is not ready; `unpause` returns when it is again."""
    container = started(engine, MemoryImage())
    container.pause()
    assert container.ready() is False
    assert container.waits_for == "its state is 'paused'"
    container.unpause()
    assert container.status == "running"


def test_looks_come_fast_first() -> None:
    """The first look comes after about 10 ms, the next ones at growing distances, and there is one at least."""
    assert readiness.FIRST_PAUSE <= 0.01
    assert len(list(readiness.looks(0.2))) >= 4
    assert len(list(readiness.looks(0.001))) == 1
    assert len(list(readiness.looks(0))) == 1


def test_wait_for_callable() -> None:
    """wait_for_callable returns once the callable is true, and raises TimeoutError with the message else."""
    answers = iter([False, None, True])
    wait_for_callable("answer", lambda: next(answers), timeout=5)
    with pytest.raises(TimeoutError, match=r"Waiting for godot.*0\.02 seconds"):
        wait_for_callable("Waiting for godot", lambda: False, timeout=0.02)
