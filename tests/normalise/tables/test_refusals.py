"""What is refused of any verb: what cannot be meant, and what a driver does not have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools.normalise import Verb, normalised

REFUSED: list[tuple[Verb, dict[str, Any], str]] = [
    ("container", {}, "image"),
    ("container", {"image": None}, "image"),
    ("container", {"image": ""}, "image"),
    ("container", {"colour": "red"}, "colour"),
    ("container", {"colour": None}, "colour"),
    ("container", {"stop_timeout": 5}, "stop_timeout"),
    ("container", {"lxc_conf": {}}, "lxc_conf"),
    ("container", {"version": "1.30"}, "version"),
    ("container", {"hostname": ["x"]}, "hostname"),
    ("container", {"group_add": 0}, "group_add"),
    ("container", {"cpu_shares": 1.5}, "cpu_shares"),
    ("container", {"mounts": {"Target": "/x"}}, "mounts"),
    ("container", {"ulimits": {"Name": "nofile", "Soft": 5}}, "ulimits"),
    ("container", {"devices": "/dev/null"}, "devices"),
    ("container", {"image": "x", "network": "a", "network_mode": "b"}, "network"),
    ("container", {"image": "x", "network": "host", "networking_config": {"a": {}}}, "networking_config"),
    ("build", {}, "path"),
    ("build", {"path": ""}, "path"),
    ("build", {"path": "app", "fileobj": b""}, "path"),
    ("build", {"timeout": 5}, "timeout"),
    ("build", {"container_limits": {"cpus": 5}}, "container_limits"),
    ("build", {"squash": "yes"}, "squash"),
    ("build", {"buildargs": {"A=B": "x"}}, "buildargs"),
    ("pull", {}, "repository"),
    ("pull", {"repository": "x", "tag": "y", "all_tags": True}, "all_tags"),
    ("pull", {"auth_config": "me:secret"}, "auth_config"),
    ("network", {"check_duplicate": False}, "check_duplicate"),
    ("network", {"ipam": {"Config": [{"Net": "x"}]}}, "ipam"),
    ("volume", {"driver_opts": "x"}, "driver_opts"),
    ("connect", {"aliases": 5}, "aliases"),
    ("connect", {"alias": ["a"]}, "alias"),
    ("execute", {"command": 5}, "command"),
    ("execute", {"detach": True}, "detach"),
]


@pytest.mark.parametrize(("verb", "options", "keyword"), REFUSED)
def test_refused(verb: Verb, options: dict[str, Any], keyword: str) -> None:
    """What cannot be meant, contradicts itself or is not known is refused, and the keyword is named."""
    with pytest.raises(UnsupportedOption, match=rf"^'{keyword}' cannot be used here: .+\.$") as raised:
        normalised(verb, options)
    assert raised.value.keyword == keyword


class TestWhatADriverRefuses:
    REFUSES: Mapping[Verb, Mapping[str, str]] = {
        "container": {"runtime": "it has none.", "oom_kill_disable": "it always does."},
        "connect": {"mac_address": "it makes one itself."},
    }

    def test_its_reason_is_said(self) -> None:
        """What a driver refuses is refused before anybody looks at the value, with its reason."""
        with pytest.raises(UnsupportedOption, match=r"^'runtime' cannot be used here: it has none\.$"):
            normalised("container", {"image": "x", "runtime": ["odd"]}, self.REFUSES)
        with pytest.raises(UnsupportedOption, match=r"^'mac_address' cannot be used here: it makes one itself\.$"):
            normalised("connect", {"mac_address": "02::1"}, self.REFUSES)

    def test_an_endpoint_of_a_container(self) -> None:
        """What cannot be said of a connection cannot be said of one that a container is created with either."""
        options = {"image": "x", "networking_config": {"a": {}, "b": {"MacAddress": "02::1"}}}
        with pytest.raises(
            UnsupportedOption, match=r"'mac_address' in it is refused: it makes one itself\.$"
        ) as raised:
            normalised("container", options, self.REFUSES)
        assert raised.value.keyword == "networking_config"

    def test_what_says_nothing_is_not_refused(self) -> None:
        """A keyword that is not asked for needs nothing of the driver."""
        options: dict[str, Any] = {
            "image": "x",
            "runtime": None,
            "oom_kill_disable": False,
            "networking_config": {"a": {"links": []}},
        }
        found = normalised("container", options, self.REFUSES)
        assert found == {"image": "x", "network_mode": "a", "networking_config": {"a": {}}}

    def test_it_is_of_one_verb(self) -> None:
        """What is refused of containers may be asked of others."""
        assert normalised("network", {"labels": ["a"]}, {"container": {"labels": "no."}}) == {"labels": {"a": ""}}


@pytest.mark.parametrize(
    ("verb", "options"),
    [
        ("container", {"environment": {"A=B": "hunter2"}}),
        ("container", {"log_config": {"Config": ["hunter2"]}}),
        ("build", {"buildargs": {"A=B": "hunter2"}}),
        ("build", {"secrets": {"a": ["hunter2"]}}),
        ("pull", {"auth_config": "me:hunter2"}),
        ("pull", {"auth_config": {"password": "hunter2"}}),
        ("pull", {"auth_config": {"auth": "hunter2"}}),
        ("volume", {"driver_opts": ["password=hunter2"]}),
    ],
)
def test_values_are_no_part_of_messages(verb: Verb, options: dict[str, Any]) -> None:
    """A value that may be a secret is not shown."""
    with pytest.raises(UnsupportedOption) as raised:
        normalised(verb, options)
    assert "hunter2" not in str(raised.value)
