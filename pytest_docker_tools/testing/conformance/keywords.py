"""What each keyword asks for is what the engine reports: a table a kind."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from ...driver import Driver, Facts
from ...exceptions import UnsupportedOption
from ..capabilities import allowed, unless_engine_says
from ..fixtures import Accepts, Create, FactsOf, Named, Reported


class Row(NamedTuple):
    """Options, and what the engine reports of them. `id` is the keyword, with a word more where it has several rows.

    `path` leads through the keys of the inspect JSON.
    """

    id: str
    options: dict[str, Any]
    path: str
    expected: Any

    def check(self, facts: Facts, reported: Reported) -> None:
        """Compare what the engine reports."""
        path, expected = reported.get(self.id, (self.path, self.expected))
        found: Any = facts
        for name in path.split("."):
            found = found[name]
        assert found == expected

    @property
    def names(self) -> set[str]:
        """What a driver may refuse of it."""
        return {self.id, *self.options}


DEVICE_RATE = [{"Path": "/dev/zero", "Rate": 1048576}]
PROFILE = '{"defaultAction":"SCMP_ACT_ALLOW"}'

CONTAINER = [
    Row("auto_remove", {"auto_remove": True}, "HostConfig.AutoRemove", True),
    Row("blkio_weight", {"blkio_weight": 300}, "HostConfig.BlkioWeight", 300),
    Row(
        "blkio_weight_device",
        {"blkio_weight_device": [{"Path": "/dev/zero", "Weight": 300}]},
        "HostConfig.BlkioWeightDevice",
        [{"Path": "/dev/zero", "Weight": 300}],
    ),
    Row("cap_add", {"cap_add": ["CAP_NET_ADMIN"]}, "HostConfig.CapAdd", ["CAP_NET_ADMIN"]),
    Row("cap_drop", {"cap_drop": ["CAP_KILL"]}, "HostConfig.CapDrop", ["CAP_KILL"]),
    Row("cgroup_parent", {"cgroup_parent": "/mine"}, "HostConfig.CgroupParent", "/mine"),
    Row("cgroupns", {"cgroupns": "host"}, "HostConfig.CgroupnsMode", "host"),
    Row("command", {"command": "echo 'a b'"}, "Config.Cmd", ["echo", "a b"]),
    Row("command flags", {"command": ["-x", "--", ""]}, "Config.Cmd", ["-x", "--", ""]),
    Row("command none", {"command": None}, "Config.Cmd", ["sh"]),
    Row("cpu_count", {"cpu_count": 1}, "HostConfig.CpuCount", 1),
    Row("cpu_percent", {"cpu_percent": 50}, "HostConfig.CpuPercent", 50),
    Row("cpu_period", {"cpu_period": 50000}, "HostConfig.CpuPeriod", 50000),
    Row("cpu_quota", {"cpu_quota": 25000}, "HostConfig.CpuQuota", 25000),
    Row("cpu_rt_period", {"cpu_rt_period": 900000}, "HostConfig.CpuRealtimePeriod", 900000),
    Row("cpu_rt_runtime", {"cpu_rt_period": 900000, "cpu_rt_runtime": 100}, "HostConfig.CpuRealtimeRuntime", 100),
    Row("cpu_shares", {"cpu_shares": 512}, "HostConfig.CpuShares", 512),
    Row("cpuset_cpus", {"cpuset_cpus": "0"}, "HostConfig.CpusetCpus", "0"),
    Row("cpuset_mems", {"cpuset_mems": "0"}, "HostConfig.CpusetMems", "0"),
    Row("device_cgroup_rules", {"device_cgroup_rules": ["c 1:3 r"]}, "HostConfig.DeviceCgroupRules", ["c 1:3 r"]),
    Row("device_read_bps", {"device_read_bps": DEVICE_RATE}, "HostConfig.BlkioDeviceReadBps", DEVICE_RATE),
    Row("device_read_iops", {"device_read_iops": DEVICE_RATE}, "HostConfig.BlkioDeviceReadIOps", DEVICE_RATE),
    Row(
        "device_requests",
        {"device_requests": [{"Count": -1, "Capabilities": [["gpu"]], "Options": {"a": "b"}}]},
        "HostConfig.DeviceRequests",
        [{"Driver": "", "Count": -1, "DeviceIDs": [], "Capabilities": [["gpu"]], "Options": {"a": "b"}}],
    ),
    Row(
        "device_requests ids",
        {"device_requests": [{"Driver": "nvidia", "DeviceIDs": ["0", "2"], "Capabilities": [["gpu"]]}]},
        "HostConfig.DeviceRequests",
        [{"Driver": "nvidia", "Count": 0, "DeviceIDs": ["0", "2"], "Capabilities": [["gpu"]], "Options": {}}],
    ),
    Row("device_write_bps", {"device_write_bps": DEVICE_RATE}, "HostConfig.BlkioDeviceWriteBps", DEVICE_RATE),
    Row("device_write_iops", {"device_write_iops": DEVICE_RATE}, "HostConfig.BlkioDeviceWriteIOps", DEVICE_RATE),
    Row(
        "devices",
        {"devices": ["/dev/null:/dev/x:r"]},
        "HostConfig.Devices",
        [{"PathOnHost": "/dev/null", "PathInContainer": "/dev/x", "CgroupPermissions": "r"}],
    ),
    Row("dns", {"dns": ["192.0.2.1"]}, "HostConfig.Dns", ["192.0.2.1"]),
    Row("dns_opt", {"dns_opt": ["ndots:2"]}, "HostConfig.DnsOptions", ["ndots:2"]),
    Row("dns_search", {"dns_search": ["example.org"]}, "HostConfig.DnsSearch", ["example.org"]),
    Row("domainname", {"domainname": "example.org"}, "Config.Domainname", "example.org"),
    Row("entrypoint", {"entrypoint": "sh"}, "Config.Entrypoint", ["sh"]),
    Row("entrypoint words", {"entrypoint": "sh -c"}, "Config.Entrypoint", ["sh", "-c"]),
    Row("extra_hosts", {"extra_hosts": {"a": "192.0.2.1"}}, "HostConfig.ExtraHosts", ["a:192.0.2.1"]),
    Row("group_add", {"group_add": [20]}, "HostConfig.GroupAdd", ["20"]),
    Row(
        "healthcheck",
        {"healthcheck": {"test": "echo 'a b'", "interval": 10**9, "retries": 2}},
        "Config.Healthcheck",
        {"Test": ["CMD-SHELL", "echo 'a b'"], "Interval": 10**9, "Retries": 2},
    ),
    Row(
        "healthcheck words",
        {"healthcheck": {"test": ["CMD", "echo", "a b"]}},
        "Config.Healthcheck",
        {"Test": ["CMD", "echo", "a b"]},
    ),
    Row("healthcheck none", {"healthcheck": {"test": ["NONE"]}}, "Config.Healthcheck", {"Test": ["NONE"]}),
    Row("hostname", {"hostname": "web"}, "Config.Hostname", "web"),
    Row("init", {"init": True}, "HostConfig.Init", True),
    Row("init false", {"init": False}, "HostConfig.Init", False),
    Row("init_path", {"init": True, "init_path": "/usr/bin/catatonit"}, "HostConfig.InitPath", "/usr/bin/catatonit"),
    Row("ipc_mode", {"ipc_mode": "host"}, "HostConfig.IpcMode", "host"),
    Row("isolation", {"isolation": "default"}, "HostConfig.Isolation", "default"),
    Row("kernel_memory", {"mem_limit": "64m", "kernel_memory": "32m"}, "HostConfig.KernelMemory", 32 * 1024**2),
    Row("labels", {"labels": {"a": "b=c,d"}}, "Config.Labels.a", "b=c,d"),
    Row("labels list", {"labels": ["a"]}, "Config.Labels.a", ""),
    Row(
        "log_config",
        {"log_config": {"Type": "json-file", "Config": {"max-size": "1m"}}},
        "HostConfig.LogConfig",
        {"Type": "json-file", "Config": {"max-size": "1m"}},
    ),
    Row("mac_address", {"mac_address": "02:42:ac:11:00:99"}, "Config.MacAddress", "02:42:ac:11:00:99"),
    Row("mem_limit", {"mem_limit": "64m"}, "HostConfig.Memory", 64 * 1024**2),
    Row("mem_reservation", {"mem_reservation": "32m"}, "HostConfig.MemoryReservation", 32 * 1024**2),
    Row("mem_swappiness", {"mem_swappiness": 10}, "HostConfig.MemorySwappiness", 10),
    Row("mem_swappiness none", {"mem_swappiness": 0}, "HostConfig.MemorySwappiness", 0),
    Row("memswap_limit", {"mem_limit": "64m", "memswap_limit": -1}, "HostConfig.MemorySwap", -1),
    Row("network", {"network": "bridge"}, "HostConfig.NetworkMode", "bridge"),
    Row("network_disabled", {"network_disabled": True}, "Config.NetworkDisabled", True),
    Row("network_mode none", {"network_mode": "none"}, "HostConfig.NetworkMode", "none"),
    Row("network_mode", {"network_mode": "host"}, "HostConfig.NetworkMode", "host"),
    Row("nano_cpus", {"nano_cpus": 1_500_000_000}, "HostConfig.NanoCpus", 1_500_000_000),
    Row("oom_kill_disable", {"mem_limit": "64m", "oom_kill_disable": True}, "HostConfig.OomKillDisable", True),
    Row("oom_score_adj", {"oom_score_adj": 500}, "HostConfig.OomScoreAdj", 500),
    Row("pid_mode", {"pid_mode": "host", "init": False}, "HostConfig.PidMode", "host"),
    Row("pids_limit", {"pids_limit": 50}, "HostConfig.PidsLimit", 50),
    Row("platform", {"platform": "linux"}, "Platform", "linux"),
    Row(
        "ports",
        {"ports": {"80/tcp": ("127.0.0.1", 18080), 53: [1, 2]}},
        "HostConfig.PortBindings",
        {
            "80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "18080"}],
            "53/tcp": [{"HostIp": "", "HostPort": "1"}, {"HostIp": "", "HostPort": "2"}],
        },
    ),
    Row("ports exposed", {"ports": {"80/udp": []}}, "Config.ExposedPorts", {"80/udp": {}}),
    Row("privileged", {"privileged": True}, "HostConfig.Privileged", True),
    Row("publish_all_ports", {"publish_all_ports": True}, "HostConfig.PublishAllPorts", True),
    Row("read_only", {"read_only": True}, "HostConfig.ReadonlyRootfs", True),
    Row("remove", {"remove": True}, "HostConfig.AutoRemove", True),
    Row(
        "restart_policy",
        {"restart_policy": {"Name": "on-failure", "MaximumRetryCount": 3}},
        "HostConfig.RestartPolicy",
        {"Name": "on-failure", "MaximumRetryCount": 3},
    ),
    Row("runtime", {"runtime": "runc"}, "HostConfig.Runtime", "runc"),
    Row("security_opt", {"security_opt": ["no-new-privileges"]}, "HostConfig.SecurityOpt", ["no-new-privileges"]),
    Row(
        "security_opt profile",
        {"security_opt": [f"seccomp={PROFILE}"]},
        "HostConfig.SecurityOpt",
        [f"seccomp={PROFILE}"],
    ),
    Row("shm_size", {"shm_size": "8m"}, "HostConfig.ShmSize", 8 * 1024**2),
    Row("stdin_open", {"stdin_open": True}, "Config.OpenStdin", True),
    Row("stop_signal", {"stop_signal": "SIGINT"}, "Config.StopSignal", "SIGINT"),
    Row("sysctls", {"sysctls": {"net.core.somaxconn": 99}}, "HostConfig.Sysctls", {"net.core.somaxconn": "99"}),
    Row("tmpfs", {"tmpfs": {"/run": "size=1m"}}, "HostConfig.Tmpfs", {"/run": "size=1m"}),
    Row("tty", {"tty": True}, "Config.Tty", True),
    Row(
        "ulimits",
        {"ulimits": [{"Name": "nofile", "Soft": 10, "Hard": 20}]},
        "HostConfig.Ulimits",
        [{"Name": "nofile", "Soft": 10, "Hard": 20}],
    ),
    Row("user", {"user": 0}, "Config.User", "0"),
    Row("userns_mode", {"userns_mode": "host"}, "HostConfig.UsernsMode", "host"),
    Row("uts_mode", {"uts_mode": "host"}, "HostConfig.UTSMode", "host"),
    Row("version", {"version": "auto"}, "State.Status", "created"),
    Row("volume_driver", {"volume_driver": "local", "volumes": ["/data"]}, "HostConfig.VolumeDriver", "local"),
    Row("volumes list", {"volumes": ["/data"]}, "Config.Volumes", {"/data": {}}),
    Row("working_dir", {"working_dir": "/tmp"}, "Config.WorkingDir", "/tmp"),
]

NETWORK = [
    Row("network attachable", {"attachable": True}, "Attachable", True),
    Row("network driver", {"driver": "bridge"}, "Driver", "bridge"),
    Row("network internal", {"internal": True}, "Internal", True),
    Row("network labels", {"labels": {"a": "b=c"}}, "Labels", {"a": "b=c"}),
    Row(
        "network options",
        {"options": {"com.docker.network.driver.mtu": 1400}},
        "Options",
        {"com.docker.network.driver.mtu": "1400"},
    ),
    Row("network scope", {"scope": "local"}, "Scope", "local"),
]

VOLUME = [
    Row("volume driver", {"driver": "local"}, "Driver", "local"),
    Row("volume labels", {"labels": {"a": "b=c"}}, "Labels", {"a": "b=c"}),
    Row(
        "volume driver_opts",
        {"driver_opts": {"type": "tmpfs", "device": "tmpfs", "o": "size=1m,uid=7"}},
        "Options",
        {"type": "tmpfs", "device": "tmpfs", "o": "size=1m,uid=7"},
    ),
]


def rows(table: list[Row]) -> pytest.MarkDecorator:
    """Run a test with each row."""
    return pytest.mark.parametrize("row", table, ids=[row.id.replace(" ", "-") for row in table])


class TestKeywords:
    @rows(CONTAINER)
    def test_of_a_container(
        self,
        create: Create,
        facts: FactsOf,
        reported: Reported,
        recwarn: pytest.WarningsRecorder,
        row: Row,
        accepts: Accepts,
    ) -> None:
        """What a keyword of a container asks for is what the engine reports, or warns that its kernel cannot do."""
        with allowed(accepts("container", *row.names)):
            found = facts(create(**row.options))
            if not any("discarded" in str(item.message) for item in recwarn.list):
                row.check(found, reported)

    def test_size_of_a_container(self, create: Create, facts: FactsOf, accepts: Accepts) -> None:
        """Options of a container's own file system get to the engine, which has them on some file systems only."""
        with allowed(accepts("container", "storage_opt")), unless_engine_says("storage"):
            assert facts(create(storage_opt={"size": "1G"}))["HostConfig"]["StorageOpt"] == {"size": "1G"}

    @rows(NETWORK)
    def test_of_a_network(
        self, driver: Driver, named: Named, facts: FactsOf, reported: Reported, row: Row, accepts: Accepts
    ) -> None:
        """What a keyword of a network asks for is what the engine reports."""
        with allowed(accepts("network", *row.names)):
            network = driver.create_network({"name": named("network"), **row.options})
            row.check(facts(network, "network"), reported)

    @rows(VOLUME)
    def test_of_a_volume(
        self, driver: Driver, named: Named, facts: FactsOf, reported: Reported, row: Row, accepts: Accepts
    ) -> None:
        """What a keyword of a volume asks for is what the engine reports."""
        with allowed(accepts("volume", *row.names)):
            row.check(facts(driver.create_volume({"name": named("volume"), **row.options}), "volume"), reported)

    @pytest.mark.parametrize(
        ("keyword", "value"),
        [
            ("environment", 5),
            ("labels", 5),
            ("mem_limit", "much"),
            ("mounts", ["/a:/b"]),
            ("ports", {"80/tcp": "http"}),
            ("ports", [80]),
            ("restart_policy", "always"),
            ("ulimits", ["nofile"]),
        ],
    )
    def test_what_cannot_be_meant(self, create: Create, keyword: str, value: Any) -> None:
        """A value in a form that there is not is refused, and the keyword is named."""
        with pytest.raises(UnsupportedOption) as raised:
            create(**{keyword: value})
        assert raised.value.keyword == keyword
