"""Values with a structure of their own."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_docker_tools import fxtr, normalise, templates
from pytest_docker_tools.types import (
    DeviceRequest,
    DriverConfig,
    EndpointConfig,
    Healthcheck,
    IPAMConfig,
    IPAMPool,
    LogConfig,
    Mount,
    NetworkingConfig,
    Ulimit,
)

VALUES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (Mount("/data"), {"Target": "/data", "Type": "volume"}),
    (
        Mount("/a", "/b", type="bind", read_only=True, propagation="rslave", consistency="cached"),
        {
            "Target": "/a",
            "Source": "/b",
            "Type": "bind",
            "ReadOnly": True,
            "Consistency": "cached",
            "BindOptions": {"Propagation": "rslave"},
        },
    ),
    (
        Mount("/a", "v", no_copy=True, labels={"a": "b"}, driver_config=DriverConfig("nfs", {"o": "c"}), subpath="x"),
        {
            "Target": "/a",
            "Source": "v",
            "Type": "volume",
            "VolumeOptions": {
                "NoCopy": True,
                "Labels": {"a": "b"},
                "DriverConfig": {"Name": "nfs", "Options": {"o": "c"}},
                "Subpath": "x",
            },
        },
    ),
    (
        Mount("/a", type="tmpfs", tmpfs_size="64m", tmpfs_mode=0o1777),
        {"Target": "/a", "Type": "tmpfs", "TmpfsOptions": {"SizeBytes": "64m", "Mode": 0o1777}},
    ),
    (Ulimit("nofile", 1, 2), {"Name": "nofile", "Soft": 1, "Hard": 2}),
    (Ulimit("core", hard=0), {"Name": "core", "Hard": 0}),
    (LogConfig("json-file", {"max-size": "1m"}), {"Type": "json-file", "Config": {"max-size": "1m"}}),
    (
        DeviceRequest("nvidia", -1, ["0"], [["gpu"]], {"a": "b"}),
        {"Driver": "nvidia", "Count": -1, "DeviceIDs": ["0"], "Capabilities": [["gpu"]], "Options": {"a": "b"}},
    ),
    (
        Healthcheck(["CMD", "true"], 1, 2, 3, 4),
        {"Test": ["CMD", "true"], "Interval": 1, "Timeout": 2, "StartPeriod": 3, "Retries": 4},
    ),
    (
        IPAMConfig("default", [IPAMPool("192.0.2.0/24", "192.0.2.0/25", "192.0.2.1", {"a": "192.0.2.2"})], {"b": "c"}),
        {
            "Driver": "default",
            "Config": [
                {
                    "Subnet": "192.0.2.0/24",
                    "IPRange": "192.0.2.0/25",
                    "Gateway": "192.0.2.1",
                    "AuxiliaryAddresses": {"a": "192.0.2.2"},
                }
            ],
            "Options": {"b": "c"},
        },
    ),
    (
        EndpointConfig(
            aliases=["a"],
            links={"b": "c"},
            ipv4_address="192.0.2.9",
            ipv6_address="2001:db8::9",
            link_local_ips=["169.254.0.9"],
            driver_opt={"d": "e"},
            mac_address="02:42:ac:11:00:02",
        ),
        {
            "Aliases": ["a"],
            "Links": {"b": "c"},
            "IPAMConfig": {
                "IPv4Address": "192.0.2.9",
                "IPv6Address": "2001:db8::9",
                "LinkLocalIPs": ["169.254.0.9"],
            },
            "DriverOpts": {"d": "e"},
            "MacAddress": "02:42:ac:11:00:02",
        },
    ),
    (NetworkingConfig({"net": EndpointConfig()}), {"EndpointsConfig": {"net": {}}}),
]
KEYWORDS: list[tuple[normalise.Verb, str, Any]] = [
    ("container", "mounts", [VALUES[1][0]]),
    ("container", "mounts", [VALUES[2][0]]),
    ("container", "mounts", [VALUES[3][0]]),
    ("container", "ulimits", [VALUES[4][0]]),
    ("container", "log_config", VALUES[6][0]),
    ("container", "device_requests", [VALUES[7][0]]),
    ("container", "healthcheck", VALUES[8][0]),
    ("network", "ipam", VALUES[9][0]),
    ("container", "networking_config", {"net": VALUES[10][0]}),
    ("container", "networking_config", VALUES[11][0]),
]


@pytest.mark.parametrize(("value", "expected"), VALUES, ids=lambda value: type(value).__name__)
def test_values_are_what_the_engine_has(value: dict[str, Any], expected: dict[str, Any]) -> None:
    """A value is a dictionary with the keys of the engine's API, and without what was not given."""
    assert value == expected


@pytest.mark.parametrize(("verb", "keyword", "value"), KEYWORDS)
def test_every_one_can_be_used(verb: normalise.Verb, keyword: str, value: Any) -> None:
    """Drivers get each one in the form of its keyword."""
    assert keyword in normalise.normalised(
        verb, {"image": "x", keyword: value} if verb == "container" else {keyword: value}
    )


def test_values_may_refer_to_fixtures() -> None:
    """Strings in it are templates, and everything that may be a reference is one."""
    mount = Mount("/data", "{vol.name}", labels={"a": "{b}"}, tmpfs_size=fxtr("size"))
    assert list(templates.names([mount], lambda thing: None)) == ["vol", "b", "size"]


def test_no_value_is_shown() -> None:
    """What shows a value does not show what is in it, which may be a secret."""
    config = LogConfig("splunk", {"splunk-token": "hunter2"})
    assert repr(config) == "LogConfig(Type, Config)"
    assert "hunter2" not in repr({"log_config": config})
