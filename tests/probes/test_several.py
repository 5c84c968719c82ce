"""Several probes, those of a wrapper class, and what is no probe."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_docker_tools import probes
from pytest_docker_tools.client import Client
from pytest_docker_tools.exceptions import ContainerNotReady, UsageError
from pytest_docker_tools.probes import Check, LogLine
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage
from pytest_docker_tools.wrappers import Container

from .conftest import Started


def test_several_in_their_order(started: Started) -> None:
    """Probes are asked in their order, none before those ahead of it hold, and none before the container is ready."""
    asked: list[str] = []

    def named(name: str, *answers: bool) -> Check:
        left = iter(answers)

        def ask(container: Container) -> bool:
            asked.append(name)
            return next(left)

        return Check(ask)

    container = started(
        MemoryImage(listens=("80/tcp",), listens_after=3),
        named("a", False, True, True),
        named("b", False, True),
        ports={"80/tcp": None},
    )
    container.timeout = 30
    container.wait_until_ready()
    assert asked == ["a", "a", "b", "a", "b"]


def test_all_of_them_in_one_look(started: Started, engine: MemoryEngine) -> None:
    """What held, and does not any more while the next one is waited for, is waited for again."""
    container = started(MemoryImage(listens=("80/tcp",)), ports={"80/tcp": None})
    answers = iter([False, True])

    def restarts_at_first(container: Container) -> bool:
        assert container.get_open_tcp_ports() == ["80"]
        if not (answer := next(answers)):
            container.driver.restart(container.id)
        return answer

    container.wait_for = (Check(restarts_at_first),)
    container.timeout = 30
    container.wait_until_ready()
    assert container.attrs["State"]["StartedAt"] == engine.containers[container.id].started


def test_probes_of_a_class(engine: MemoryEngine) -> None:
    """A wrapper class may say what its containers are waited for by."""

    class Postgres(Container):
        wait_for = (LogLine("ready"),)
        timeout = 0.05

    client = Client(MemoryDriver(engine))
    made = client.containers.create("app")
    made.start()
    with pytest.raises(ContainerNotReady, match="'ready' is not found"):
        Postgres(client.containers.get(made.id)).wait_until_ready()


@pytest.mark.parametrize("wrong", ["healthy", 5, {"log": "ready"}, [LogLine("a"), "b"], LogLine, [None]])
def test_what_is_no_probe(wrong: Any) -> None:
    """Anything else is refused, with what there is."""
    with pytest.raises(UsageError, match="takes a probe, a function of the container, or a list of them, not"):
        probes.checked(wrong)
