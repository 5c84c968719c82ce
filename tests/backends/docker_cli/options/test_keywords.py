"""What the option tables say of keywords: where each is written, or why it cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools.normalise import TABLES, Verb
from pytest_docker_tools_docker_cli import DockerCLIDriver, builds, creation
from pytest_docker_tools_docker_cli.command import arguments, keywords
from pytest_docker_tools_docker_cli.options import CONTAINER, NETWORK, REFUSED

from .conftest import RENDERED, written

# What is brought together with another keyword, or refused, before it is written, and what the verbs themselves write.
ELSEWHERE: Mapping[Verb, set[str]] = {
    "container": creation._NOT_IN_THE_TABLE | {"lxc_conf", "network", "remove", "version"},
    "build": builds._NOT_IN_THE_TABLE,
    "pull": {"auth_config", "repository", "tag"},
    "network": {"name"},
    "volume": {"name"},
}
# What cannot be written, though it can be meant.
NOT_WRITTEN: list[tuple[Verb, str, Any]] = [
    ("container", "device_requests", [{"Count": 1}]),
    ("container", "device_requests", [{"Count": 1, "Capabilities": [["tpu"]]}]),
    ("container", "device_requests", [{"Count": 1, "Capabilities": [["gpu"], ["compute"]]}]),
    ("container", "init_path", "/init"),
    ("container", "labels", ["a=b"]),
    ("container", "name", "a\0b"),
    ("container", "name", "\ud800"),
    ("container", "network_disabled", True),
    ("container", "networking_config", {"a": {"mac_address": "02:42:ac:11:00:02"}}),
    ("build", "labels", {"a=b": "c"}),
    ("build", "platform", "linux\0"),
    ("network", "labels", ["a=b"]),
    ("volume", "driver_opts", {"a": "\0"}),
    ("connect", "mac_address", "02:42:ac:11:00:02"),
]


@pytest.mark.parametrize(("verb", "keyword", "value"), NOT_WRITTEN)
def test_what_cannot_be_written(verb: Verb, keyword: str, value: Any) -> None:
    """What the client has no way to say is refused with the name of its keyword."""
    with pytest.raises(UnsupportedOption) as raised:
        written(verb, keyword, value)
    assert raised.value.keyword == keyword


@pytest.mark.parametrize("verb", RENDERED)
def test_every_keyword_is_somewhere(verb: Verb) -> None:
    """Each keyword is a flag, or is refused with a reason, or is written by the verb itself: one of these."""
    places = [set(RENDERED[verb]), set(REFUSED.get(verb, {})), ELSEWHERE.get(verb, set())]
    assert sorted(keyword for place in places for keyword in place) == sorted(TABLES[verb])


@pytest.mark.parametrize("data", [DockerCLIDriver.refuses, DockerCLIDriver.approximates])
def test_what_is_said_of_keywords(data: Mapping[Verb, Mapping[str, str]]) -> None:
    """What is refused, and what is done nearly so, are keywords that there are, each with a reason."""
    for verb, reasons in data.items():
        assert reasons.keys() <= TABLES[verb].keys()
        assert all(reasons.values())


def test_comma_flags_are_quoted() -> None:
    """Where a client splits values at commas, a value with a comma is quoted, also one of a whole flag."""
    options: Mapping[str, Any] = {"sysctls": {"a": "1,2"}, "log_config": {"Config": {"tag": "a,b"}}, "hostname": "a,b"}
    assert arguments(CONTAINER, options, {"--sysctl", "--log-opt"}) == [
        '--sysctl="a=1,2"',
        '--log-opt="tag=a,b"',
        "--hostname=a,b",
    ]


def test_every_flag_is_known_by_its_keyword() -> None:
    """A flag that the client refuses is told by its keyword, also where that has several."""
    pool = {"Subnet": "192.0.2.0/24", "AuxiliaryAddresses": {"router": "192.0.2.2"}}
    found = keywords(NETWORK, {"internal": True, "labels": {}, "ipam": {"Config": [pool]}})
    assert found == {"--internal": "internal", "--subnet": "ipam", "--aux-address": "ipam"}
