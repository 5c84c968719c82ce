"""The verbs that are the same for every kind."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ...driver import KINDS, Driver, Facts, Kind
from ...exceptions import Conflict, Forbidden
from ..fixtures import Create, FactsOf, Named

READ: list[tuple[Kind, list[str]]] = [
    (
        "container",
        [
            "Id",
            "Name",
            "Image",
            "Created",
            "RestartCount",
            "State.Status",
            "State.Pid",
            "State.ExitCode",
            "State.OOMKilled",
            "State.Error",
            "Config.Image",
            "Config.Env",
            "Config.Labels",
            "HostConfig.NetworkMode",
            "HostConfig.PortBindings",
            "HostConfig.AutoRemove",
            "NetworkSettings.Ports",
            "NetworkSettings.Networks.*.NetworkID",
            "NetworkSettings.Networks.*.IPAddress",
            "NetworkSettings.Networks.*.GlobalIPv6Address",
            "NetworkSettings.Networks.*.Gateway",
        ],
    ),
    ("image", ["Id", "RepoTags", "Config.Labels"]),
    ("network", ["Id", "Name", "Labels", "Containers"]),
    ("volume", ["Name", "Labels"]),
]


def missing(facts: Facts, path: str) -> str | None:
    """Give a path that leads through inspect JSON, "*" for every key, if it leads to nothing."""
    found: list[Any] = [facts]
    for name in path.split("."):
        if not found or not all(isinstance(item, dict) and (name == "*" or name in item) for item in found):
            return path
        found = [inner for item in found for inner in (item.values() if name == "*" else [item[name]])]
    return None


class TestInspect:
    def test_in_order(self, driver: Driver, create: Create, named: Named) -> None:
        """Results come in the order of the refs, by id or name, several times, and None where there is nothing."""
        name = named("container")
        first, second = create(), create(name=name)
        found = driver.inspect("container", ["nothing", second, name, "nothing", first, first])
        assert [facts and facts["Id"] for facts in found] == [None, second, second, None, first, first]

    @pytest.mark.parametrize("kind", KINDS)
    def test_nothing(self, driver: Driver, kind: Kind) -> None:
        """No refs are no results."""
        assert driver.inspect(kind, []) == []

    @pytest.mark.parametrize(("kind", "paths"), READ, ids=[kind for kind, _ in READ])
    def test_what_is_read(
        self, driver: Driver, run: Create, facts: FactsOf, own_image: str, named: Named, kind: Kind, paths: list[str]
    ) -> None:
        """What the library reads of each kind is there, under docker's keys."""
        network = driver.create_network({"name": named("network"), "labels": {"a": "b"}})
        volume = driver.create_volume({"name": named("volume"), "labels": {"a": "b"}})
        ref = {"container": run(network=network), "image": own_image, "network": network, "volume": volume}[kind]
        found = facts(ref, kind)
        assert [path for path in paths if missing(found, path)] == []

    def test_every_kind(self, driver: Driver, image: str, named: Named) -> None:
        """A name means only what has it among its kind."""
        name = named("network")
        driver.create_network({"name": name})
        driver.create_volume({"name": named("volume")})
        assert driver.inspect("network", [name, "nothing"])[0] is not None
        assert driver.inspect("container", [name]) == [None]
        assert driver.inspect("volume", [name]) == [None]
        assert driver.inspect("image", [image, name])[1] is None

    def test_the_beginning_of_an_id_is_no_name(self, driver: Driver, create: Create, named: Named) -> None:
        """A name that happens to begin an id is not taken for that, neither to inspect nor to remove."""
        container, network = create(), driver.create_network({"name": named("network")})
        assert driver.inspect("container", [container[:6]]) == [None]
        assert driver.inspect("network", [network[:6]]) == [None]
        driver.remove("container", [container[:6]], force=True)
        driver.remove("network", [network[:6]])
        assert driver.inspect("container", [container]) != [None]
        assert driver.inspect("network", [network]) != [None]

    def test_many(self, driver: Driver, create: Create) -> None:
        """More refs than fit in one command are no matter."""
        container = create()
        found = driver.inspect("container", [*("nothing" for _ in range(450)), container])
        assert [facts["Id"] for facts in found if facts] == [container]
        assert len(found) == 451

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_ref_is_no_flag(self, driver: Driver, kind: Kind) -> None:
        """A ref that looks like a flag of a program is one that is missing."""
        assert driver.inspect(kind, ["--help", "-x"]) == [None, None]

    @pytest.mark.parametrize("kind", KINDS)
    def test_what_nothing_can_be_called(self, driver: Driver, kind: Kind) -> None:
        """A name that nothing can have is that of nothing."""
        assert driver.inspect(kind, ["Upper/Case", "a b"]) == [None, None]

    def test_an_address_of_a_container(self, run: Create, facts: FactsOf, network: str) -> None:
        """A running container has an address in its network, which knows it."""
        container = run(network=network)
        [attached] = facts(container)["NetworkSettings"]["Networks"].values()
        assert attached["NetworkID"] == network
        assert attached["IPAddress"].count(".") == attached["Gateway"].count(".") == 3
        assert container in facts(network, "network")["Containers"]


