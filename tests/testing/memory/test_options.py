"""The options of a container in memory, and the filters of `ids`."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_docker_tools.driver import Filters, Kind
from pytest_docker_tools.exceptions import EngineError, UnsupportedOption
from pytest_docker_tools.normalise import TABLES
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage
from pytest_docker_tools.testing.memory import options as memory_options

from .conftest import facts_of, running


def test_every_keyword_has_its_place() -> None:
    """Each keyword of a container is in one of the tables, or is carried out elsewhere, or has gone before."""
    # Brought together with another, or refused, by the normal form.
    gone = {"lxc_conf", "network", "remove", "version"}
    tables = [set(memory_options.HOST_CONFIG), set(memory_options.CONFIG), memory_options.ELSEWHERE, gone]
    assert sorted(keyword for table in tables for keyword in table) == sorted(TABLES["container"])


@pytest.mark.parametrize(
    ("options", "key", "expected"),
    [
        ({"devices": ["/dev/a", "/dev/b:/dev/c:r"]}, "Devices", [("/dev/a", "rwm"), ("/dev/c", "r")]),
        ({"extra_hosts": {"b": "::1", "a": "10.0.0.1"}}, "ExtraHosts", ["a:10.0.0.1", "b:::1"]),
        ({"links": [("db", "alias"), ("x", None)]}, "Links", ["db:alias", "x:x"]),
        ({"log_config": {"type": "none"}}, "LogConfig", {"Type": "none", "Config": {}}),
        ({"restart_policy": {"Name": "always"}}, "RestartPolicy", {"Name": "always", "MaximumRetryCount": 0}),
        ({"tmpfs": ["/a", "/b:size=1m"]}, "Tmpfs", {"/a": "", "/b": "size=1m"}),
        ({"ulimits": [{"name": "nofile", "soft": 1}]}, "Ulimits", [{"Name": "nofile", "Soft": 1, "Hard": 1}]),
        ({"ports": {80: ("::1", 90)}}, "PortBindings", {"80/tcp": [{"HostIp": "::1", "HostPort": "90"}]}),
        ({}, "NetworkMode", "default"),
    ],
)
def test_host_config(driver: MemoryDriver, options: dict[str, Any], key: str, expected: Any) -> None:
    """Options are found in HostConfig, in the engine's form."""
    found = facts_of(driver, driver.create_container({"image": "server", **options}))["HostConfig"][key]
    if key == "Devices":
        found = [(device["PathInContainer"], device["CgroupPermissions"]) for device in found]
    assert found == expected


@pytest.mark.parametrize(
    ("options", "entrypoint", "cmd"),
    [
        ({}, ["tini"], ["run"]),
        ({"command": "a 'b c'"}, ["tini"], ["a", "b c"]),
        ({"entrypoint": ["sh", "-c"]}, ["sh", "-c"], None),
        ({"entrypoint": "sh", "command": ["x"]}, ["sh"], ["x"]),
        ({"entrypoint": ""}, None, ["run"]),
        ({"entrypoint": [], "command": "x"}, None, ["x"]),
    ],
)
def test_process(
    driver: MemoryDriver, engine: MemoryEngine, options: dict[str, Any], entrypoint: object, cmd: object
) -> None:
    """Entrypoint and command take the place of the image's as they do on an engine."""
    engine.add_image("app", MemoryImage(entrypoint=("tini",), cmd=("run",)))
    config = facts_of(driver, driver.create_container({"image": "app", **options}))["Config"]
    assert (config["Entrypoint"], config["Cmd"]) == (entrypoint, cmd)


