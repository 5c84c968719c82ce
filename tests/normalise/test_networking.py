"""Ports, addresses and networks."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools.normalise.networking import check_networks, endpoint, endpoints, ipam, ports
from pytest_docker_tools.normalise.values import Form

from .conftest import assert_form, assert_refused


def host(port: str = "", ip: str = "") -> dict[str, str]:
    """Give where a port is published."""
    return {"HostIp": ip, "HostPort": port}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({80: None}, {"80/tcp": [host()]}),
        ({"80": ""}, {"80/tcp": [host()]}),
        ({"80/udp": 8080}, {"80/udp": [host("8080")]}),
        ({"80/TCP": "8080"}, {"80/tcp": [host("8080")]}),
        ({"80/tcp": 0}, {"80/tcp": [host("0")]}),
        ({"80/tcp": "8080-8090"}, {"80/tcp": [host("8080-8090")]}),
        ({"80/tcp": ("127.0.0.1", 8080)}, {"80/tcp": [host("8080", "127.0.0.1")]}),
        ({"80/tcp": ("::1", None)}, {"80/tcp": [host(ip="::1")]}),
        ({"80/tcp": ("[::1]", 8080)}, {"80/tcp": [host("8080", "::1")]}),
        ({"80/tcp": ("", 8080)}, {"80/tcp": [host("8080")]}),
        ({"80/tcp": ("127.0.0.1",)}, {"80/tcp": [host(ip="127.0.0.1")]}),
        ({"80/tcp": (8080,)}, {"80/tcp": [host("8080")]}),
        ({"80/tcp": {"HostIp": "", "HostPort": "8080"}}, {"80/tcp": [host("8080")]}),
        ({"80/tcp": {"HostIp": "127.0.0.1"}}, {"80/tcp": [host(ip="127.0.0.1")]}),
        ({"80/tcp": {"host_port": 8080}}, {"80/tcp": [host("8080")]}),
        ({"80/tcp": [1, ("127.0.0.1", 2)]}, {"80/tcp": [host("1"), host("2", "127.0.0.1")]}),
        ({80: 1, "80/tcp": 2, 81: None}, {"80/tcp": [host("1"), host("2")], "81/tcp": [host()]}),
        ({"80/tcp": []}, {"80/tcp": []}),
        ({}, {}),
    ],
)
def test_ports(value: Any, expected: Any) -> None:
    """A port is bound to a free host port, a fixed one, one of an address, or several, or to none."""
    assert_form(ports, value, expected)


@pytest.mark.parametrize(
    ("form", "value", "expected"),
    [
        (endpoint, {}, {}),
        (endpoint, {"aliases": "a", "links": {"b": None}}, {"aliases": ["a"], "links": [("b", "")]}),
        (
            endpoint,
            {"ipv4_address": "192.0.2.9", "ipv6_address": "2001:db8::9", "link_local_ips": ["169.254.0.9"]},
            {"ipv4_address": "192.0.2.9", "ipv6_address": "2001:db8::9", "link_local_ips": ["169.254.0.9"]},
        ),
        (
            endpoint,
            {"Aliases": ["a"], "IPAMConfig": {"IPv4Address": "192.0.2.9", "LinkLocalIPs": ("169.254.0.9",)}},
            {"aliases": ["a"], "ipv4_address": "192.0.2.9", "link_local_ips": ["169.254.0.9"]},
        ),
        (endpoint, {"DriverOpts": {"a": 1}, "MacAddress": "02::1"}, {"driver_opt": {"a": "1"}, "mac_address": "02::1"}),
        (endpoint, {"driver_opt": {"a": 1}}, {"driver_opt": {"a": "1"}}),
        (endpoint, {"aliases": [], "ipv4_address": "", "driver_opt": {}, "links": None}, {}),
        (endpoints, {}, {}),
        (endpoints, {"n": None, 5: {"aliases": ["a"]}}, {"n": {}, "5": {"aliases": ["a"]}}),
        (endpoints, {"EndpointsConfig": {"n": {"Aliases": ["a"]}}}, {"n": {"aliases": ["a"]}}),
        (ipam, {"driver": "dhcp", "config": None, "options": {"a": 1}}, {"Driver": "dhcp", "Options": {"a": "1"}}),
        (
            ipam,
            {
                "Config": [
                    {"Subnet": "192.0.2.0/24", "ip_range": "192.0.2.0/25", "gateway": "192.0.2.1"},
                    {"Subnet": "2001:db8::/64", "AuxiliaryAddresses": {"a": "2001:db8::2"}, "Gateway": None},
                ],
            },
            {
                "Config": [
                    {"Subnet": "192.0.2.0/24", "IPRange": "192.0.2.0/25", "Gateway": "192.0.2.1"},
                    {"Subnet": "2001:db8::/64", "AuxiliaryAddresses": {"a": "2001:db8::2"}},
                ]
            },
        ),
    ],
)
def test_forms(form: Form, value: Any, expected: Any) -> None:
    """What may be written as docker-py or as the engine's API has it has one form."""
    assert_form(form, value, expected)


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (ports, [80]),
        (ports, {"http": 80}),
        (ports, {"80-90/tcp": None}),
        (ports, {"80/tcp": "127.0.0.1:80"}),
        (ports, {"80/tcp": True}),
        (ports, {"80/tcp": 80.5}),
        (ports, {"80/tcp": ("127.0.0.1", 80, 81)}),
        (ports, {"80/tcp": [[80]]}),
        (ports, {"80/tcp": {"Port": 80}}),
        (endpoint, ["a"]),
        (endpoint, {"aliases": 5}),
        (endpoint, {"alias": ["a"]}),
        (endpoint, {"IPAMConfig": {"Address": "192.0.2.9"}}),
        (endpoints, ["n"]),
        (endpoints, {"n": "a"}),
        (endpoints, {"n": {"Frob": 1}}),
        (ipam, "dhcp"),
        (ipam, {"Config": {"Subnet": "192.0.2.0/24"}}),
        (ipam, {"Config": [{"Net": "192.0.2.0/24"}]}),
    ],
)
def test_what_cannot_be_meant(form: Form, value: Any) -> None:
    """A way in which nothing can be written is refused."""
    assert_refused(form, value)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, {}),
        ({"networking_config": {}}, {"networking_config": {}}),
        ({"network": "a"}, {"network_mode": "a"}),
        ({"network_mode": "host"}, {"network_mode": "host"}),
        ({"network_mode": "bridge", "links": [("x", "")]}, {"network_mode": "bridge", "links": [("x", "")]}),
        (
            {"network": "a", "networking_config": {"a": {"aliases": ["x"]}}},
            {"network_mode": "a", "networking_config": {"a": {"aliases": ["x"]}}},
        ),
        (
            {"network_mode": "a", "networking_config": {"b": {"aliases": ["x"]}}},
            {"network_mode": "a", "networking_config": {"a": {}, "b": {"aliases": ["x"]}}},
        ),
        (
            {"network": "b", "networking_config": {"a": {}, "b": {"aliases": ["x"]}}},
            {"network_mode": "b", "networking_config": {"b": {"aliases": ["x"]}, "a": {}}},
        ),
        ({"networking_config": {"a": {}, "b": {}}}, {"network_mode": "a", "networking_config": {"a": {}, "b": {}}}),
    ],
)
def test_networks_are_brought_together(options: dict[str, Any], expected: dict[str, Any]) -> None:
    """There is one first network, whichever option names it, and what is said of each begins with that."""
    check_networks(options)
    assert options == expected
    assert list(options.get("networking_config", {})) == list(expected.get("networking_config", {}))


@pytest.mark.parametrize(
    ("options", "keyword"),
    [
        ({"network": "a", "network_mode": "b"}, "network"),
        ({"network": "a", "network_mode": "a"}, "network"),
        ({"network_mode": "host", "networking_config": {"a": {}}}, "networking_config"),
        ({"network_mode": "none", "networking_config": {"none": {}}}, "networking_config"),
        ({"network_mode": "container:a", "networking_config": {"a": {}}}, "networking_config"),
        ({"network": "host", "links": [("x", "y")]}, "links"),
        ({"network": "host", "ports": {"80/tcp": [{"HostIp": "", "HostPort": ""}]}}, "ports"),
        ({"network_mode": "container:x", "ports": {"80/tcp": [{"HostIp": "", "HostPort": "80"}]}}, "ports"),
        ({"networking_config": {"host": {}}}, "networking_config"),
    ],
)
def test_networks_that_contradict_each_other(options: dict[str, Any], keyword: str) -> None:
    """Two names for the first network, and anything said of networks where there is none, are refused."""
    with pytest.raises(UnsupportedOption) as raised:
        check_networks(options)
    assert raised.value.keyword == keyword
