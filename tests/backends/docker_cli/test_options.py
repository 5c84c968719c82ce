"""The option tables: which flags come of which keywords."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools.options import (
    BuildOptions,
    ConnectOptions,
    ContainerOptions,
    CreateNetworkOptions,
    PullOptions,
    VolumeOptions,
)
from pytest_docker_tools_docker_cli import Table
from pytest_docker_tools_docker_cli.command import arguments, keywords
from pytest_docker_tools_docker_cli.image_options import BUILD, PULL
from pytest_docker_tools_docker_cli.options import CONNECT, CONTAINER, NETWORK, VOLUME, without

BIND = {"Type": "bind", "Source": "/a", "Target": "/b"}
CONTAINERS: list[tuple[str, Any, list[str]]] = [
    ("auto_remove", True, ["--rm=true"]),
    ("auto_remove", False, []),
    ("cap_add", ["NET_ADMIN", "SYS_TIME"], ["--cap-add=NET_ADMIN", "--cap-add=SYS_TIME"]),
    ("cap_drop", ["ALL"], ["--cap-drop=ALL"]),
    ("cpu_shares", 512, ["--cpu-shares=512"]),
    ("cpu_shares", 0, []),
    ("cpuset_cpus", "0-1", ["--cpuset-cpus=0-1"]),
    ("devices", ["/dev/null"], ["--device=/dev/null:/dev/null:rwm"]),
    ("devices", ["/dev/null:/dev/x:r"], ["--device=/dev/null:/dev/x:r"]),
    (
        "devices",
        [{"PathOnHost": "/dev/null", "PathInContainer": "/x", "CgroupPermissions": "r"}],
        ["--device=/dev/null:/x:r"],
    ),
    ("dns", ["192.0.2.1"], ["--dns=192.0.2.1"]),
    ("dns_opt", ["ndots:2"], ["--dns-option=ndots:2"]),
    ("dns_search", ["example.org"], ["--dns-search=example.org"]),
    ("domainname", "example.org", ["--domainname=example.org"]),
    ("extra_hosts", {"a": "192.0.2.1", "b": "::1"}, ["--add-host=a:192.0.2.1", "--add-host=b:::1"]),
    ("extra_hosts", ["b:::1"], ["--add-host=b:::1"]),
    ("group_add", [20, "audio"], ["--group-add=20", "--group-add=audio"]),
    ("healthcheck", {"test": "true && true"}, ["--health-cmd=true && true"]),
    ("healthcheck", {"Test": ["CMD-SHELL", "true"]}, ["--health-cmd=true"]),
    ("healthcheck", {"test": ["CMD", "echo", "a b"]}, ["--health-cmd=echo 'a b'"]),
    ("healthcheck", {"test": ["NONE"]}, ["--no-healthcheck"]),
    (
        "healthcheck",
        {"interval": 10**9, "timeout": 2, "StartPeriod": 3, "retries": 4},
        ["--health-interval=1000000000ns", "--health-timeout=2ns", "--health-start-period=3ns", "--health-retries=4"],
    ),
    ("hostname", "web", ["--hostname=web"]),
    ("init", True, ["--init=true"]),
    ("init", False, ["--init=false"]),
    ("init", None, []),
    ("ipc_mode", "host", ["--ipc=host"]),
    ("labels", {"a": "b=c", "d": None}, ["--label=a=b=c", "--label=d="]),
    ("labels", ["a"], ["--label=a="]),
    ("links", {"db": "database"}, ["--link=db:database"]),
    ("links", [("db", "database"), ("web", None)], ["--link=db:database", "--link=web"]),
    (
        "log_config",
        {"Type": "json-file", "Config": {"max-size": "1m"}},
        ["--log-driver=json-file", "--log-opt=max-size=1m"],
    ),
    ("log_config", {"config": {"tag": "x"}}, ["--log-opt=tag=x"]),
    ("mem_limit", "64m", ["--memory=67108864"]),
    ("mem_limit", 0, ["--memory=0"]),
    ("mem_reservation", 8388608, ["--memory-reservation=8388608"]),
    ("memswap_limit", -1, ["--memory-swap=-1"]),
    ("mounts", [BIND], ["--mount=type=bind,target=/b,source=/a"]),
    ("mounts", [{**BIND, "Source": '/a,"b', "ReadOnly": True}], ['--mount=type=bind,target=/b,"source=/a,""b",ro']),
    (
        "mounts",
        [{**BIND, "BindOptions": {"Propagation": "rslave"}}],
        ["--mount=type=bind,target=/b,source=/a,bind-propagation=rslave"],
    ),
    (
        "mounts",
        [
            {
                "Target": "/b",
                "Source": "v",
                "VolumeOptions": {
                    "NoCopy": True,
                    "Labels": {"k": "v"},
                    "DriverConfig": {"Name": "local", "Options": {"o": "a,b"}},
                },
            }
        ],
        [
            "--mount=type=volume,target=/b,source=v,volume-nocopy=true,volume-label=k=v,volume-driver=local,"
            '"volume-opt=o=a,b"'
        ],
    ),
    (
        "mounts",
        [{"Type": "tmpfs", "Target": "/b", "Source": None, "TmpfsOptions": {"SizeBytes": 1000, "Mode": 0o1770}}],
        ["--mount=type=tmpfs,target=/b,tmpfs-size=1000,tmpfs-mode=1770"],
    ),
    ("name", "web", ["--name=web"]),
    ("nano_cpus", 1_500_000_000, ["--cpus=1.5"]),
    ("nano_cpus", 10, ["--cpus=0.00000001"]),
    ("nano_cpus", 20_000_000_000, ["--cpus=20"]),
    ("network", "backend", ["--network=backend"]),
    ("network_mode", "none", ["--network=none"]),
    ("pid_mode", "host", ["--pid=host"]),
    ("pids_limit", -1, ["--pids-limit=-1"]),
    ("platform", "linux/amd64", ["--platform=linux/amd64"]),
    (
        "ports",
        {"80/tcp": None, 53: 0, "53/UDP": 5353},
        ["--publish=80/tcp", "--publish=53/tcp", "--publish=5353:53/udp"],
    ),
    ("ports", {80: ("127.0.0.1", 8080)}, ["--publish=127.0.0.1:8080:80/tcp"]),
    ("ports", {80: ("127.0.0.1",)}, ["--publish=127.0.0.1::80/tcp"]),
    ("ports", {80: ("::1", 8080)}, ["--publish=[::1]:8080:80/tcp"]),
    (
        "ports",
        {80: [1, {"HostIp": "127.0.0.1", "HostPort": "2"}]},
        ["--publish=1:80/tcp", "--publish=127.0.0.1:2:80/tcp"],
    ),
    ("ports", {80: "2222-2230"}, ["--publish=2222-2230:80/tcp"]),
    ("ports", {80: []}, ["--expose=80"]),
    ("privileged", True, ["--privileged=true"]),
    ("privileged", False, []),
    ("publish_all_ports", True, ["--publish-all=true"]),
    ("read_only", False, ["--read-only=false"]),
    ("remove", True, ["--rm=true"]),
    ("restart_policy", {"Name": "on-failure", "MaximumRetryCount": 3}, ["--restart=on-failure:3"]),
    ("restart_policy", {"Name": "always"}, ["--restart=always"]),
    ("restart_policy", {"Name": ""}, []),
    ("restart_policy", {}, []),
    ("runtime", "runc", ["--runtime=runc"]),
    (
        "security_opt",
        ["no-new-privileges", "seccomp=unconfined"],
        ["--security-opt=no-new-privileges", "--security-opt=seccomp=unconfined"],
    ),
    ("shm_size", "1g", ["--shm-size=1073741824"]),
    ("stdin_open", True, ["--interactive=true"]),
    ("stop_signal", "SIGINT", ["--stop-signal=SIGINT"]),
    ("sysctls", {"net.core.somaxconn": 99}, ["--sysctl=net.core.somaxconn=99"]),
    ("tmpfs", {"/run": "size=1m", "/tmp": ""}, ["--tmpfs=/run:size=1m", "--tmpfs=/tmp"]),
    ("tmpfs", ["/run:size=1m"], ["--tmpfs=/run:size=1m"]),
    ("tty", True, ["--tty=true"]),
    ("ulimits", [{"Name": "nofile", "Soft": 10, "Hard": 20}], ["--ulimit=nofile=10:20"]),
    ("ulimits", [{"name": "nofile", "soft": 10}], ["--ulimit=nofile=10"]),
    ("ulimits", [{"name": "core", "hard": -1}], ["--ulimit=core=0:-1"]),
    ("use_config_proxy", True, []),
    ("user", 0, ["--user=0"]),
    ("user", "", ["--user="]),
    ("volumes", {"/a": {"bind": "/b", "mode": "ro"}, "v": {"bind": "/c"}}, ["--volume=/a:/b:ro", "--volume=v:/c:rw"]),
    ("volumes", ["/data", "v:/c:ro", "C:\\a:/c"], ["--volume=/data", "--volume=v:/c:ro", "--volume=C:\\a:/c"]),
    ("volumes", {"C:\\a": {"bind": "/b"}}, ["--volume=C:\\a:/b:rw"]),
    ("volumes_from", "a,b:ro", ["--volumes-from=a", "--volumes-from=b:ro"]),
    ("working_dir", "/srv", ["--workdir=/srv"]),
]
OTHERS: list[tuple[Table, str, Any, list[str]]] = [
    (BUILD, "cache_from", ["a"], ["--cache-from=a"]),
    (BUILD, "extra_hosts", {"a": "192.0.2.1"}, ["--add-host=a:192.0.2.1"]),
    (BUILD, "forcerm", True, ["--force-rm=true"]),
    (BUILD, "gzip", True, ["--compress=true"]),
    (BUILD, "labels", {"a": "b"}, ["--label=a=b"]),
    (BUILD, "network_mode", "none", ["--network=none"]),
    (BUILD, "nocache", True, ["--no-cache=true"]),
    (BUILD, "platform", "linux/amd64", ["--platform=linux/amd64"]),
    (BUILD, "pull", True, ["--pull=true"]),
    (BUILD, "rm", False, ["--rm=false"]),
    (BUILD, "shmsize", 1000, ["--shm-size=1000"]),
    (BUILD, "squash", True, ["--squash=true"]),
    (BUILD, "tag", "a:b", ["--tag=a:b"]),
    (BUILD, "target", "stage", ["--target=stage"]),
    (BUILD, "use_config_proxy", True, []),
    (PULL, "all_tags", False, []),
    (PULL, "platform", "linux/amd64", ["--platform=linux/amd64"]),
    (NETWORK, "attachable", True, ["--attachable=true"]),
    (NETWORK, "check_duplicate", True, []),
    (NETWORK, "driver", "bridge", ["--driver=bridge"]),
    (NETWORK, "enable_ipv6", True, ["--ipv6=true"]),
    (NETWORK, "ingress", True, ["--ingress=true"]),
    (NETWORK, "internal", True, ["--internal=true"]),
    (NETWORK, "labels", {"a": "b"}, ["--label=a=b"]),
    (NETWORK, "scope", "local", ["--scope=local"]),
    (NETWORK, "options", {"a": 1}, ["--opt=a=1"]),
    (
        NETWORK,
        "ipam",
        {
            "Driver": "default",
            "Config": [
                {
                    "Subnet": "192.0.2.0/24",
                    "IPRange": "192.0.2.0/25",
                    "Gateway": "192.0.2.1",
                    "AuxiliaryAddresses": {"router": "192.0.2.2"},
                },
                {"Subnet": "2001:db8::/64", "IPRange": None, "Gateway": None, "AuxiliaryAddresses": None},
            ],
            "Options": {"a": "b"},
        },
        [
            "--ipam-opt=a=b",
            "--subnet=192.0.2.0/24",
            "--ip-range=192.0.2.0/25",
            "--gateway=192.0.2.1",
            "--aux-address=router=192.0.2.2",
            "--subnet=2001:db8::/64",
        ],
    ),
    (NETWORK, "ipam", {"Driver": "dhcp"}, ["--ipam-driver=dhcp"]),
    (VOLUME, "driver", "local", ["--driver=local"]),
    (VOLUME, "driver_opts", {"type": "tmpfs", "o": "size=1m,uid=1"}, ["--opt=type=tmpfs", "--opt=o=size=1m,uid=1"]),
    (VOLUME, "labels", ["a"], ["--label=a="]),
    (CONNECT, "aliases", ["a", "b"], ["--alias=a", "--alias=b"]),
    (CONNECT, "driver_opt", {"a": "b"}, ["--driver-opt=a=b"]),
    (CONNECT, "ipv4_address", "192.0.2.9", ["--ip=192.0.2.9"]),
    (CONNECT, "ipv6_address", "2001:db8::9", ["--ip6=2001:db8::9"]),
    (CONNECT, "link_local_ips", ["169.254.0.9"], ["--link-local-ip=169.254.0.9"]),
    (CONNECT, "links", {"db": "database"}, ["--link=db:database"]),
]
REFUSED: list[tuple[Table, str, Any]] = [
    (CONTAINER, "cpu_count", 1),
    (CONTAINER, "cpu_shares", "many"),
    (CONTAINER, "cpu_shares", True),
    (CONTAINER, "devices", "/dev/null"),
    (CONTAINER, "healthcheck", {"interval": "10s"}),
    (CONTAINER, "healthcheck", {"test": ["true"]}),
    (CONTAINER, "healthcheck", {"every": 1}),
    (CONTAINER, "labels", ["a=b"]),
    (CONTAINER, "log_config", "json-file"),
    (CONTAINER, "mem_limit", "many"),
    (CONTAINER, "mounts", ["/a:/b"]),
    (CONTAINER, "mounts", [{**BIND, "BindOptions": {"CreateMountpoint": True}}]),
    (CONTAINER, "name", "a\0b"),
    (CONTAINER, "name", {"a": "b"}),
    (CONTAINER, "ports", ["80:80"]),
    (CONTAINER, "privileged", "no"),
    (CONTAINER, "restart_policy", "always"),
    (CONTAINER, "restart_policy", {"Name": "always", "Delay": 1}),
    (CONTAINER, "security_opt", ["seccomp={}"]),
    (CONTAINER, "sysctls", ["a=b"]),
    (CONTAINER, "ulimits", [{"name": "nofile", "both": 1}]),
    (CONTAINER, "use_config_proxy", False),
    (CONTAINER, "volumes", {"/a:b": {"bind": "/c"}}),
    (CONTAINER, "volumes", {"./a": {"bind": "/c"}}),
    (CONTAINER, "volumes", ["~/a:/c"]),
    (BUILD, "container_limits", {"memory": 1}),
    (PULL, "all_tags", True),
    (PULL, "auth_config", {"username": "me"}),
    (NETWORK, "check_duplicate", False),
    (NETWORK, "ipam", {"Config": [{"Range": "x"}]}),
    (CONNECT, "mac_address", "02:42:ac:11:00:02"),
]


@pytest.mark.parametrize(("keyword", "value", "flags"), CONTAINERS)
def test_container(keyword: str, value: Any, flags: list[str]) -> None:
    """Each keyword of a container is written as the flags that mean the same."""
    assert arguments(CONTAINER, {keyword: value}) == flags


@pytest.mark.parametrize(("table", "keyword", "value", "flags"), OTHERS)
def test_others(table: Table, keyword: str, value: Any, flags: list[str]) -> None:
    """Each keyword of builds, pulls, networks and volumes is written as the flags that mean the same."""
    assert arguments(table, {keyword: value}) == flags


@pytest.mark.parametrize(("table", "keyword", "value"), REFUSED)
def test_refused(table: Table, keyword: str, value: Any) -> None:
    """What cannot be written is refused with the name of its keyword."""
    with pytest.raises(UnsupportedOption) as raised:
        arguments(table, {keyword: value})
    assert raised.value.keyword == keyword


@pytest.mark.parametrize(
    ("table", "known"),
    [
        (CONTAINER, ContainerOptions),
        (BUILD, BuildOptions),
        (PULL, PullOptions),
        (NETWORK, CreateNetworkOptions),
        (VOLUME, VolumeOptions),
        (CONNECT, ConnectOptions),
    ],
)
def test_tables_have_docker_pys_keywords_only(table: Table, known: Any) -> None:
    """No table has a keyword that the factories do not know, and every keyword of a table has a test."""
    assert table.keys() <= known.__annotations__.keys()
    tested = {(id(CONTAINER), keyword) for keyword, _, _ in CONTAINERS}
    tested |= {(id(other), keyword) for other, keyword, _, _ in OTHERS}
    assert {keyword for keyword in table if (id(table), keyword) not in tested} == set()


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
    found = keywords(NETWORK, {"internal": True, "labels": None, "ipam": {"Config": [pool]}})
    assert found == {"--internal": "internal", "--subnet": "ipam", "--aux-address": "ipam"}


def test_a_table_without_some_keywords_refuses_them() -> None:
    """A client that does not have a flag has a table without its keyword."""
    with pytest.raises(UnsupportedOption, match="'links'"):
        arguments(without(CONTAINER, {"links"}), {"links": {"a": "b"}})


def test_values_are_not_changed() -> None:
    """What the user wrote is as it was."""
    health = {"test": ["CMD", "true"], "retries": 1}
    arguments(CONTAINER, {"healthcheck": health})
    assert health == {"test": ["CMD", "true"], "retries": 1}
