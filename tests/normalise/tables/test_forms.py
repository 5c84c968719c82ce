"""The form of each keyword, and what says nothing in it."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from pytest_docker_tools.normalise import TABLES, Verb, normalised
from pytest_docker_tools.options import (
    BuildOptions,
    ConnectOptions,
    ContainerOptions,
    CreateNetworkOptions,
    PullOptions,
    VolumeOptions,
)

from ...conftest import NEEDED
from .conftest import KEPT, ROWS

# What docker-py says nothing of to the engine, or what is so anyway.
FALSY: list[tuple[Verb, str, Any]] = [
    (
        "container",
        "auto_remove network_disabled oom_kill_disable privileged publish_all_ports remove stdin_open tty",
        False,
    ),
    (
        "container",
        "blkio_weight cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares kernel_memory "
        "mem_reservation nano_cpus oom_score_adj pids_limit",
        0,
    ),
    (
        "container",
        "cgroupns cpuset_cpus cpuset_mems ipc_mode isolation mac_address network network_mode pid_mode platform "
        "runtime stop_signal userns_mode uts_mode version volume_driver",
        "",
    ),
    (
        "container",
        "blkio_weight_device cap_add cap_drop device_read_bps device_read_iops device_write_bps device_write_iops "
        "devices dns_search group_add",
        [],
    ),
    ("container", "restart_policy sysctls tmpfs", {}),
    ("build", "custom_context gzip nocache pull quiet squash", False),
    ("build", "dockerfile encoding isolation network_mode platform tag target", ""),
    ("build", "secrets", {}),
    ("build", "shmsize", 0),
    ("pull", "all_tags", False),
    ("pull", "platform tag", ""),
    ("network", "attachable enable_ipv6 ingress internal", False),
    ("network", "driver scope", ""),
    ("volume", "driver", ""),
    ("connect", "ipv4_address ipv6_address mac_address", ""),
    ("connect", "aliases link_local_ips", []),
    ("connect", "driver_opt", {}),
    ("execute", "privileged tty", False),
]


@pytest.mark.parametrize(("verb", "keyword", "value", "expected"), ROWS)
def test_forms(verb: Verb, keyword: str, value: Any, expected: dict[str, Any]) -> None:
    """Each keyword has one form, which has itself as its form, and what was written stays as it is."""
    given = {**NEEDED.get(verb, {}), keyword: value}
    before = repr(given)
    found = normalised(verb, given)
    assert found == {**NEEDED.get(verb, {}), **expected}
    assert normalised(verb, found) == found
    assert repr(given) == before


def test_every_keyword_has_a_row() -> None:
    """No form of any verb is untried."""
    known = {(verb, keyword) for verb, table in TABLES.items() for keyword in table}
    assert known - {(verb, keyword) for verb, keyword, _, _ in ROWS} == {("container", "lxc_conf")}


@pytest.mark.parametrize(
    ("verb", "options"),
    [
        ("container", ContainerOptions),
        ("build", BuildOptions),
        ("pull", PullOptions),
        ("network", CreateNetworkOptions),
        ("volume", VolumeOptions),
        ("connect", ConnectOptions),
    ],
)
def test_the_keywords_are_those_of_the_factories(verb: Verb, options: Any) -> None:
    """What the factories take has a form, and nothing else has."""
    assert TABLES[verb].keys() == options.__annotations__.keys()
    assert TABLES.keys() == set(get_args(Verb))


@pytest.mark.parametrize(("verb", "keywords", "value"), FALSY)
def test_values_that_say_nothing(verb: Verb, keywords: str, value: Any) -> None:
    """What docker-py does not tell the engine, and what says what is so anyway, is as if it were not there."""
    given = dict.fromkeys(keywords.split(), value)
    assert normalised(verb, {**NEEDED.get(verb, {}), **given}) == NEEDED.get(verb, {})


@pytest.mark.parametrize(("verb", "keyword", "value"), KEPT)
def test_values_that_say_that_there_is_nothing(verb: Verb, keyword: str, value: Any) -> None:
    """What docker-py does tell the engine is there, though it is 0, False or empty."""
    found = normalised(verb, {**NEEDED.get(verb, {}), keyword: value})[keyword]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("verb", get_args(Verb))
def test_none_is_no_option(verb: Verb) -> None:
    """A keyword with None is as good as not given, and so are no options at all."""
    needed = NEEDED.get(verb, {})
    assert normalised(verb, {**dict.fromkeys(TABLES[verb]), **needed}) == needed
    if not needed:
        assert normalised(verb, None) == {}


class TestContainer:
    def test_both_names_of_the_removal(self) -> None:
        """Either name of one thing is enough, and the one that says nothing takes nothing back."""
        assert normalised("container", {"image": "x", "remove": False, "auto_remove": True})["auto_remove"] is True
        assert "auto_remove" not in normalised("container", {"image": "x", "remove": False, "auto_remove": False})

    def test_networks(self) -> None:
        """The first network is known by one keyword, and all are known with what is said of each."""
        endpoints = {"a": {"Aliases": ["x"]}, "b": None}
        found = normalised("container", {"image": "x", "network": "b", "networking_config": endpoints})
        assert found == {"image": "x", "network_mode": "b", "networking_config": {"b": {}, "a": {"aliases": ["x"]}}}
        assert list(found["networking_config"]) == ["b", "a"]