class TestIds:
    def test_labels_and_states(self, driver: Driver, create: Create, run: Create, named: Named) -> None:
        """Containers in every state that match all values of a label are given, once each."""
        mine = f"mine={named('container')}"
        labels = {"mine": mine.partition("=")[2]}
        created, running = create(labels={"a": "1", **labels}), run(labels={"a": "2", **labels})
        assert set(driver.ids("container", {"label": mine})) == {created, running}
        assert len(driver.ids("container", {"label": mine})) == 2
        assert driver.ids("container", {"label": [mine, "a=2"]}) == [running]
        assert driver.ids("container", {"label": [mine], "status": ["created", "exited"]}) == [created]
        assert driver.ids("container", {"label": [mine, "b"]}) == []
        assert driver.ids("container", {"label": f"{mine}-not"}) == []

    def test_filters_of_containers(self, driver: Driver, create: Create, named: Named) -> None:
        """A container is found by its name, or a part of it, by its network and by its volume."""
        name, network, volume = named("container"), named("network"), named("volume")
        driver.create_network({"name": network})
        container = create(name=name, network=network, volumes={volume: {"bind": "/data"}})
        for filters in ({"name": name}, {"name": name[:-2]}, {"network": network}, {"volume": volume}):
            assert driver.ids("container", filters) == [container]
        assert driver.ids("container", {"name": [name, "nothing"]}) == [container]
        assert driver.ids("container", {"name": name, "network": "nothing"}) == []

    def test_other_kinds(self, driver: Driver, own_image: str, named: Named, facts: FactsOf) -> None:
        """Images and networks are given by id, volumes by name."""
        name = named("network")
        network = driver.create_network({"name": name, "labels": {"mine": name}})
        volume = driver.create_volume({"name": named("volume"), "labels": {"mine": name}})
        assert driver.ids("image", {"reference": own_image}) == [facts(own_image, "image")["Id"]]
        assert driver.ids("image", {"label": f"own={own_image}"}) == [facts(own_image, "image")["Id"]]
        assert driver.ids("network", {"label": f"mine={name}"}) == driver.ids("network", {"name": name}) == [network]
        assert driver.ids("volume", {"label": f"mine={name}"}) == driver.ids("volume", {"name": volume}) == [volume]

    @pytest.mark.parametrize("kind", KINDS)
    def test_all(self, driver: Driver, kind: Kind, create: Create, own_image: str, named: Named) -> None:
        """Without filters there are all."""
        made = {
            "container": create(),
            "image": own_image,
            "network": driver.create_network({"name": named("network")}),
            "volume": driver.create_volume({"name": named("volume")}),
        }
        [facts] = driver.inspect(kind, [made[kind]])
        assert facts is not None
        assert facts["Name" if kind == "volume" else "Id"] in driver.ids(kind)


