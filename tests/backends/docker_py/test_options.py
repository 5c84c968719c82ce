"""How options in their normal form are brought to the one in which docker-py takes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any

import docker.errors
import docker.types
import pytest
from docker.models.containers import RUN_CREATE_KWARGS, RUN_HOST_CONFIG_KWARGS

from pytest_docker_tools import types
from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools.normalise import TABLES, Verb, normalised
from pytest_docker_tools_docker_py.options import REFUSED, arguments, blamed

from ...conftest import NEEDED

# docker-py's own classes, as they are called but for the version that one needs.
THEIRS = SimpleNamespace(**vars(docker.types))
THEIRS.EndpointConfig = partial(docker.types.EndpointConfig, "1.44")

# Objects, and the dictionaries that say the same.
OBJECTS: list[tuple[Verb, str, Callable[[Any], Any], Any]] = [
    (
        "container",
        "device_requests",
        lambda types: [types.DeviceRequest(count=-1, capabilities=[["gpu"]]), types.DeviceRequest(device_ids=["0"])],
        [{"count": -1, "capabilities": [["gpu"]]}, {"DeviceIDs": ["0"]}],
    ),
    (
        "container",
        "device_requests",
        lambda types: [
            types.DeviceRequest(driver="nvidia", count=1, capabilities=[["gpu"], ["tpu"]], options={"a": "b"})
        ],
        [{"Driver": "nvidia", "Count": 1, "Capabilities": [["gpu"], ["tpu"]], "Options": {"a": "b"}}],
    ),
    (
        "container",
        "healthcheck",
        lambda types: types.Healthcheck(test=["CMD", "true"], interval=5, timeout=6, start_period=7, retries=8),
        {"test": ["CMD", "true"], "interval": 5, "timeout": 6, "start_period": 7, "retries": 8},
    ),
    ("container", "healthcheck", lambda types: types.Healthcheck(test="true"), {"test": "true"}),
    ("container", "healthcheck", lambda types: types.Healthcheck(retries=5), {"retries": 5}),
    (
        "container",
        "log_config",
        lambda types: types.LogConfig(type="json-file", config={"max-size": "1m"}),
        {"Type": "json-file", "Config": {"max-size": "1m"}},
    ),
    (
        "container",
        "mounts",
        lambda types: [types.Mount("/x", None, type="tmpfs", tmpfs_size="1m", tmpfs_mode=0o1777)],
        [{"Target": "/x", "Type": "tmpfs", "TmpfsOptions": {"SizeBytes": 2**20, "Mode": 0o1777}}],
    ),
    (
        "container",
        "mounts",
        lambda types: [
            types.Mount("/x", "/y", type="bind", read_only=True, propagation="rslave", consistency="cached")
        ],
        [
            {
                "Target": "/x",
                "Source": "/y",
                "Type": "bind",
                "ReadOnly": True,
                "Consistency": "cached",
                "BindOptions": {"Propagation": "rslave"},
            }
        ],
    ),
    (
        "container",
        "mounts",
        lambda types: [
            types.Mount(
                "/x",
                "v",
                labels={"a": "b"},
                no_copy=True,
                driver_config=types.DriverConfig("local", {"o": "p"}),
                subpath="z",
            )
        ],
        [
            {
                "Target": "/x",
                "Source": "v",
                "VolumeOptions": {
                    "NoCopy": True,
                    "Labels": {"a": "b"},
                    "DriverConfig": {"Name": "local", "Options": {"o": "p"}},
                    "Subpath": "z",
                },
            }
        ],
    ),
    (
        "container",
        "networking_config",
        lambda types: types.NetworkingConfig({"n": types.EndpointConfig(aliases=["a"], ipv4_address="192.0.2.9")}),
        {"n": {"aliases": ["a"], "ipv4_address": "192.0.2.9"}},
    ),
    (
        "container",
        "networking_config",
        lambda types: {
            "n": types.EndpointConfig(
                links={"a": "b"},
                ipv6_address="2001:db8::9",
                link_local_ips=["169.254.0.9"],
                driver_opt={"c": "d"},
                mac_address="02::1",
            )
        },
        {
            "n": {
                "links": {"a": "b"},
                "ipv6_address": "2001:db8::9",
                "link_local_ips": ["169.254.0.9"],
                "driver_opt": {"c": "d"},
                "mac_address": "02::1",
            }
        },
    ),
    (
        "container",
        "ulimits",
        lambda types: [types.Ulimit(name="nofile", soft=5, hard=6), types.Ulimit(name="nproc", soft=7)],
        [{"Name": "nofile", "Soft": 5, "Hard": 6}, {"name": "nproc", "soft": 7}],
    ),
    (
        "network",
        "ipam",
        lambda types: types.IPAMConfig(
            driver="default",
            pool_configs=[
                types.IPAMPool(
                    subnet="192.0.2.0/24",
                    iprange="192.0.2.0/25",
                    gateway="192.0.2.1",
                    aux_addresses={"router": "192.0.2.2"},
                ),
                types.IPAMPool(subnet="2001:db8::/64"),
            ],
            options={"a": "b"},
        ),
        {
            "Driver": "default",
            "Config": [
                {
                    "Subnet": "192.0.2.0/24",
                    "IPRange": "192.0.2.0/25",
                    "Gateway": "192.0.2.1",
                    "AuxiliaryAddresses": {"router": "192.0.2.2"},
                },
                {"Subnet": "2001:db8::/64"},
            ],
            "Options": {"a": "b"},
        },
    ),
]
# What docker-py takes in another form.
WRITTEN: list[tuple[Verb, str, Any, Any]] = [
    ("container", "environment", {"A": 1, "B": None, "C": b"x=y", "D": ""}, ["A=1", "B", "C=x=y", "D="]),
    ("container", "environment", ["A=1", "B", "A=2"], ["A=2", "B"]),
    ("container", "extra_hosts", {"b": "::1", "a": "192.0.2.1"}, ["b:::1", "a:192.0.2.1"]),
    ("container", "links", {"a": "b", "c": None}, [("a", "b"), ("c", "")]),
    ("build", "buildargs", {"A": 1, "B": None}, {"A": "1", "B": None}),
    ("build", "extra_hosts", {"a": "192.0.2.1"}, ["a:192.0.2.1"]),
    ("execute", "environment", {"A": "1", "B": None}, ["A=1", "B"]),
]
NOT_WRITTEN: list[tuple[Verb, dict[str, Any], str]] = [
    ("container", {"cpu_count": 2}, "cpu_count"),
    ("container", {"cpu_percent": 5}, "cpu_percent"),
    ("container", {"init_path": "/init"}, "init_path"),
    ("container", {"command": ["a\0b"]}, "command"),
    ("container", {"command": ["\udc80"]}, "command"),
    ("container", {"environment": {"A": "\0"}}, "environment"),
    ("container", {"labels": {"\udc80": "x"}}, "labels"),
    ("container", {"mounts": [{"Target": "/x", "VolumeOptions": {"Labels": {"a": "\0"}}}]}, "mounts"),
    ("container", {"links": {"a": "\0"}}, "links"),
    ("container", {"networking_config": {"n": {"aliases": ["\0"]}}}, "networking_config"),
    ("container", {"restart_policy": docker.types.RestartPolicy(condition="any")}, "restart_policy"),
    ("container", {"mounts": docker.types.Mount("/x", "y")}, "mounts"),
    ("volume", {"name": "\0"}, "name"),
]


@pytest.mark.parametrize("classes", [THEIRS, types], ids=["docker-py's", "the library's"])
@pytest.mark.parametrize(("verb", "keyword", "make", "plain"), OBJECTS)
def test_objects(verb: Verb, keyword: str, make: Callable[[Any], Any], plain: Any, classes: Any) -> None:
    """docker-py's classes, the library's own, and dictionaries say the same, and are as they were afterwards."""
    given = make(classes)
    before = str(given)
    needed = NEEDED.get(verb, {})
    found = normalised(verb, {**needed, keyword: given})
    assert _without_defaults(found) == _without_defaults(normalised(verb, {**needed, keyword: plain}))
    assert normalised(verb, found) == found
    assert str(given) == before


def _without_defaults(value: Any) -> Any:
    """Leave out what docker-py's classes write though nobody gave it."""
    if isinstance(value, Mapping):
        return {key: _without_defaults(item) for key, item in value.items() if item is not False}
    return [_without_defaults(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("verb", "keyword", "value", "expected"), WRITTEN)
def test_what_docker_py_takes_in_another_form(verb: Verb, keyword: str, value: Any, expected: Any) -> None:
    """What docker-py does not take in the normal form is in its own."""
    assert arguments(verb, {**NEEDED.get(verb, {}), keyword: value})[keyword] == expected


@pytest.mark.parametrize(("verb", "options", "keyword"), NOT_WRITTEN)
def test_refused(verb: Verb, options: dict[str, Any], keyword: str) -> None:
    """What would be lost, or cannot be sent, is refused, and the keyword is named."""
    with pytest.raises(UnsupportedOption) as raised:
        arguments(verb, {**NEEDED.get(verb, {}), **options})
    assert raised.value.keyword == keyword


def test_every_keyword_of_a_container_is_somewhere() -> None:
    """Each keyword is one of docker-py's, or is refused with a reason, or is taken apart here."""
    taken_apart = {"networking_config", "ports", "volumes"}
    # Brought together with another, or refused, by the normal form.
    gone = {"lxc_conf", "network", "remove", "version"}
    known = {*RUN_CREATE_KWARGS, *RUN_HOST_CONFIG_KWARGS, *REFUSED["container"], *taken_apart, *gone}
    assert TABLES["container"].keys() - known == set()
    assert all(REFUSED["container"].values())


def test_values_are_no_part_of_messages() -> None:
    """A value that may be a secret is not shown."""
    with pytest.raises(UnsupportedOption) as raised:
        arguments("container", {"image": "x", "environment": {"A": "hunter2\0"}})
    assert "hunter2" not in str(raised.value)


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
