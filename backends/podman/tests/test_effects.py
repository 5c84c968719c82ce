"""What podman does, where what it reports does not say so, and where its command line is known to do harm."""

from __future__ import annotations

import json
import os
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools.driver import Driver
from pytest_docker_tools.exceptions import Conflict, DriverError
from pytest_docker_tools.testing.fixtures import Build, Create, FactsOf, Named, Publish
from pytest_docker_tools.testing.unresponsive import Open
from pytest_docker_tools_podman.driver import PodmanDriver

pytest_plugins = ["pytest_docker_tools.testing.fixtures"]
pytestmark = pytest.mark.engine

NO_FOLDERS = {
    "defaultAction": "SCMP_ACT_ALLOW",
    "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}],
}
ADDRESS = "02:42:ac:11:00:99"
LIMITS = [{"Name": "nofile", "Soft": 100, "Hard": 200}, {"Name": "nproc", "Soft": 50, "Hard": 50}]


@pytest.mark.parametrize(
    ("options", "command", "expected"),
    [
        ({"cgroupns": "host"}, "readlink /proc/self/ns/cgroup", os.readlink("/proc/self/ns/cgroup")),
        ({"device_cgroup_rules": ["c 10:9 r"]}, "grep -c 'c 10:9 r$' /sys/fs/cgroup/devices/devices.list", "1"),
        ({"userns_mode": "host"}, "readlink /proc/self/ns/user", os.readlink("/proc/self/ns/user")),
        ({"mac_address": ADDRESS}, "cat /sys/class/net/eth0/address", ADDRESS),
        ({"security_opt": [f"seccomp={json.dumps(NO_FOLDERS)}"]}, "sh -c 'mkdir /x 2>/dev/null || echo no'", "no"),
        ({"volumes": ["/data"]}, "grep -c ' /data ' /proc/mounts", "1"),
        ({"sysctls": {"net.core.somaxconn": 99}}, "cat /proc/sys/net/core/somaxconn", "99"),
        ({"init": False}, "cat /proc/1/comm", "sleep"),
        ({"ipc_mode": "host"}, "readlink /proc/self/ns/ipc", os.readlink("/proc/self/ns/ipc")),
        ({"pid_mode": "host", "init": False}, "readlink /proc/self/ns/pid", os.readlink("/proc/self/ns/pid")),
        ({"ulimits": LIMITS}, "sh -c 'ulimit -Hn'", "200"),
        ({"environment": {"STORAGE_DRIVER": "x", "CONTAINERS_CONF": "y"}}, "sh -c 'echo $STORAGE_DRIVER'", "x"),
    ],
)
def test_option(driver: Driver, run: Create, options: dict[str, Any], command: str, expected: str) -> None:
    """An option that podman does not report does what was asked for."""
    assert driver.execute(run(**options), command).stdout.decode().strip() == expected


def test_processors_are_rounded(create: Create, facts: FactsOf) -> None:
    """A number of processors is had as precisely as podman's quota for a period allows."""
    assert facts(create(nano_cpus=1_234_567_891))["HostConfig"]["NanoCpus"] == 1_234_560_000


def test_the_init_that_is_named(run: Create) -> None:
    """The program that is to be the container's first process is the one that was named."""
    with pytest.raises(DriverError, match="/no/such/init"):
        run(init=True, init_path="/no/such/init")


def test_publishing_what_is_exposed(run: Create, facts: FactsOf) -> None:
    """A port that is only exposed is published when all are."""
    ports = facts(run(ports={"80/udp": []}, publish_all_ports=True))["NetworkSettings"]["Ports"]
    assert list(ports) == ["80/udp"]


class Begun(Exception):
    """What is waited for has happened."""


def test_a_build_that_is_ended_leaves_nothing(driver: Driver, build: Build, own_image: str) -> None:
    """The step that ran, and its container, which would keep the image in use, are gone with the build."""

    def end(line: str) -> None:
        # What the step writes, other than the line that says which step it is.
        if line == "begun 2":
            raise Begun

    with pytest.raises(Begun):
        build(end, fileobj=f"FROM {own_image}\nRUN echo begun $((1 + 1)); sleep 600\n".encode())
    driver.remove("image", [own_image])
    assert driver.inspect("image", [own_image]) == [None]


