"""Creating containers."""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ...driver import Driver
from ...exceptions import Conflict, EngineError, ImageNotFound, UnsupportedOption
from ...options import ContainerOptions
from ..capabilities import allowed, needs
from ..fixtures import Accepts, Build, Create, FactsOf, Named


class TestCreateContainer:
    def test_gives_the_full_id(self, create: Create, facts: FactsOf, named: Named) -> None:
        """The id is the engine's, and the container has not been started."""
        name = named("container")
        container = create(name=name)
        assert len(container) == 64
        assert facts(container)["Id"] == facts(name)["Id"] == container
        assert facts(container)["Name"] == f"/{name}"
        assert facts(container)["State"]["Status"] == "created"

    def test_image(self, create: Create, facts: FactsOf, own_image: str) -> None:
        """A container is of the image that was named, by name or id."""
        image = facts(own_image, "image")["Id"]
        assert [facts(create(image=ref))["Image"] for ref in (own_image, image)] == [image, image]

    def test_none_is_no_value(self, image: str, create: Create, facts: FactsOf, named: Named) -> None:
        """An option that is None is as if it had not been given."""
        nothing = dict.fromkeys(ContainerOptions.__annotations__)
        container = create(**{**nothing, "image": image, "name": named("container")})
        assert facts(container)["Config"]["Image"] == image

    @needs("processes")
    def test_environment(self, driver: Driver, image: str, build: Build, run: Create) -> None:
        """Values of any form reach the container, also of names that the client reads; None unsets the image's."""
        image = build(fileobj=f"FROM {image}\nENV MINE=1 OTHER=2\n".encode())
        wanted = {"LINES": "a\nb=c", "HOME": "/home me", "DOCKER_HOST": "tcp://x", "http_proxy": "http://p", "N": 1}
        container = run(image=image, environment={**wanted, "PATH": "/bin:/x", "MINE": None})
        found = driver.execute(container, ["cat", "/proc/1/environ"]).stdout.decode().split("\0")
        assert {f"{name}={value}" for name, value in wanted.items()} <= set(found)
        assert {"PATH=/bin:/x", "OTHER=2"} <= set(found)
        assert not [line for line in found if line.startswith("MINE=")]

    def test_reported_environment(self, create: Create, facts: FactsOf) -> None:
        """The environment is part of what the engine reports, from a dict or a list."""
        for environment in ({"A": "b=c", "D": ""}, ["A=b=c", "D="]):
            assert {"A=b=c", "D="} <= set(facts(create(environment=environment))["Config"]["Env"])

    def test_an_unset_variable_is_not_ours(
        self,
        facts: FactsOf,
        open_backend: Callable[..., Driver],
        named: Named,
        image: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """A variable that is unset does not come from the environment of the tests."""
        monkeypatch.setenv("UNSET_ME", "ours")
        with closing(open_backend({})) as driver:
            options = {"image": image, "name": named("container"), "environment": ["UNSET_ME"]}
            found = facts(driver.create_container(options))["Config"]["Env"]
        assert "UNSET_ME=ours" not in found

    @needs("processes")
    @pytest.mark.parametrize(
        ("entrypoint", "command", "expected"),
        [
            ([], None, b"from the image\n"),
            ("", None, b"from the image\n"),
            ([""], ["echo", "given"], b"given\n"),
            (["echo", "first"], None, b"first\n"),
            (["echo", "first"], ["then"], b"first then\n"),
            (None, ["true"], b""),
        ],
    )
    def test_entrypoint(
        self, driver: Driver, image: str, build: Build, run: Create, entrypoint: Any, command: Any, expected: bytes
    ) -> None:
        """An empty entrypoint removes the image's own and keeps its command; another one removes both."""
        dockerfile = f'FROM {image}\nENTRYPOINT ["false"]\nCMD ["echo", "from the image"]'
        container = run(image=build(fileobj=dockerfile.encode()), entrypoint=entrypoint, command=command)
        assert driver.wait(container, timeout=30) == (1 if entrypoint is None else 0)
        assert driver.logs(container) == expected

    @needs("processes", "host")
    def test_folders_of_the_host(self, driver: Driver, run: Create, facts: FactsOf, tmp_path: Path) -> None:
        """Folders are where they were asked for, with quotes and commas in their names, and can be read-only."""
        (folder := tmp_path / 'a,"b').mkdir()
        (folder / "file").write_text("from the host")
        container = run(
            volumes={str(tmp_path): {"bind": "/plain", "mode": "ro"}},
            mounts=[{"Type": "bind", "Source": str(folder), "Target": "/quoted", "ReadOnly": True}],
        )
        mounts = {mount["Destination"]: mount for mount in facts(container)["Mounts"]}
        assert mounts["/plain"]["RW"] is mounts["/quoted"]["RW"] is False
        assert driver.execute(container, ["cat", "/quoted/file"]).stdout == b"from the host"
        assert driver.execute(container, ["touch", "/quoted/new"]).exit_code == 1

    def test_volumes(self, driver: Driver, create: Create, facts: FactsOf, named: Named) -> None:
        """Volumes are where they were asked for; one that is not there yet is made."""
        mapped, mounted = named("volume"), named("volume")
        container = create(
            volumes={mapped: {"bind": "/mapped", "mode": "rw"}},
            mounts=[
                {"Type": "volume", "Source": mounted, "Target": "/mounted", "ReadOnly": True},
                {"Type": "volume", "Source": None, "Target": "/anonymous"},
            ],
        )
        mounts = {mount["Destination"]: mount for mount in facts(container)["Mounts"]}
        assert mounts["/mapped"]["Name"] == mapped
        assert mounts["/mounted"]["Name"] == mounted
        assert [mounts[path]["RW"] for path in ("/mapped", "/mounted", "/anonymous")] == [True, False, True]
        assert driver.inspect("volume", [mapped, mounted, mounts["/anonymous"]["Name"]]).count(None) == 0
        driver.remove("container", [container], volumes=True)

    @needs("processes")
    def test_memory_as_a_folder(self, driver: Driver, run: Create) -> None:
        """A folder in memory has the size and mode asked for."""
        options = {"SizeBytes": 65536, "Mode": 0o1700}
        container = run(mounts=[{"Type": "tmpfs", "Target": "/scratch", "TmpfsOptions": options}])
        assert driver.execute(container, ["stat", "-c", "%a", "/scratch"]).stdout == b"1700\n"
        assert b"size=64k" in driver.execute(container, ["grep", "/scratch", "/proc/mounts"]).stdout

    def test_volumes_from_and_container_modes(self, create: Create, facts: FactsOf) -> None:
        """A container can be named in options of another."""
        first = create(volumes=["/shared"])
        other = create(volumes_from=[first], network_mode=f"container:{first}", links=None)
        assert facts(other)["HostConfig"]["VolumesFrom"] == [first]
        assert facts(other)["HostConfig"]["NetworkMode"] == f"container:{first}"

    @needs("processes")
    def test_links(self, driver: Driver, run: Create, accepts: Accepts) -> None:
        """A link gives another container a name."""
        first = run()
        with allowed(accepts("container", "links")):
            other = run(links={first: "database"})
            assert b"database" in driver.execute(other, ["cat", "/etc/hosts"]).stdout

    def test_missing_image(self, driver: Driver, create: Create, named: Named) -> None:
        """An image that is not there is not pulled, and the error names it."""
        name = named("image")
        with pytest.raises(ImageNotFound, match=name):
            create(image=name)

    def test_image_of_a_registry(self, driver: Driver, create: Create, publish: Callable[..., Any]) -> None:
        """An image that only a registry has is not pulled either."""
        published = publish()
        with pytest.raises(ImageNotFound):
            create(image=published.reference)
        assert driver.inspect("image", [published.reference]) == [None]

    def test_taken_name(self, create: Create, named: Named) -> None:
        """A name that another container has is a conflict."""
        name = named("container")
        create(name=name)
        with pytest.raises(Conflict, match=name):
            create(name=name)

    def test_missing_network(self, create: Create, driver: Driver) -> None:
        """A network that is not there is the engine's error, when the container is created or started."""
        with pytest.raises(EngineError, match="no-such-network"):
            driver.start(create(network="no-such-network"))

    def test_options_stay_as_they_are(self, driver: Driver, image: str, named: Named) -> None:
        """What a caller gives is the caller's: neither options nor what is in them are changed."""
        container = {"image": image, "name": named("container"), "environment": {"A": "1"}, "labels": {"a": "1"}}
        container |= {"command": ["true"], "ports": {"80/tcp": [None]}, "volumes": {named("volume"): {"bind": "/v"}}}
        network = {"name": named("network"), "labels": {"a": "1"}}
        volume = {"name": named("volume"), "labels": {"a": "1"}}
        before = copy.deepcopy((container, network, volume))
        driver.create_container(container)
        driver.create_network(network)
        driver.create_volume(volume)
        assert (container, network, volume) == before

    def test_no_image(self, driver: Driver) -> None:
        """There is no container without an image."""
        with pytest.raises(UnsupportedOption, match="image"):
            driver.create_container({"command": ["true"]})

    def test_two_names_of_one_thing(self, create: Create) -> None:
        """Options that contradict each other are refused."""
        with pytest.raises(UnsupportedOption, match="network_mode"):
            create(network="bridge", network_mode="none")

    def test_unknown(self, driver: Driver, image: str) -> None:
        """A keyword that there is not is refused, and named."""
        with pytest.raises(UnsupportedOption) as raised:
            driver.create_container({"image": image, "colour": "red"})
        assert raised.value.keyword == "colour"
