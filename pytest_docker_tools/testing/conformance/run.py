"""Creating and starting containers in one go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ...driver import Driver
from ...exceptions import Conflict, EngineError, ImageNotFound, PortUnavailable
from ..capabilities import needs
from ..fixtures import Build, Create, FactsOf, Named


class TestRunContainer:
    @pytest.fixture
    def run_at_once(self, driver: Driver, image: str, named: Named) -> Create:
        """Run a container, which sleeps, and give its id."""

        def run_at_once(**options: Any) -> str:
            asleep = {"image": image, "command": ["sleep", "600"], "init": True, "name": named("container")}
            return driver.run_container({**asleep, **options})

        return run_at_once

    def test_gives_the_full_id(self, run_at_once: Create, facts: FactsOf, named: Named) -> None:
        """The id is the engine's, and the container runs."""
        name = named("container")
        container = run_at_once(name=name)
        assert len(container) == 64
        assert facts(name)["Id"] == container
        assert facts(container)["State"]["Status"] == "running"

    def test_options(self, driver: Driver, run_at_once: Create, facts: FactsOf, named: Named) -> None:
        """It is what it would be if it were created first."""
        volume, network = named("volume"), driver.create_network({"name": named("network")})
        options = {
            "labels": {"made-for": "a, b"},
            "environment": ["A=b=c", "HOME=/home me"],
            "ports": {"80/tcp": None},
            "volumes": {volume: {"bind": "/data", "mode": "rw"}},
            "network": network,
            "networking_config": {network: {"Aliases": ["db"]}},
        }
        found = facts(run_at_once(**options))
        assert found["Config"]["Labels"]["made-for"] == "a, b"
        assert {"A=b=c", "HOME=/home me"} <= set(found["Config"]["Env"])
        assert found["NetworkSettings"]["Ports"]["80/tcp"][0]["HostPort"]
        assert [mount["Name"] for mount in found["Mounts"]] == [volume]
        [attached] = found["NetworkSettings"]["Networks"].values()
        assert "db" in attached["Aliases"]

    def test_several_networks(self, driver: Driver, run_at_once: Create, named: Named, facts: FactsOf) -> None:
        """It is in all of its networks, and has an address in each."""
        names = [named("network"), named("network")]
        for name in names:
            driver.create_network({"name": name})
        container = run_at_once(networking_config={name: {"Aliases": [f"in-{name}"]} for name in names})
        attached = facts(container)["NetworkSettings"]["Networks"]
        assert set(attached) == set(names)
        assert [f"in-{name}" in attached[name]["Aliases"] for name in names] == [True, True]
        assert all(attached[name]["IPAddress"] for name in names)

    @needs("processes")
    @pytest.mark.parametrize(
        ("entrypoint", "command", "expected"),
        [("", None, b"from the image\n"), (["echo", "first"], ["then"], b"first then\n"), (None, ["-c", "id"], b"")],
    )
    def test_entrypoint(
        self,
        driver: Driver,
        image: str,
        build: Build,
        run_at_once: Create,
        entrypoint: Any,
        command: Any,
        expected: Any,
    ) -> None:
        """Entrypoint and command mean what they mean to a container that is created first."""
        dockerfile = f'FROM {image}\nENTRYPOINT ["false"]\nCMD ["echo", "from the image"]'
        container = run_at_once(image=build(fileobj=dockerfile.encode()), entrypoint=entrypoint, command=command)
        driver.wait(container, timeout=30)
        assert driver.logs(container) == expected

    def test_missing_image(self, run_at_once: Create, named: Named) -> None:
        """An image that is not there is an error that names it, and no container."""
        name = named("image")
        with pytest.raises(ImageNotFound, match=name) as raised:
            run_at_once(image=name)
        assert raised.value.created is None

    def test_image_of_a_registry(self, driver: Driver, run_at_once: Create, publish: Callable[..., Any]) -> None:
        """An image that only a registry has is not pulled."""
        published = publish()
        with pytest.raises(ImageNotFound):
            run_at_once(image=published.reference)
        assert driver.inspect("image", [published.reference]) == [None]

    def test_taken_name(self, run_at_once: Create, create: Create, named: Named, facts: FactsOf) -> None:
        """A name that another container has is a conflict, and nothing happens to that."""
        name = named("container")
        create(name=name)
        with pytest.raises(Conflict, match=name) as raised:
            run_at_once(name=name)
        assert raised.value.created is None
        assert facts(name)["State"]["Status"] == "created"

    def test_port_in_use(self, driver: Driver, run: Create, run_at_once: Create, named: Named, facts: FactsOf) -> None:
        """A container that cannot have its host port stays, and is named by the error, which is that of `start`."""
        port = facts(run(ports={80: ("127.0.0.1",)}))["NetworkSettings"]["Ports"]["80/tcp"][0]["HostPort"]
        name = named("container")
        with pytest.raises(PortUnavailable, match=port) as raised:
            run_at_once(name=name, ports={80: ("127.0.0.1", port)})
        assert raised.value.created == facts(name)["Id"]
        assert facts(name)["State"]["Status"] in ("created", "exited")
        with pytest.raises(PortUnavailable, match=port):
            driver.start(name)

    @needs("processes")
    def test_missing_command(self, driver: Driver, run_at_once: Create, named: Named, facts: FactsOf) -> None:
        """A container whose command is missing stays, and can be looked at and removed."""
        name = named("container")
        with pytest.raises(EngineError, match="no-such-command") as raised:
            run_at_once(name=name, command=["no-such-command"], init=False)
        container = raised.value.created or ""
        assert container == facts(name)["Id"]
        assert driver.logs(container) == b""
        driver.remove("container", [container])
        assert driver.inspect("container", [name]) == [None]
