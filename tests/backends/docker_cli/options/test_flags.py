"""Which flags come of which keywords: a row for each."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_docker_tools.normalise import Verb, normalised
from pytest_docker_tools_docker_cli.command import arguments
from pytest_docker_tools_docker_cli.options import ENDPOINT

from .conftest import RENDERED, written

BIND = {"Type": "bind", "Source": "/a", "Target": "/b"}
CONTAINERS: list[tuple[str, Any, list[str]]] = [
    ("auto_remove", True, ["--rm=true"]),
    ("blkio_weight", 300, ["--blkio-weight=300"]),
    (
        "blkio_weight_device",
        [{"Path": "/dev/a", "Weight": 200}, {"Path": "/dev/b", "Weight": 300}],
        ["--blkio-weight-device=/dev/a:200", "--blkio-weight-device=/dev/b:300"],
    ),
    ("cap_add", ["NET_ADMIN", "SYS_TIME"], ["--cap-add=NET_ADMIN", "--cap-add=SYS_TIME"]),
    ("cap_drop", ["ALL"], ["--cap-drop=ALL"]),
    ("cgroup_parent", "/x", ["--cgroup-parent=/x"]),
    ("cgroupns", "host", ["--cgroupns=host"]),
    ("cpu_count", 2, ["--cpu-count=2"]),
    ("cpu_percent", 50, ["--cpu-percent=50"]),
    ("cpu_period", 50_000, ["--cpu-period=50000"]),
    ("cpu_quota", -1, ["--cpu-quota=-1"]),
    ("cpu_rt_period", 10_000, ["--cpu-rt-period=10000"]),
    ("cpu_rt_runtime", 5_000, ["--cpu-rt-runtime=5000"]),
    ("cpu_shares", 512, ["--cpu-shares=512"]),
    ("cpuset_cpus", "0-1", ["--cpuset-cpus=0-1"]),
    ("cpuset_mems", "0", ["--cpuset-mems=0"]),
    (
        "device_cgroup_rules",
        ["c 1:3 r", "a *:* rwm"],
        ["--device-cgroup-rule=c 1:3 r", "--device-cgroup-rule=a *:* rwm"],
    ),
    ("device_read_bps", [{"Path": "/dev/a", "Rate": 1000}], ["--device-read-bps=/dev/a:1000"]),
    ("device_read_iops", [{"Path": "/dev/a", "Rate": 10}], ["--device-read-iops=/dev/a:10"]),
    ("device_requests", [{"Capabilities": [["gpu"]]}], ["--gpus=count=0"]),
    ("device_requests", [{"Count": -1, "Capabilities": [["gpu"]]}], ["--gpus=count=all"]),
    ("device_requests", [{"Count": 2, "Capabilities": [["compute", "gpu"]]}], ["--gpus=count=2,capabilities=compute"]),
    (
        "device_requests",
        [{"DeviceIDs": ["0", "GPU-1"], "Capabilities": [["gpu", "compute", "utility"]]}],
        ['--gpus="device=0,GPU-1","capabilities=compute,utility"'],
    ),
    (
        "device_requests",
        [
            {"Driver": "nvidia", "Count": 1, "Capabilities": [["gpu"]], "Options": {"a": "1", "b": "2,3"}},
            {"DeviceIDs": ["0"], "Capabilities": [["gpu"]]},
        ],
        ['--gpus=driver=nvidia,count=1,"options=a=1,""b=2,3"""', "--gpus=device=0"],
    ),
    ("device_write_bps", [{"Path": "/dev/a", "Rate": 1000}], ["--device-write-bps=/dev/a:1000"]),
    ("device_write_iops", [{"Path": "/dev/a", "Rate": 10}], ["--device-write-iops=/dev/a:10"]),
    ("devices", ["/dev/null"], ["--device=/dev/null:/dev/null:rwm"]),
    ("devices", ["/dev/null:/dev/x:r"], ["--device=/dev/null:/dev/x:r"]),
    ("dns", ["192.0.2.1"], ["--dns=192.0.2.1"]),
    ("dns_opt", ["ndots:2"], ["--dns-option=ndots:2"]),
    ("dns_search", ["example.org"], ["--dns-search=example.org"]),
    ("domainname", "example.org", ["--domainname=example.org"]),
    ("extra_hosts", {"a": "192.0.2.1", "b": "::1"}, ["--add-host=a:192.0.2.1", "--add-host=b:::1"]),
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
    ("ipc_mode", "host", ["--ipc=host"]),
    ("isolation", "hyperv", ["--isolation=hyperv"]),
    ("kernel_memory", "4m", ["--kernel-memory=4194304"]),
    ("labels", {"a": "b=c", "d": None}, ["--label=a=b=c", "--label=d="]),
    ("links", {"db": "database"}, ["--link=db:database"]),
    ("links", [("db", "database"), ("web", None)], ["--link=db:database", "--link=web"]),
    (
        "log_config",
        {"Type": "json-file", "Config": {"max-size": "1m"}},
        ["--log-driver=json-file", "--log-opt=max-size=1m"],
    ),
    ("log_config", {"config": {"tag": "x"}}, ["--log-opt=tag=x"]),
    ("mac_address", "02:42:ac:11:00:02", ["--mac-address=02:42:ac:11:00:02"]),
    ("mem_limit", "64m", ["--memory=67108864"]),
    ("mem_limit", 0, ["--memory=0"]),
    ("mem_reservation", 8388608, ["--memory-reservation=8388608"]),
    ("mem_swappiness", 0, ["--memory-swappiness=0"]),
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
        [{**BIND, "Consistency": "cached", "BindOptions": {"NonRecursive": True}}],
        ["--mount=type=bind,target=/b,source=/a,consistency=cached,bind-nonrecursive=true"],
    ),
    (
        "mounts",
        [{"Target": "/b", "Source": "v", "VolumeOptions": {"Subpath": "x/y", "NoCopy": False}}, {"Target": "/c"}],
        ["--mount=type=volume,target=/b,source=v,volume-subpath=x/y", "--mount=type=volume,target=/c"],
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
    ("oom_kill_disable", True, ["--oom-kill-disable=true"]),
    ("oom_score_adj", -5, ["--oom-score-adj=-5"]),
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
    ("ports", {80: [], "81/udp": []}, ["--expose=80/tcp", "--expose=81/udp"]),
    ("privileged", True, ["--privileged=true"]),
    ("publish_all_ports", True, ["--publish-all=true"]),
    ("read_only", False, ["--read-only=false"]),
    ("remove", True, ["--rm=true"]),
    ("restart_policy", {"Name": "on-failure", "MaximumRetryCount": 3}, ["--restart=on-failure:3"]),
    ("restart_policy", {"Name": "always"}, ["--restart=always"]),
    ("restart_policy", {"Name": ""}, []),
    ("runtime", "runc", ["--runtime=runc"]),
    (
        "security_opt",
        ["no-new-privileges", "seccomp=unconfined"],
        ["--security-opt=no-new-privileges", "--security-opt=seccomp=unconfined"],
    ),
    ("shm_size", "1g", ["--shm-size=1073741824"]),
    ("stdin_open", True, ["--interactive=true"]),
    ("stop_signal", "SIGINT", ["--stop-signal=SIGINT"]),
    ("storage_opt", {"size": "1g"}, ["--storage-opt=size=1g"]),
    ("sysctls", {"net.core.somaxconn": 99}, ["--sysctl=net.core.somaxconn=99"]),
    ("tmpfs", {"/run": "size=1m", "/tmp": ""}, ["--tmpfs=/run:size=1m", "--tmpfs=/tmp"]),
    ("tty", True, ["--tty=true"]),
    ("ulimits", [{"Name": "nofile", "Soft": 10, "Hard": 20}], ["--ulimit=nofile=10:20"]),
    ("ulimits", [{"name": "core", "hard": -1}], ["--ulimit=core=0:-1"]),
    ("use_config_proxy", False, []),
    ("user", 0, ["--user=0"]),
    ("user", "", ["--user="]),
    ("userns_mode", "host", ["--userns=host"]),
    ("uts_mode", "host", ["--uts=host"]),
    ("volume_driver", "local", ["--volume-driver=local"]),
    ("volumes", {"/a": {"bind": "/b", "mode": "ro"}, "v": {"bind": "/c"}}, ["--volume=/a:/b:ro", "--volume=v:/c:rw"]),
    ("volumes", ["/data", "v:/c:ro", "C:\\a:/c"], ["--volume=/data", "--volume=v:/c:ro", "--volume=C:\\a:/c"]),
    ("volumes", {"C:\\a": {"bind": "/b"}}, ["--volume=C:\\a:/b:rw"]),
    ("volumes_from", "a,b:ro", ["--volumes-from=a", "--volumes-from=b:ro"]),
    ("working_dir", "/srv", ["--workdir=/srv"]),
]
OTHERS: list[tuple[Verb, str, Any, list[str]]] = [
    ("build", "cache_from", ["a"], ["--cache-from=a"]),
    (
        "build",
        "container_limits",
        {"memory": "4m", "memswap": -1, "cpushares": 5, "cpusetcpus": "0-1"},
        ["--memory=4194304", "--memory-swap=-1", "--cpu-shares=5", "--cpuset-cpus=0-1"],
    ),
    ("build", "extra_hosts", {"a": "192.0.2.1"}, ["--add-host=a:192.0.2.1"]),
    ("build", "forcerm", True, ["--force-rm=true"]),
    ("build", "gzip", True, ["--compress=true"]),
    ("build", "isolation", "default", ["--isolation=default"]),
    ("build", "labels", {"a": "b"}, ["--label=a=b"]),
    ("build", "network_mode", "none", ["--network=none"]),
    ("build", "nocache", True, ["--no-cache=true"]),
    ("build", "platform", "linux/amd64", ["--platform=linux/amd64"]),
    ("build", "pull", True, ["--pull=true"]),
    ("build", "rm", False, ["--rm=false"]),
    ("build", "shmsize", 1000, ["--shm-size=1000"]),
    ("build", "squash", True, ["--squash=true"]),
    ("build", "tag", "a:b", ["--tag=a:b"]),
    ("build", "target", "stage", ["--target=stage"]),
    ("pull", "all_tags", True, ["--all-tags=true"]),
    ("pull", "platform", "linux/amd64", ["--platform=linux/amd64"]),
    ("network", "attachable", True, ["--attachable=true"]),
    ("network", "check_duplicate", True, []),
    ("network", "driver", "bridge", ["--driver=bridge"]),
    ("network", "enable_ipv6", True, ["--ipv6=true"]),
    ("network", "ingress", True, ["--ingress=true"]),
    ("network", "internal", True, ["--internal=true"]),
    ("network", "labels", {"a": "b"}, ["--label=a=b"]),
    ("network", "scope", "local", ["--scope=local"]),
    ("network", "options", {"a": 1}, ["--opt=a=1"]),
    (
        "network",
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
    ("network", "ipam", {"Driver": "dhcp"}, ["--ipam-driver=dhcp"]),
    ("volume", "driver", "local", ["--driver=local"]),
    ("volume", "driver_opts", {"type": "tmpfs", "o": "size=1m,uid=1"}, ["--opt=type=tmpfs", "--opt=o=size=1m,uid=1"]),
    ("volume", "labels", ["a"], ["--label=a="]),
    ("connect", "aliases", ["a", "b"], ["--alias=a", "--alias=b"]),
    ("connect", "driver_opt", {"a": "b"}, ["--driver-opt=a=b"]),
    ("connect", "ipv4_address", "192.0.2.9", ["--ip=192.0.2.9"]),
    ("connect", "ipv6_address", "2001:db8::9", ["--ip6=2001:db8::9"]),
    ("connect", "link_local_ips", ["169.254.0.9"], ["--link-local-ip=169.254.0.9"]),
    ("connect", "links", {"db": "database"}, ["--link=db:database"]),
]
# The same of a container's first network, when it is created.
ENDPOINTS: list[tuple[str, Any, list[str]]] = [
    ("aliases", ["a", "b"], ["--network-alias=a", "--network-alias=b"]),
    ("driver_opt", {"a": "b"}, ["--driver-opt=a=b"]),
    ("ipv4_address", "192.0.2.9", ["--ip=192.0.2.9"]),
    ("ipv6_address", "2001:db8::9", ["--ip6=2001:db8::9"]),
    ("link_local_ips", ["169.254.0.9"], ["--link-local-ip=169.254.0.9"]),
    ("links", {"db": "database"}, ["--link=db:database"]),
]


@pytest.mark.parametrize(("keyword", "value", "flags"), CONTAINERS)
def test_container(keyword: str, value: Any, flags: list[str]) -> None:
    """Each keyword of a container is written as the flags that mean the same."""
    assert written("container", keyword, value) == flags


@pytest.mark.parametrize(("verb", "keyword", "value", "flags"), OTHERS)
def test_others(verb: Verb, keyword: str, value: Any, flags: list[str]) -> None:
    """Each keyword of builds, pulls, networks and volumes is written as the flags that mean the same."""
    assert written(verb, keyword, value) == flags


@pytest.mark.parametrize(("keyword", "value", "flags"), ENDPOINTS)
def test_first_network(keyword: str, value: Any, flags: list[str]) -> None:
    """What a connection can be told is written as flags of the creation, too."""
    assert arguments(ENDPOINT, normalised("connect", {keyword: value})) == flags


def test_every_flag_has_a_row() -> None:
    """No way in which a keyword is written is untried."""
    tested = {("container", keyword) for keyword, _, _ in CONTAINERS} | {(verb, name) for verb, name, _, _ in OTHERS}
    assert {(verb, keyword) for verb, table in RENDERED.items() for keyword in table} - tested == set()
    assert ENDPOINT.keys() == {keyword for keyword, _, _ in ENDPOINTS}