class TestRemove:
    @pytest.mark.parametrize("force", [False, True])
    @pytest.mark.parametrize("kind", KINDS)
    def test_missing_is_fine(self, driver: Driver, kind: Kind, force: bool) -> None:
        """What is not there is already removed."""
        driver.remove(kind, ["no-such-thing", "abcdef"], force=force)
        driver.remove(kind, [], force=force)

    def test_running(self, driver: Driver, run: Create, create: Create) -> None:
        """A running container is a conflict, the others are removed; with force it is gone at once."""
        running, created = run(), create()
        with pytest.raises(Conflict):
            driver.remove("container", [running, "no-such-container", created])
        assert driver.inspect("container", [created]) == [None]
        started = time.monotonic()
        driver.remove("container", [running], force=True)
        assert driver.inspect("container", [running]) == [None]
        assert time.monotonic() - started < 20

    def test_paused(self, driver: Driver, run: Create) -> None:
        """A paused container is removed with force."""
        container = run()
        driver.pause(container)
        driver.remove("container", [container], force=True)
        assert driver.inspect("container", [container]) == [None]

    @pytest.mark.parametrize("volumes", [False, True])
    def test_anonymous_volumes(self, driver: Driver, create: Create, facts: FactsOf, volumes: bool) -> None:
        """A container's anonymous volumes go along where that is asked for."""
        container = create(volumes=["/data"])
        volume = facts(container)["Mounts"][0]["Name"]
        driver.remove("container", [container], volumes=volumes)
        left = driver.inspect("volume", [volume])
        driver.remove("volume", [volume])
        assert (left == [None]) is volumes

    def test_named_volumes(self, driver: Driver, create: Create, named: Named) -> None:
        """A volume that has a name stays when its container goes."""
        volume = named("volume")
        driver.remove("container", [create(volumes={volume: {"bind": "/data"}})], volumes=True)
        assert driver.inspect("volume", [volume]) != [None]

    def test_what_removes_itself(self, driver: Driver, create: Create) -> None:
        """A container that the engine removes by itself at its end is gone when removing it comes back."""
        containers = [create(auto_remove=True) for _ in range(4)]
        for container in containers:
            driver.start(container)
            driver.remove("container", [container], force=True)
        assert driver.inspect("container", containers) == [None] * 4

    def test_image_in_use(self, driver: Driver, own_image: str, create: Create) -> None:
        """An image that a container has is a conflict."""
        create(image=own_image)
        with pytest.raises(Conflict):
            driver.remove("image", [own_image])

    def test_image_by_id(self, driver: Driver, own_image: str, facts: FactsOf) -> None:
        """An image is removed by its id as well."""
        driver.remove("image", [facts(own_image, "image")["Id"]])
        assert driver.inspect("image", [own_image]) == [None]

    def test_network_in_use(self, driver: Driver, network: str, run: Create, named: Named) -> None:
        """A network with a running container is forbidden to remove, also with force; the others are removed."""
        other = driver.create_network({"name": named("network")})
        container = run(network=network)
        with pytest.raises(Forbidden):
            driver.remove("network", [network, "no-such-network", other], force=True)
        found = driver.inspect("network", [network, other])
        assert [facts is not None for facts in found] == [True, False]
        assert driver.inspect("container", [container]) != [None]

    def test_a_part_of_a_name(self, driver: Driver, create: Create, named: Named) -> None:
        """What a name is only a part of is not found by it, nor removed."""
        made: dict[Kind, str] = {kind: named(kind) for kind in ("container", "network", "volume")}
        create(name=made["container"])
        driver.create_network({"name": made["network"]})
        driver.create_volume({"name": made["volume"]})
        for kind, name in made.items():
            for part in (name[:-1], name[1:-1]):
                assert driver.inspect(kind, [part]) == [None]
                driver.remove(kind, [part], force=True)
            assert driver.inspect(kind, [name]) != [None]

    def test_network_of_the_engine(self, driver: Driver, default_network: str) -> None:
        """The engine's own networks stay."""
        with pytest.raises(Forbidden):
            driver.remove("network", [default_network])

    def test_volume_in_use(self, driver: Driver, named: Named, create: Create) -> None:
        """A volume that a container has is a conflict to remove, also with force."""
        volume = named("volume")
        container = create(volumes={volume: {"bind": "/data"}})
        with pytest.raises(Conflict):
            driver.remove("volume", [volume], force=True)
        assert driver.inspect("container", [container]) != [None]

    def test_at_once(self, driver: Driver, run: Create) -> None:
        """Several calls that remove the same container do not get in each other's way."""
        container = run()
        with ThreadPoolExecutor(4) as pool:
            for done in [pool.submit(driver.remove, "container", [container], force=True) for _ in range(4)]:
                done.result(timeout=30)
        assert driver.inspect("container", [container]) == [None]