def test_a_build_without_the_cache(
    driver: Driver, build: Build, image: str, named: Named, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It leaves the image that was asked for, and none for each of its steps."""
    label = named("label")
    built = build(fileobj=f"FROM {image}\nLABEL {label}=1\nRUN touch /a\nRUN touch /b\n".encode(), nocache=True)
    # Those of steps are listed only if that is asked for.
    monkeypatch.setattr(driver, "list_commands", {"image": (*PodmanDriver.list_commands["image"], "--all")})
    assert driver.ids("image", {"label": label}) == [built]


def test_a_base_that_has_changed(
    publish: Publish, open_backend: Open, named: Named, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A base that is there is asked for at its registry only if that is wanted."""
    old = publish(labels={"which": "old"})
    registries = tmp_path / "registries.conf"
    registries.write_text(f'[[registry]]\nlocation = "{old.repository.partition("/")[0]}"\ninsecure = true\n')
    monkeypatch.setenv("CONTAINERS_REGISTRIES_CONF", str(registries))
    with closing(open_backend({})) as driver:
        driver.pull_image({"repository": old.reference})
        publish(repository=old.repository, labels={"which": "new"})
        options = {"fileobj": f"FROM {old.reference}\nLABEL a=b\n".encode(), "nocache": True}
        built = [driver.build_image({**options, "pull": pull, "tag": named("image")}) for pull in (False, True)]
        found = [facts["Config"]["Labels"]["which"] for facts in driver.inspect("image", built) if facts]
    assert found == ["old", "new"]


def test_removing_an_image_spares_containers(driver: Driver, create: Create, own_image: str, facts: FactsOf) -> None:
    """With force an image that a container has stays, and so does the container."""
    container, image = create(image=own_image), facts(own_image, "image")["Id"]
    with pytest.raises(Conflict):
        driver.remove("image", [image], force=True)
    assert driver.inspect("container", [container]) != [None]


def test_removing_an_image_with_several_names(driver: Driver, own_image: str, named: Named, facts: FactsOf) -> None:
    """An image with several names is removed by its id with force."""
    driver.tag_image(own_image, named("image"), "other")
    image = facts(own_image, "image")["Id"]
    driver.remove("image", [image], force=True)
    assert driver.inspect("image", [image]) == [None]


def test_the_beginning_of_a_volumes_name(driver: Driver, named: Named) -> None:
    """The beginning of a name, which podman would take for the volume, is none."""
    volume = driver.create_volume({"name": named("volume")})
    driver.remove("volume", [volume[:-2]])
    assert driver.inspect("volume", [volume, volume[:-2]])[1] is None
    assert driver.inspect("volume", [volume])[0] is not None


@pytest.mark.parametrize("kind", ["image", "volume"])
def test_several_filters(driver: Driver, build: Build, image: str, named: Named, kind: Any) -> None:
    """What is listed matches all of several filters, where podman would list what matches any."""
    mine = named("volume")
    for labels in ({"mine": mine, "a": "1"}, {"mine": mine}):
        if kind == "volume":
            driver.create_volume({"name": named("volume"), "labels": labels})
        else:
            build(fileobj=f"FROM {image}\n".encode(), labels=labels)
    assert len(driver.ids(kind, {"label": f"mine={mine}"})) == 2
    assert len(driver.ids(kind, {"label": [f"mine={mine}", "a=1"]})) == 1


def test_the_format_of_images(build: Build, image: str, facts: FactsOf) -> None:
    """An image has the health check of its Dockerfile, which podman's own format of images has no place for."""
    built = build(fileobj=f"FROM {image}\nHEALTHCHECK CMD true\n".encode())
    assert facts(built, "image")["Healthcheck"]["Test"] == ["CMD-SHELL", "true"]
