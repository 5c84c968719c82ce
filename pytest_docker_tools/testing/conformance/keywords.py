"""What each keyword asks for is what the engine reports: a table a kind."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from ...driver import Driver, Facts
from ...exceptions import UnsupportedOption
from ..capabilities import allowed
from ..fixtures import Create, FactsOf, Named, Reported


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

    def is_accepted(self, refused: frozenset[str]) -> bool:
        """Say whether none of it is refused."""
        return not refused & {self.id, *self.options}


CONTAINER = [
    Row("auto_remove", {"auto_remove": True}, "HostConfig.AutoRemove", True),
    Row("cap_add", {"cap_add": ["CAP_NET_ADMIN"]}, "HostConfig.CapAdd", ["CAP_NET_ADMIN"]),
    Row("cap_drop", {"cap_drop": ["CAP_KILL"]}, "HostConfig.CapDrop", ["CAP_KILL"]),
    Row("command", {"command": "echo 'a b'"}, "Config.Cmd", ["echo", "a b"]),
    Row("command flags", {"command": ["-x", "--", ""]}, "Config.Cmd", ["-x", "--", ""]),
    Row("command none", {"command": None}, "Config.Cmd", ["sh"]),
    Row("cpu_shares", {"cpu_shares": 512}, "HostConfig.CpuShares", 512),
    Row("cpuset_cpus", {"cpuset_cpus": "0"}, "HostConfig.CpusetCpus", "0"),
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
    Row("ipc_mode", {"ipc_mode": "host"}, "HostConfig.IpcMode", "host"),
    Row("labels", {"labels": {"a": "b=c,d"}}, "Config.Labels.a", "b=c,d"),
    Row("labels list", {"labels": ["a"]}, "Config.Labels.a", ""),
    Row(
        "log_config",
        {"log_config": {"Type": "json-file", "Config": {"max-size": "1m"}}},
        "HostConfig.LogConfig",
        {"Type": "json-file", "Config": {"max-size": "1m"}},
    ),
    Row("mem_limit", {"mem_limit": "64m"}, "HostConfig.Memory", 64 * 1024**2),
    Row("mem_reservation", {"mem_reservation": "32m"}, "HostConfig.MemoryReservation", 32 * 1024**2),
    Row("memswap_limit", {"mem_limit": "64m", "memswap_limit": -1}, "HostConfig.MemorySwap", -1),
    Row("network_mode none", {"network_mode": "none"}, "HostConfig.NetworkMode", "none"),
    Row("network_mode", {"network_mode": "host"}, "HostConfig.NetworkMode", "host"),
    Row("nano_cpus", {"nano_cpus": 1_500_000_000}, "HostConfig.NanoCpus", 1_500_000_000),
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
    Row("working_dir", {"working_dir": "/tmp"}, "Config.WorkingDir", "/tmp"),
]

NETWORK = [
    Row("network attachable", {"attachable": True}, "Attachable", True),
    Row("network check_duplicate", {"check_duplicate": True}, "Driver", "bridge"),
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
        self, create: Create, facts: FactsOf, refused_options: frozenset[str], reported: Reported, row: Row
    ) -> None:
        """What a keyword of a container asks for is what the engine reports."""
        with allowed(row.is_accepted(refused_options)):
            row.check(facts(create(**row.options)), reported)

    @rows(NETWORK)
    def test_of_a_network(
        self,
        driver: Driver,
        named: Named,
        facts: FactsOf,
        refused_options: frozenset[str],
        reported: Reported,
        row: Row,
    ) -> None:
        """What a keyword of a network asks for is what the engine reports."""
        with allowed(row.is_accepted(refused_options)):
            network = driver.create_network({"name": named("network"), **row.options})
            row.check(facts(network, "network"), reported)

    @rows(VOLUME)
    def test_of_a_volume(
        self,
        driver: Driver,
        named: Named,
        facts: FactsOf,
        refused_options: frozenset[str],
        reported: Reported,
        row: Row,
    ) -> None:
        """What a keyword of a volume asks for is what the engine reports."""
        with allowed(row.is_accepted(refused_options)):
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
