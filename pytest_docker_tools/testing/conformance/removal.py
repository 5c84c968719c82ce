"""Removing what nobody waits for. A driver that cannot begin a removal gives None, and `remove` does it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

import pytest

from ...driver import KINDS, Driver, Kind
from ...exceptions import DriverError, EngineUnavailable, Forbidden
from ..capabilities import needs
from ..fixtures import Create, FactsOf, Named
from ..unresponsive import Open

_NOWHERE = "0" * 64


def _removes(driver: Driver, kind: Kind, refs: Sequence[str], **flags: Any) -> bool:
    """Remove something, in the way that the driver has, and say whether nothing was refused."""
    removal = driver.begin_removal(kind, refs, **flags)
    if removal is not None:
        return removal.wait(60) is True
    try:
        driver.remove(kind, refs, **flags)
    except EngineUnavailable:
        raise
    except DriverError:
        return False
    return True


class TestBeginRemoval:
    def test_containers(self, driver: Driver, run: Create, create: Create, facts: FactsOf) -> None:
        """Running containers, and others, go with their anonymous volumes where that is asked for."""
        containers = [run(volumes=["/data"]), run(), create(volumes=["/data"])]
        volumes = [mount["Name"] for container in containers for mount in facts(container)["Mounts"]]
        assert len(volumes) == 2
        assert _removes(driver, "container", containers, force=True, volumes=True)
        assert driver.inspect("container", containers) == [None] * 3
        assert driver.inspect("volume", volumes) == [None] * 2

    def test_without_force(self, driver: Driver, run: Create, create: Create, facts: FactsOf) -> None:
        """Without force a running container is refused, and what is not asked for, such as volumes, stays."""
        running, created = run(), create(volumes=["/data"])
        volume = facts(created)["Mounts"][0]["Name"]
        assert not _removes(driver, "container", [running])
        assert _removes(driver, "container", [created])
        left = driver.inspect("volume", [volume])
        driver.remove("volume", [volume])
        assert facts(running)["State"]["Status"] == "running"
        assert driver.inspect("container", [created]) == [None]
        assert left != [None]

    def test_networks_and_volumes(self, driver: Driver, named: Named) -> None:
        """Several networks, or volumes, go as well."""
        networks = [driver.create_network({"name": named("network")}) for _ in range(2)]
        volumes = [driver.create_volume({"name": named("volume")}) for _ in range(2)]
        assert _removes(driver, "network", networks)
        assert _removes(driver, "volume", volumes)
        assert driver.inspect("network", networks) == driver.inspect("volume", volumes) == [None] * 2

    @pytest.mark.parametrize("kind", KINDS)
    def test_nothing(self, driver: Driver, kind: Kind) -> None:
        """Where there is nothing to remove, all is gone."""
        assert _removes(driver, kind, [])

    def test_what_is_gone_already(self, driver: Driver, run: Create, create: Create) -> None:
        """One that is gone keeps no other from being removed; `remove` says then whether all is gone."""
        gone, running = create(), run()
        driver.remove("container", [gone])
        if not _removes(driver, "container", [gone, running], force=True):
            driver.remove("container", [gone, running], force=True)
        assert driver.inspect("container", [running]) == [None]

    def test_a_network_in_use(self, driver: Driver, network: str, run: Create, named: Named) -> None:
        """A network with a running container stays, which is said; `remove` says why, and removes the others."""
        other = driver.create_network({"name": named("network")})
        run(network=network)
        assert not _removes(driver, "network", [network, other])
        with pytest.raises(Forbidden):
            driver.remove("network", [network, other])
        assert [facts is not None for facts in driver.inspect("network", [network, other])] == [True, False]

    def test_a_volume_in_use(self, driver: Driver, create: Create, named: Named) -> None:
        """A volume that a container has stays, which is said."""
        volume = named("volume")
        create(volumes={volume: {"bind": "/data"}})
        assert not _removes(driver, "volume", [volume])
        assert driver.inspect("volume", [volume]) != [None]

    def test_a_part_of_a_name(self, driver: Driver, create: Create, named: Named) -> None:
        """What a name, or an id, is only a part of stays."""
        made: dict[Kind, str] = {kind: named(kind) for kind in ("container", "network", "volume")}
        container = create(name=made["container"])
        driver.create_network({"name": made["network"]})
        driver.create_volume({"name": made["volume"]})
        parts: list[tuple[Kind, str]] = [(kind, name[:-1]) for kind, name in made.items()]
        for kind, part in [*parts, ("container", container[:20])]:
            _removes(driver, kind, [part], force=True)
        assert None not in [facts for kind, name in made.items() for facts in driver.inspect(kind, [name])]

    def test_without_a_thread(self, driver: Driver, run: Create) -> None:
        """No thread lives while it goes on, and what is said at the end is said again."""
        container, before = run(), set(threading.enumerate())
        removal = driver.begin_removal("container", [container], force=True)
        assert set(threading.enumerate()) <= before
        if removal is not None:
            assert removal.wait(60) is removal.poll() is removal.wait(0) is True

    @needs("connection")
    @pytest.mark.parametrize("closes", [False, True])
    def test_an_engine_that_hangs(
        self, hanging_driver: Callable[[float], Driver], children: Callable[[], set[int]], closes: bool
    ) -> None:
        """It goes on until the driver's deadline, or until that is closed, is refused then, and leaves no process."""
        before, driver = children(), hanging_driver(60 if closes else 3)
        removal = driver.begin_removal("container", [_NOWHERE], force=True)
        if removal is not None:
            assert removal.wait(0) is None
            if closes:
                driver.close()
            assert removal.wait(30) is False
        assert children() == before

    def test_a_closed_driver(self, open_backend: Open) -> None:
        """After `close` nothing is removed any more."""
        driver = open_backend({})
        driver.close()
        with pytest.raises(EngineUnavailable):
            _removes(driver, "container", [_NOWHERE])

    def test_after_the_end(self, open_backend: Open, driver: Driver, run: Create) -> None:
        """A removal that is over when the driver is closed stays as it was."""
        container = run()
        with closing(open_backend({})) as other:
            removal = other.begin_removal("container", [container], force=True)
            assert removal is None or removal.wait(60)
        assert removal is None or removal.poll()
        assert (driver.inspect("container", [container]) == [None]) is (removal is not None)
