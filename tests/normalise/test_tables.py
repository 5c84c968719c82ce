"""The form of each keyword, and all options of a verb brought to theirs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools.normalise import TABLES, Verb, normalised
from pytest_docker_tools.options import (
    BuildOptions,
    ConnectOptions,
    ContainerOptions,
    CreateNetworkOptions,
    PullOptions,
    VolumeOptions,
)

# What a verb needs besides the option that a row is about.
NEEDED: Mapping[Verb, Mapping[str, Any]] = {
    "container": {"image": "x"},
    "build": {"path": "app"},
    "pull": {"repository": "x"},
}
# What comes of each way to write an option; {} is an option that says nothing.
ROWS: list[tuple[Verb, str, Any, dict[str, Any]]] = [
    ("container", "auto_remove", 1, {"auto_remove": True}),
    ("container", "blkio_weight", "300", {"blkio_weight": 300}),
    (
        "container",
        "blkio_weight_device",
        [{"path": "/dev/x", "weight": 5}],
        {"blkio_weight_device": [{"Path": "/dev/x", "Weight": 5}]},
    ),
    ("container", "cap_add", ("A", "B"), {"cap_add": ["A", "B"]}),
    ("container", "cap_drop", "ALL", {"cap_drop": ["ALL"]}),
    ("container", "cgroup_parent", "/x", {"cgroup_parent": "/x"}),
    ("container", "cgroupns", "host", {"cgroupns": "host"}),
    ("container", "command", "echo 'a b'", {"command": ["echo", "a b"]}),
    ("container", "command", "", {"command": []}),
    ("container", "cpu_count", 2, {"cpu_count": 2}),
    ("container", "cpu_percent", 50, {"cpu_percent": 50}),
    ("container", "cpu_period", 5, {"cpu_period": 5}),
    ("container", "cpu_quota", "-1", {"cpu_quota": -1}),
    ("container", "cpu_rt_period", 5, {"cpu_rt_period": 5}),
    ("container", "cpu_rt_runtime", 5, {"cpu_rt_runtime": 5}),
    ("container", "cpu_shares", "512", {"cpu_shares": 512}),
    ("container", "cpuset_cpus", 0, {"cpuset_cpus": "0"}),
    ("container", "cpuset_cpus", "0-1", {"cpuset_cpus": "0-1"}),
    ("container", "cpuset_mems", 1, {"cpuset_mems": "1"}),
    ("container", "device_cgroup_rules", ["c 1:3 r"], {"device_cgroup_rules": ["c 1:3 r"]}),
    *(
        ("container", keyword, ({"path": "/dev/x", "rate": "5"},), {keyword: [{"Path": "/dev/x", "Rate": 5}]})
        for keyword in ("device_read_bps", "device_read_iops", "device_write_bps", "device_write_iops")
    ),
    (
        "container",
        "device_requests",
        [{"device_ids": ["0"]}],
        {
            "device_requests": [
                {"Driver": "", "Count": 0, "DeviceIDs": ["0"], "Capabilities": [], "Options": {}},
            ]
        },
    ),
    (
        "container",
        "devices",
        ["/dev/x:/dev/y:r", {"pathonhost": "/dev/z"}],
        {
            "devices": [
                {"PathOnHost": "/dev/x", "PathInContainer": "/dev/y", "CgroupPermissions": "r"},
                {"PathOnHost": "/dev/z", "PathInContainer": "/dev/z", "CgroupPermissions": "rwm"},
            ]
        },
    ),
    ("container", "dns", "192.0.2.1", {"dns": ["192.0.2.1"]}),
    ("container", "dns_opt", ["ndots:2"], {"dns_opt": ["ndots:2"]}),
    ("container", "dns_search", ["example.org"], {"dns_search": ["example.org"]}),
    ("container", "domainname", "example.org", {"domainname": "example.org"}),
    ("container", "entrypoint", "sh -c", {"entrypoint": ["sh", "-c"]}),
    ("container", "entrypoint", [""], {"entrypoint": []}),
    ("container", "environment", {"A": 1, "B": None}, {"environment": {"A": "1", "B": None}}),
    ("container", "extra_hosts", {"a": "::1"}, {"extra_hosts": [("a", "::1")]}),
    ("container", "group_add", [1, "b"], {"group_add": ["1", "b"]}),
    ("container", "healthcheck", {"test": "true"}, {"healthcheck": {"Test": ["CMD-SHELL", "true"]}}),
    ("container", "hostname", 5, {"hostname": "5"}),
    ("container", "image", type("Image", (), {"id": "sha256:1"})(), {"image": "sha256:1"}),
    ("container", "init", False, {"init": False}),
    ("container", "init_path", "/init", {"init_path": "/init"}),
    ("container", "ipc_mode", "host", {"ipc_mode": "host"}),
    ("container", "isolation", "hyperv", {"isolation": "hyperv"}),
    ("container", "kernel_memory", "4m", {"kernel_memory": 2**22}),
    ("container", "labels", ["a"], {"labels": {"a": ""}}),
    ("container", "links", {"a": "b", "c": None}, {"links": [("a", "b"), ("c", "")]}),
    ("container", "log_config", {"type": "none"}, {"log_config": {"Type": "none"}}),
    ("container", "mac_address", "02:42:ac:11:00:02", {"mac_address": "02:42:ac:11:00:02"}),
    ("container", "mem_limit", "1.5gb", {"mem_limit": 3 * 2**29}),
    ("container", "mem_limit", 0, {"mem_limit": 0}),
    ("container", "mem_reservation", "8m", {"mem_reservation": 2**23}),
    ("container", "mem_swappiness", 0, {"mem_swappiness": 0}),
    ("container", "memswap_limit", -1, {"memswap_limit": -1}),
    ("container", "mounts", [{"target": "/x"}], {"mounts": [{"Type": "volume", "Target": "/x"}]}),
    ("container", "name", "web", {"name": "web"}),
    ("container", "nano_cpus", 10**9, {"nano_cpus": 10**9}),
    ("container", "network", "a", {"network_mode": "a"}),
    ("container", "network_disabled", True, {"network_disabled": True}),
    ("container", "network_mode", "none", {"network_mode": "none"}),
    (
        "container",
        "networking_config",
        {"a": {"Aliases": ["x"]}},
        {"network_mode": "a", "networking_config": {"a": {"aliases": ["x"]}}},
    ),
    ("container", "oom_kill_disable", True, {"oom_kill_disable": True}),
    ("container", "oom_score_adj", -5, {"oom_score_adj": -5}),
    ("container", "pid_mode", "host", {"pid_mode": "host"}),
    ("container", "pids_limit", -1, {"pids_limit": -1}),
    ("container", "platform", "linux/arm64", {"platform": "linux/arm64"}),
    ("container", "ports", {80: 808}, {"ports": {"80/tcp": [{"HostIp": "", "HostPort": "808"}]}}),
    ("container", "privileged", True, {"privileged": True}),
    ("container", "publish_all_ports", True, {"publish_all_ports": True}),
    ("container", "read_only", False, {"read_only": False}),
    ("container", "remove", True, {"auto_remove": True}),
    ("container", "restart_policy", {"name": "always"}, {"restart_policy": {"Name": "always"}}),
    ("container", "runtime", "runc", {"runtime": "runc"}),
    ("container", "security_opt", 'seccomp={"a": 1}', {"security_opt": ['seccomp={"a": 1}']}),
    ("container", "shm_size", "1g", {"shm_size": 2**30}),
    ("container", "stdin_open", True, {"stdin_open": True}),
    ("container", "stop_signal", 9, {"stop_signal": "9"}),
    ("container", "storage_opt", {"size": "1g"}, {"storage_opt": {"size": "1g"}}),
    ("container", "sysctls", {"a": 1}, {"sysctls": {"a": "1"}}),
    ("container", "tmpfs", ["/x:size=1m"], {"tmpfs": {"/x": "size=1m"}}),
    ("container", "tty", True, {"tty": True}),
    ("container", "ulimits", [{"name": "core", "soft": 5}], {"ulimits": [{"Name": "core", "Soft": 5, "Hard": 5}]}),
    ("container", "use_config_proxy", False, {"use_config_proxy": False}),
    ("container", "user", 0, {"user": "0"}),
    ("container", "user", "", {"user": ""}),
    ("container", "userns_mode", "host", {"userns_mode": "host"}),
    ("container", "uts_mode", "host", {"uts_mode": "host"}),
    ("container", "version", "auto", {}),
    ("container", "volume_driver", "local", {"volume_driver": "local"}),
    ("container", "volumes", {"v": {"bind": "/c"}}, {"volumes": ["v:/c:rw"]}),
    ("container", "volumes_from", "a,b:ro", {"volumes_from": ["a", "b:ro"]}),
    ("container", "working_dir", "/w", {"working_dir": "/w"}),
    ("build", "buildargs", {"A": 1, "B": None}, {"buildargs": {"A": "1", "B": None}}),
    ("build", "cache_from", ["a"], {"cache_from": ["a"]}),
    (
        "build",
        "container_limits",
        {"memory": "1m", "cpushares": "5", "cpusetcpus": 0},
        {"container_limits": {"memory": 2**20, "cpushares": 5, "cpusetcpus": "0"}},
    ),
    ("build", "custom_context", False, {}),
    ("build", "dockerfile", Path("x"), {"dockerfile": "x"}),
    ("build", "encoding", "", {}),
    ("build", "extra_hosts", {"a": "192.0.2.1"}, {"extra_hosts": [("a", "192.0.2.1")]}),
    ("build", "fileobj", None, {}),
    ("build", "gzip", True, {"gzip": True}),
    ("build", "forcerm", True, {"forcerm": True}),
    ("build", "isolation", "default", {"isolation": "default"}),
    ("build", "labels", {"a": None}, {"labels": {"a": ""}}),
    ("build", "network_mode", "none", {"network_mode": "none"}),
    ("build", "nocache", True, {"nocache": True}),
    ("build", "path", Path("app"), {"path": "app"}),
    ("build", "platform", "linux/arm64", {"platform": "linux/arm64"}),
    ("build", "pull", True, {"pull": True}),
    ("build", "quiet", True, {"quiet": True}),
    ("build", "rm", False, {"rm": False}),
    ("build", "secrets", {"a": "x"}, {"secrets": {"a": b"x"}}),
    ("build", "shmsize", "1m", {"shmsize": 2**20}),
    ("build", "squash", True, {"squash": True}),
    ("build", "tag", "a:b", {"tag": "a:b"}),
    ("build", "target", "stage", {"target": "stage"}),
    ("build", "use_config_proxy", False, {"use_config_proxy": False}),
    ("pull", "all_tags", True, {"all_tags": True}),
    (
        "pull",
        "auth_config",
        {"username": "me", "password": "secret", "email": ""},
        {"auth_config": {"username": "me", "password": "secret"}},
    ),
    ("pull", "platform", "linux/arm64", {"platform": "linux/arm64"}),
    ("pull", "repository", "redis", {"repository": "redis"}),
    ("pull", "tag", 7, {"tag": "7"}),
    ("pull", "tag", 0, {"tag": "0"}),
    ("network", "attachable", True, {"attachable": True}),
    ("network", "check_duplicate", True, {"check_duplicate": True}),
    ("network", "driver", "bridge", {"driver": "bridge"}),
    ("network", "enable_ipv6", True, {"enable_ipv6": True}),
    ("network", "ingress", True, {"ingress": True}),
    ("network", "internal", True, {"internal": True}),
    ("network", "ipam", {"driver": "dhcp"}, {"ipam": {"Driver": "dhcp"}}),
    ("network", "labels", ["a"], {"labels": {"a": ""}}),
    ("network", "name", "a", {"name": "a"}),
    ("network", "options", {"a": 1}, {"options": {"a": "1"}}),
    ("network", "scope", "local", {"scope": "local"}),
    ("volume", "driver", "local", {"driver": "local"}),
    ("volume", "driver_opts", {"o": "size=1m", "a": None}, {"driver_opts": {"o": "size=1m", "a": ""}}),
    ("volume", "labels", ["a"], {"labels": {"a": ""}}),
    ("volume", "name", "a", {"name": "a"}),
    ("connect", "aliases", "a", {"aliases": ["a"]}),
    ("connect", "driver_opt", {"a": 1}, {"driver_opt": {"a": "1"}}),
    ("connect", "ipv4_address", "192.0.2.9", {"ipv4_address": "192.0.2.9"}),
    ("connect", "ipv6_address", "2001:db8::9", {"ipv6_address": "2001:db8::9"}),
    ("connect", "link_local_ips", ("169.254.0.9",), {"link_local_ips": ["169.254.0.9"]}),
    ("connect", "links", ["a:b"], {"links": [("a", "b")]}),
    ("connect", "mac_address", "02:42:ac:11:00:02", {"mac_address": "02:42:ac:11:00:02"}),
    ("execute", "command", "a 'b c'", {"command": ["a", "b c"]}),
    ("execute", "environment", ["A=1", "B"], {"environment": {"A": "1", "B": None}}),
    ("execute", "privileged", True, {"privileged": True}),
    ("execute", "tty", 1, {"tty": True}),
    ("execute", "user", 0, {"user": "0"}),
    ("execute", "workdir", "/w", {"workdir": "/w"}),
]
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
# What docker-py sends, though it is 0, False or empty.
KEPT: list[tuple[Verb, str, Any]] = [
    ("container", "cgroup_parent", ""),
    ("container", "dns", []),
    ("container", "dns_opt", []),
    ("container", "extra_hosts", []),
    ("container", "init", False),
    ("container", "links", []),
    ("container", "mem_limit", 0),
    ("container", "mem_swappiness", 0),
    ("container", "memswap_limit", 0),
    ("container", "mounts", []),
    ("container", "read_only", False),
    ("container", "security_opt", []),
    ("container", "shm_size", 0),
    ("container", "storage_opt", {}),
    ("container", "ulimits", []),
    ("container", "use_config_proxy", False),
    ("container", "volumes_from", []),
    ("build", "rm", False),
    ("build", "use_config_proxy", False),
]
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
