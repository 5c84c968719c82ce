"""Networks and volumes of podman, where they are otherwise than docker's."""

from __future__ import annotations

import json

import pytest

from pytest_docker_tools.exceptions import UnsupportedOption

from .conftest import Calls, Podman

NETWORK = {
    "name": "net",
    "id": "1" * 64,
    "driver": "bridge",
    "internal": False,
    "ipv6_enabled": False,
    "subnets": [{"subnet": "192.0.2.0/24", "gateway": "192.0.2.1"}],
    "labels": {"a": "b"},
}


def test_networks_have_dockers_keys(podman: Podman, calls: Calls) -> None:
    """A network is known by its name, as in what podman says of containers, which are looked for."""
    driver = podman(inspect=json.dumps([NETWORK]), ps="2" * 64)
    assert driver.inspect("network", ["net"]) == [
        {
            "Id": "net",
            "Name": "net",
            "Labels": {"a": "b"},
            "Driver": "bridge",
            "Internal": False,
            "EnableIPv6": False,
            "Options": None,
            "IPAM": {"Config": [{"Subnet": "192.0.2.0/24", "Gateway": "192.0.2.1"}]},
            "Containers": {"2" * 64: {}},
        }
    ]
    assert calls()[1][-3:] == ["--filter=network=net", "--filter=status=running", "--filter=status=paused"]


def test_options_of_a_network(podman: Podman, calls: Calls) -> None:
    """The size of packets has docker's name or podman's."""
    podman().create_network({"name": "net", "options": {"com.docker.network.driver.mtu": 1400}})
    assert calls() == [["network", "create", "--opt=mtu=1400", "--", "net"]]


def test_labels_of_a_volume(podman: Podman, calls: Calls) -> None:
    """Labels of a volume, unlike those of a container, are split at commas."""
    podman().create_volume({"name": "vol", "labels": {"a": "b,c"}})
    assert calls() == [["volume", "create", '--label="a=b,c"', "--", "vol"]]


def test_a_volume_in_memory(podman: Podman, calls: Calls) -> None:
    """A size, which podman would take for something else, is refused; other options are not."""
    with pytest.raises(UnsupportedOption, match="quota"):
        podman().create_volume({"driver_opts": {"type": "tmpfs", "device": "tmpfs", "o": "uid=7,size=1m"}})
    podman().create_volume({"driver_opts": {"type": "tmpfs", "device": "tmpfs", "o": "uid=7"}})
    assert calls() == [["volume", "create", "--opt=type=tmpfs", "--opt=device=tmpfs", "--opt=o=uid=7", "--"]]
