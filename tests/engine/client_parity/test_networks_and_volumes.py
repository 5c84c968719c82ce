"""Networks and volumes."""

from __future__ import annotations

from typing import Any

from pytest_docker_tools.testing.capabilities import needs

from .conftest import Make, Named, Raises, label


class TestNetworks:
    def test_create(self, client: Any, named: Named, mark: str) -> None:
        """A network has what it was created with, also by the positions of docker-py's parameters."""
        name = named("network")
        made = client.networks.create(name, "bridge", None, None, True, True, label(mark))
        assert made.name == name
        assert made.short_id == made.id[:12]
        assert made.attrs["Internal"] is True
        assert made.attrs["Labels"] == label(mark)
        assert repr(made) == f"<Network: {made.short_id}>"
        assert client.networks.get(name) == client.networks.get(network_id=made.id) == made

    @needs("network_ids")
    def test_get_by_short_id(self, client: Any, named: Named) -> None:
        """A network is found by its short id."""
        made = client.networks.create(named("network"))
        assert client.networks.get(made.short_id) == made

    def test_name_taken(self, client: Any, named: Named, raises: Raises) -> None:
        """With `check_duplicate`, a name that is taken is a conflict."""
        name = named("network")
        client.networks.create(name, check_duplicate=True)
        with raises("Conflict"):
            client.networks.create(name, check_duplicate=True)

    def test_list(self, client: Any, named: Named, mark: str) -> None:
        """Networks are found by parts of names and by labels."""
        made = [client.networks.create(named("network"), labels=label(mark)) for _ in range(2)]
        assert set(client.networks.list(filters={"label": mark})) == set(made)
        assert client.networks.list([made[0].name], filters={"label": mark}) == [made[0]]
        assert client.networks.list(names=[made[0].name[3:]]) == [made[0]]
        assert set(made) <= set(client.networks.list())
        assert set(client.networks.list([], [], {"label": [mark]})) == set(made)

    @needs("network_ids")
    def test_list_by_id(self, client: Any, named: Named) -> None:
        """Networks are found by parts of ids, which have to fit as well as the names."""
        made = [client.networks.create(named("network")) for _ in range(2)]
        assert client.networks.list(ids=[made[1].id]) == [made[1]]
        assert client.networks.list(names=[made[0].name], ids=[made[1].id]) == []

    def test_connect(self, client: Any, named: Named, run: Make) -> None:
        """A container, or its id or name, is attached, with aliases, and detached."""
        network, made = client.networks.create(named("network")), run()
        assert network.containers == []
        assert network.connect(made, aliases=["alias"]) is None
        assert network.containers == []
        network.reload()
        assert network.containers == [made]
        [found] = client.networks.list(names=[network.name], greedy=True)
        assert found.containers == [made]
        made.reload()
        assert "alias" in made.attrs["NetworkSettings"]["Networks"][network.name]["Aliases"]
        assert network.disconnect(made.name) is None
        network.connect(made.id)
        network.disconnect(made, force=True)
        network.reload()
        assert network.containers == []

    def test_remove(self, client: Any, named: Named, run: Make, raises: Raises) -> None:
        """A network in use is not removed; one that is gone is NotFound."""
        network = client.networks.create(named("network"))
        made = run(network=network.name)
        with raises("Forbidden"):
            network.remove()
        made.remove(force=True)
        assert network.remove() is None
        for act in (network.remove, network.reload):
            with raises("NotFound"):
                act()
        with raises("NotFound"):
            client.networks.get("no-such-network")
        with raises("no id"):
            client.networks.get("")


class TestVolumes:
    def test_create(self, client: Any, named: Named, mark: str) -> None:
        """A volume's id is its name."""
        name = named("volume")
        made = client.volumes.create(name, driver="local", labels=label(mark))
        assert made.id == made.name == made.attrs["Name"] == name
        assert made.short_id == name[:12]
        assert made.attrs["Labels"] == label(mark)
        assert client.volumes.get(name) == client.volumes.get(volume_id=name) == made

    def test_name_taken(self, client: Any, named: Named) -> None:
        """The volume that has a name already is given for it."""
        made = client.volumes.create(named("volume"))
        assert client.volumes.create(name=made.name) == made

    def test_without_a_name(self, client: Any) -> None:
        """A volume without a name gets one from the engine."""
        made = client.volumes.create()
        try:
            assert len(made.name) == 64
        finally:
            made.remove()

    def test_list(self, client: Any, named: Named, mark: str) -> None:
        """Volumes are listed by filters; True is a value."""
        made = client.volumes.create(named("volume"), labels=label(mark))
        assert client.volumes.list(filters={"label": mark}) == [made]
        assert client.volumes.list(filters={"name": made.name, "dangling": True}) == [made]
        assert client.volumes.list(filters={"name": made.name, "dangling": False}) == []
        assert client.volumes.list(filters={"label": "parity=no-such"}) == []
        assert made in client.volumes.list()

    def test_remove(self, client: Any, named: Named, create: Make, raises: Raises) -> None:
        """A volume in use is not removed; one that is gone is NotFound, also by force."""
        volume = client.volumes.create(named("volume"))
        made = create(volumes={volume.name: {"bind": "/data"}})
        with raises("Conflict"):
            volume.remove()
        made.remove()
        assert volume.remove() is None
        for act in (volume.remove, lambda: volume.remove(force=True), volume.reload):
            with raises("NotFound"):
                act()
        with raises("NotFound"):
            client.volumes.get("no-such-volume")


def test_prepare_model(client: Any, named: Named, run: Make, image: str) -> None:
    """Of its inspect JSON each kind of object is made without asking the engine."""
    network, volume = client.networks.create(named("network")), client.volumes.create(named("volume"))
    found = [(client.images, client.images.get(image)), (client.containers, run())]
    for collection, made in [*found, (client.networks, network), (client.volumes, volume)]:
        assert collection.prepare_model(made.attrs) == made
