"""How options are brought to the form in which docker-py takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import docker.errors
import pytest
from docker import types

from pytest_docker_tools import options as known
from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools_docker_py import creation
from pytest_docker_tools_docker_py.options import (
    BUILD,
    CONNECT,
    CONTAINER,
    EXECUTE,
    NETWORK,
    PULL,
    VOLUME,
    Table,
    arguments,
    blamed,
)

FORMS: list[tuple[str, Any, Any]] = [
    ("auto_remove", 1, True),
    ("blkio_weight_device", [{"Path": "/dev/x", "Weight": 5}], [{"Path": "/dev/x", "Weight": 5}]),
    ("cap_add", ("A", "B"), ["A", "B"]),
    ("command", "echo 'a b'", ["echo", "a b"]),
    ("command", "", []),
    ("cpu_shares", "512", 512),
    ("device_read_bps", [{"path": "/dev/x", "rate": 5}], [{"Path": "/dev/x", "Rate": 5}]),
    (
        "device_requests",
        [types.DeviceRequest(count=-1, capabilities=[["gpu"]])],
        [{"Driver": "", "Count": -1, "DeviceIDs": [], "Capabilities": [["gpu"]], "Options": {}}],
    ),
    ("device_requests", [{"device_ids": ["0"]}], [{"DeviceIDs": ["0"]}]),
    (
        "devices",
        ["/dev/x", "/dev/x:/dev/y:r", {"pathonhost": "/dev/z"}],
        [
            {"PathOnHost": "/dev/x", "PathInContainer": "/dev/x", "CgroupPermissions": "rwm"},
            {"PathOnHost": "/dev/x", "PathInContainer": "/dev/y", "CgroupPermissions": "r"},
            {"PathOnHost": "/dev/z", "PathInContainer": "/dev/z", "CgroupPermissions": "rwm"},
        ],
    ),
    ("entrypoint", ["a b"], ["a b"]),
    ("environment", {"A": 1, "B": None, "C": b"x=y"}, ["A=1", "B", "C=x=y"]),
    ("environment", ["A=1", "B", "A=2"], ["A=2", "B"]),
    ("extra_hosts", {"a": "::1"}, ["a:::1"]),
    ("extra_hosts", ["a:1.2.3.4"], ["a:1.2.3.4"]),
    ("group_add", [1, "b"], ["1", "b"]),
    (
        "healthcheck",
        {"Test": ["CMD", "true"], "StartPeriod": 5, "retries": 2, "timeout": None},
        {"test": ["CMD", "true"], "start_period": 5, "retries": 2},
    ),
    ("healthcheck", {"test": "NONE"}, {"test": ["NONE"]}),
    ("healthcheck", types.Healthcheck(interval=5), {"test": None, "interval": 5}),
    ("labels", ["a"], {"a": ""}),
    ("links", {"a": "b", "c": None}, [("a", "b"), ("c", "")]),
    ("log_config", types.LogConfig(type="json-file", config={"a": "1"}), {"Type": "json-file", "Config": {"a": "1"}}),
    ("mem_limit", "1.5gb", 3 * 2**29),
    (
        "mounts",
        [types.Mount("/x", None, type="tmpfs", tmpfs_size="1m", tmpfs_mode=0o1777)],
        [{"Type": "tmpfs", "Target": "/x", "ReadOnly": False, "TmpfsOptions": {"SizeBytes": 2**20, "Mode": 0o1777}}],
    ),
    ("mounts", [{"Target": "/x"}], [{"Type": "volume", "Target": "/x"}]),
    (
        "mounts",
        [
            types.Mount(
                "/x", "v", labels={"a": "b"}, no_copy=True, driver_config=types.DriverConfig("local", {"o": "p"})
            )
        ],
        [
            {
                "Type": "volume",
                "Source": "v",
                "Target": "/x",
                "ReadOnly": False,
                "VolumeOptions": {
                    "NoCopy": True,
                    "Labels": {"a": "b"},
                    "DriverConfig": {"Name": "local", "Options": {"o": "p"}},
                },
            }
        ],
    ),
    (
        "networking_config",
        {"n": {"aliases": ["a"], "ipv4_address": "1.2.3.4"}},
        {"n": {"Aliases": ["a"], "IPAMConfig": {"IPv4Address": "1.2.3.4"}}},
    ),
    ("networking_config", {"n": types.EndpointConfig("1.41", links={"a": "b"})}, {"n": {"Links": ["a:b"]}}),
    ("networking_config", {"n": None}, {"n": {}}),
    (
        "ports",
        {80: None, "81/UDP": 5, "82": ("::1", 6), 83: [], 84: [1, ("127.0.0.1",)]},
        {
            "80/tcp": [{"HostIp": "", "HostPort": ""}],
            "81/udp": [{"HostIp": "", "HostPort": "5"}],
            "82/tcp": [{"HostIp": "::1", "HostPort": "6"}],
            "83/tcp": [],
            "84/tcp": [{"HostIp": "", "HostPort": "1"}, {"HostIp": "127.0.0.1", "HostPort": ""}],
        },
    ),
    ("restart_policy", {"name": "on-failure", "MaximumRetryCount": 3}, {"Name": "on-failure", "MaximumRetryCount": 3}),
    ("security_opt", 'seccomp={"a": 1}', ['seccomp={"a": 1}']),
    ("stop_signal", 9, "9"),
    ("sysctls", {"a": 1}, {"a": "1"}),
    ("tmpfs", ["/x:size=1m", "/y"], {"/x": "size=1m", "/y": ""}),
    ("ulimits", [types.Ulimit(name="nofile", soft=5, hard=6)], [{"Name": "nofile", "Soft": 5, "Hard": 6}]),
    ("ulimits", [{"name": "nofile", "soft": 5}], [{"Name": "nofile", "Soft": 5, "Hard": 5}]),
    ("user", 0, "0"),
    ("version", "auto", "auto"),
    ("volumes", {"/a": {"bind": "/b", "ro": True}, "v": {"bind": "/c"}}, ["/a:/b:ro", "v:/c:rw"]),
    ("volumes", ["/anonymous", "v:/c:z"], ["/anonymous", "v:/c:z"]),
    ("volumes_from", "a,b:ro", ["a", "b:ro"]),
]

REFUSED: list[tuple[Table, str, Any]] = [
    (CONTAINER, "colour", "red"),
    (CONTAINER, "stop_timeout", 5),
    (CONTAINER, "init", "yes"),
    (CONTAINER, "hostname", ["x"]),
    (CONTAINER, "hostname", True),
    (CONTAINER, "cpu_shares", 1.5),
    (CONTAINER, "cpu_shares", True),
    (CONTAINER, "cpu_count", 2),
    (CONTAINER, "cpu_percent", 5),
    (CONTAINER, "lxc_conf", {}),
    (CONTAINER, "version", "1.30"),
    (CONTAINER, "sysctls", ["a=b"]),
    (CONTAINER, "command", ["a\0b"]),
    (CONTAINER, "command", ["\udc80"]),
    (CONTAINER, "environment", {"A": "\0"}),
    (CONTAINER, "labels", {"\udc80": "x"}),
    (CONTAINER, "mem_limit", "much"),
    (CONTAINER, "mounts", [{"Target": "/x", "Frob": 1}]),
    (CONTAINER, "mounts", [{"Target": "/x", "BindOptions": {"Frob": 1}}]),
    (CONTAINER, "mounts", types.Mount("/x", "y")),
    (CONTAINER, "mounts", ["/x"]),
    (CONTAINER, "ulimits", [{"Name": "nofile", "Middle": 5}]),
    (CONTAINER, "healthcheck", {"test": ["echo"]}),
    (CONTAINER, "healthcheck", {"test": "true", "interval": "5s"}),
    (CONTAINER, "log_config", "json-file"),
    (CONTAINER, "restart_policy", "always"),
    (CONTAINER, "networking_config", ["n"]),
    (CONTAINER, "networking_config", {"n": {"Frob": 1}}),
    (CONTAINER, "ports", [80]),
    (CONTAINER, "volumes", {"./x": {"bind": "/y"}}),
    (CONTAINER, "volumes", {"/a:b": {"bind": "/y"}}),
    (CONTAINER, "volumes", ["~/x:/y"]),
    (BUILD, "timeout", 5),
    (BUILD, "container_limits", {"cpus": 5}),
    (BUILD, "squash", "yes"),
    (PULL, "all_tags", True),
    (PULL, "auth_config", "me:secret"),
    (NETWORK, "check_duplicate", False),
    (NETWORK, "ipam", {"Config": [{"Net": "x"}]}),
    (VOLUME, "driver_opts", "x"),
    (CONNECT, "aliases", 5),
]


def as_plain(value: Any) -> Any:
    """Give a value without docker-py's classes, so that only what is sent is compared."""
    if isinstance(value, Mapping):
        return {key: as_plain(item) for key, item in value.items()}
    return [as_plain(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("keyword", "value", "expected"), FORMS)
def test_forms(keyword: str, value: Any, expected: Any) -> None:
    """Each form in which a keyword may be written becomes the one that docker-py takes."""
    assert as_plain(arguments(CONTAINER, {keyword: value})[keyword]) == expected


@pytest.mark.parametrize(("table", "keyword", "value"), REFUSED)
def test_refused(table: Table, keyword: str, value: Any) -> None:
    """What cannot be meant, or would be lost, is refused, and the keyword is named."""
    with pytest.raises(UnsupportedOption) as raised:
        arguments(table, {keyword: value})
    assert raised.value.keyword == keyword


@pytest.mark.parametrize(
    ("table", "kind", "elsewhere"),
    [
        (CONTAINER, known.ContainerOptions, set()),
        (BUILD, known.BuildOptions, {"quiet"}),
        (PULL, known.PullOptions, {"tag"}),
        (NETWORK, known.CreateNetworkOptions, set()),
        (VOLUME, known.VolumeOptions, set()),
        (CONNECT, known.ConnectOptions, set()),
    ],
)
def test_every_keyword_has_a_form(table: Table, kind: type, elsewhere: set[str]) -> None:
    """What the factories take, the driver knows, and nothing else."""
    assert table.keys() | elsewhere == set(kind.__annotations__)


def test_none_is_no_option() -> None:
    """A keyword with None is as good as not given."""
    assert arguments(EXECUTE, {"command": None, "user": None}) == {}


def test_values_are_no_part_of_messages() -> None:
    """A value that may be a secret is not shown."""
    for table, options in (
        (CONTAINER, {"environment": {"A": "hunter2\0"}}),
        (PULL, {"auth_config": "me:hunter2"}),
        (VOLUME, {"driver_opts": ["password=hunter2"]}),
    ):
        with pytest.raises(UnsupportedOption) as raised:
            arguments(table, options)
        assert "hunter2" not in str(raised.value)


def test_the_users_values_stay_as_they_are() -> None:
    """Nothing that the user gave is changed."""
    mount = types.Mount("/x", "v")
    given: dict[str, Any] = {"image": "x", "labels": {"a": None}, "mounts": [mount], "ports": {80: [1]}, "remove": True}
    before = repr(given)
    creation.chosen(given)
    assert repr(given) == before


@pytest.mark.parametrize(
    ("error", "keyword"),
    [
        (TypeError("Invalid type for user param"), "user"),
        (ValueError("no keyword here"), "name"),
        (docker.errors.InvalidVersion("platform is not supported"), "platform"),
        (docker.errors.InvalidArgument('"host" network_mode is incompatible'), "network_mode"),
    ],
)
def test_what_docker_py_refuses(error: Exception, keyword: str) -> None:
    """What docker-py says about its arguments is told of the keyword that it names."""
    options = dict.fromkeys(["name", "user", "platform", "network_mode"])
    with pytest.raises(UnsupportedOption, match="docker-py refused it") as raised, blamed(options):
        raise error
    assert raised.value.keyword == keyword


def test_what_the_engine_refuses_is_not_the_arguments() -> None:
    """An answer of the engine, though a ValueError or docker's own, is none about arguments."""
    with pytest.raises(docker.errors.APIError), blamed({"name": "x"}):
        raise docker.errors.APIError("no")


class TestContainer:
    def test_remove_is_auto_remove(self) -> None:
        """Both names of one thing are one."""
        assert creation.chosen({"image": "x", "remove": True})["auto_remove"] is True
        assert creation.chosen({"image": "x", "remove": False, "auto_remove": True})["auto_remove"] is True
        assert creation.chosen({"image": "x"})["auto_remove"] is False

    def test_an_image_object(self) -> None:
        """An object that stands for an image is known by its id."""

        class Image:
            id = "sha256:1"

        assert creation.chosen({"image": Image()})["image"] == "sha256:1"

    @pytest.mark.parametrize(
        ("options", "keyword"),
        [
            ({}, "image"),
            ({"image": None}, "image"),
            ({"image": "x", "network": "a", "network_mode": "b"}, "network"),
            ({"image": "x", "networking_config": {"a": {}}}, "networking_config"),
            ({"image": "x", "networking_config": {"a": {}}, "network": "b"}, "networking_config"),
        ],
    )
    def test_what_cannot_be_meant(self, options: dict[str, Any], keyword: str) -> None:
        """Options that contradict each other, or that docker-py would forget, are refused."""
        with pytest.raises(UnsupportedOption) as raised:
            creation.chosen(options)
        assert raised.value.keyword == keyword