def test_config(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """Environment and labels are added to the image's, a None takes a variable away, and the others replace."""
    image = MemoryImage(env={"A": "1", "B": "2", "C": "3"}, labels={"a": "1", "b": "2"}, user="root", working_dir="/w")
    engine.add_image("app", image)
    options = {
        "image": "app",
        "environment": {"B": None, "C": "x=y", "D": ""},
        "labels": {"b": "mine"},
        "user": 1000,
        "hostname": "db",
        "healthcheck": {"test": "true", "interval": 5},
    }
    config = facts_of(driver, driver.create_container(options))["Config"]
    assert sorted(config["Env"]) == ["A=1", "C=x=y", "D="]
    assert config["Labels"] == {"a": "1", "b": "mine"}
    assert (config["User"], config["WorkingDir"], config["Hostname"]) == ("1000", "/w", "db")
    assert config["Healthcheck"] == {"Test": ["CMD-SHELL", "true"], "Interval": 5}


def test_an_image_may_be_an_object(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """An image can be given by what has its id, and has to be given."""

    class Image:
        id = engine.add_image("app")

    assert facts_of(driver, driver.create_container({"image": Image()}))["Image"] == Image.id


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("restart_policy", {"Name": "always", "Often": 1}),
        ("ulimits", {"name": "nofile"}),
        ("healthcheck", {"start_interval": 1}),
    ],
)
def test_values_that_cannot_be_meant(driver: MemoryDriver, keyword: str, value: object) -> None:
    """A value in a form that there is not is refused, and the keyword is named."""
    with pytest.raises(UnsupportedOption) as caught:
        driver.create_container({"image": "server", keyword: value})
    assert caught.value.keyword == keyword


@pytest.mark.parametrize(
    ("kind", "filters", "expected"),
    [
        ("container", {}, {"aa", "bb"}),
        ("container", {"label": "x=1"}, {"aa"}),
        ("container", {"name": "^/?aa$"}, {"aa"}),
        ("container", {"name": ["aa", "bb"]}, {"aa", "bb"}),
        ("container", {"status": "running"}, {"aa"}),
        ("container", {"status": ["running", "created"]}, {"aa", "bb"}),
        ("container", {"volume": "/data"}, {"bb"}),
        ("container", {"ancestor": "server:latest"}, {"aa", "bb"}),
        ("container", {"exited": "0"}, set()),
        ("network", {"name": "net", "driver": "bridge", "scope": "local"}, {"net"}),
        ("network", {"label": "x"}, set()),
        ("volume", {"label": "v=1"}, {"vol"}),
        ("volume", {"name": "vo", "driver": "local", "dangling": "false"}, {"vol"}),
        ("image", {"reference": "serv*"}, {"server:latest"}),
        ("image", {"reference": "server:1", "dangling": "false"}, set()),
    ],
)
def test_filters(driver: MemoryDriver, kind: Kind, filters: Filters, expected: set[str]) -> None:
    """Labels have to match all, and of other filters one of several values."""
    driver.create_network({"name": "net"})
    driver.create_volume({"name": "vol", "labels": {"v": "1"}})
    running(driver, name="aa", labels={"x": "1"})
    options = {"image": "server", "name": "bb", "labels": {"x": "2", "y": ""}, "network": "net"}
    driver.create_container({**options, "volumes": ["vol:/data"]})
    found = [item or {} for item in driver.inspect(kind, driver.ids(kind, filters))]
    assert {item["RepoTags"][0] if kind == "image" else item["Name"].lstrip("/") for item in found} == expected


def test_ids_and_newest_first(driver: MemoryDriver) -> None:
    """Containers and networks are found by the beginning of their id, and the newest comes first."""
    first, second = running(driver), running(driver)
    assert driver.ids("container") == [second, first]
    assert driver.ids("container", {"id": first[:20]}) == [first]
    network = driver.create_network({"name": "net"})
    assert driver.ids("network", {"id": network[:20]}) == [network]


def test_unknown_filters(driver: MemoryDriver) -> None:
    """A filter that there is not is an error that lists those there are."""
    running(driver)
    with pytest.raises(EngineError, match=r"Invalid filter 'colour'.*label"):
        driver.ids("container", {"colour": "red"})
