"""Which keywords let somebody tell that a resource goes a little later than its fixture ends."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pytest_docker_tools import witnesses
from pytest_docker_tools.driver import Kind
from pytest_docker_tools.options import ContainerOptions, CreateNetworkOptions, VolumeOptions
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

from ..conftest import Run
from .conftest import AT_ONCE, HEADER, LATER, TEST, how


@pytest.mark.parametrize(
    "options",
    [
        "",
        "command='sleep 1', entrypoint=['sh'], environment={'A': '1'}, labels={'a': '1'}",
        "hostname='db', mem_limit='1g', restart_policy={'Name': 'always'}",
        "ports={'80/tcp': None, 81: ('127.0.0.1',), '82/udp': []}",
        "publish_all_ports=True",
        "devices=[], privileged=False, name=None",
        "tmpfs={'/run': ''}, volumes=['/data'], mounts=[types.Mount(target='/more', source=None, type='tmpfs')]",
        "image='{img.id}'",
        "network='{net.name}', aliases=['it']",
        "networks=['{net.name}']",
        "volumes={'{data.name}': {'bind': '/data'}}",
        "environment={'DB': '{db.name}'}",
        "environment={'DB': lambda db: db.name}",
        "depends_on=['db', 'net']",
        "environment={'DB': '{wide_db.name}'}, scope='session'",
        "network='{wide_net.name}', volumes={'{wide_data.name}': {'bind': '/data'}}, scope='session'",
    ],
)
def test_nobody_could_tell(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, options: str) -> None:
    """A container that has nothing of its own, and works on nothing that stays, goes later, with all that it needs."""
    image = "" if "image=" in options else "image='app', "
    pytester.makepyfile(HEADER + f"it = container({image}{options})" + TEST)
    run().assert_outcomes(passed=1)
    assert how(engine, "container") == {LATER}
    assert how(engine, "network") <= {LATER}
    assert how(engine, "volume") <= {LATER}
    assert not engine.containers


# What makes somebody able to tell, by keyword.
TELLTALE: Mapping[Kind, Mapping[str, str]] = {
    "container": {
        "cgroup_parent": "'/group'",
        "device_cgroup_rules": "['c 1:3 r']",
        "device_requests": "[{'Count': 1, 'Capabilities': [['gpu']]}]",
        "devices": "['/dev/null']",
        "ipc_mode": "'host'",
        "links": "{'other': 'other'}",
        "mac_address": "'02:42:ac:11:00:02'",
        "name": "'it'",
        "network_mode": "'host'",
        "pid_mode": "'host'",
        "privileged": "True",
        "uts_mode": "'host'",
        "volume_driver": "'local'",
        "volumes_from": "['other']",
    },
    "network": {
        "driver": "'bridge'",
        "ingress": "True",
        "ipam": "{'Config': [{'Subnet': '10.77.0.0/24'}]}",
        "name": "'it'",
        "options": "{'com.docker.network.bridge.name': 'it'}",
        "network_scope": "'local'",
    },
    "volume": {"driver": "'local'", "driver_opts": "{'type': 'none', 'o': 'bind', 'device': '/tmp'}", "name": "'it'"},
}
ROWS = [(kind, keyword, value) for kind, table in TELLTALE.items() for keyword, value in table.items()]


@pytest.mark.parametrize(("kind", "keyword", "value"), ROWS, ids=[f"{row[0]}-{row[1]}" for row in ROWS])
def test_a_keyword_that_is_telling(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, kind: Kind, keyword: str, value: str
) -> None:
    """What has a name, or something else that others could find or want, is gone before its fixture is over."""
    MemoryDriver(engine).create_container({"image": "app", "name": "other"})
    image = "image='app', " if kind == "container" else ""
    pytester.makepyfile(f"{HEADER}it = {kind}({image}{keyword}={value}){TEST}")
    run().assert_outcomes(passed=1)
    assert how(engine, kind) == {AT_ONCE}


# Of which nobody could tell, or what is looked at where it is known what they stand for.
HARMLESS: Mapping[Kind, set[str]] = {
    "container": {
        *("auto_remove", "blkio_weight", "blkio_weight_device", "cap_add", "cap_drop", "cgroupns", "command"),
        *("cpu_count", "cpu_percent", "cpu_period", "cpu_quota", "cpu_rt_period", "cpu_rt_runtime", "cpu_shares"),
        *("cpuset_cpus", "cpuset_mems", "device_read_bps", "device_read_iops", "device_write_bps", "device_write_iops"),
        *("dns", "dns_opt", "dns_search", "domainname", "entrypoint", "environment", "extra_hosts", "group_add"),
        *("healthcheck", "hostname", "image", "init", "init_path", "isolation", "kernel_memory", "labels"),
        *("log_config", "lxc_conf", "mem_limit", "mem_reservation", "mem_swappiness", "memswap_limit", "mounts"),
        *("nano_cpus", "network", "network_disabled", "networking_config", "oom_kill_disable", "oom_score_adj"),
        *("pids_limit", "platform", "ports", "publish_all_ports", "read_only", "remove", "restart_policy", "runtime"),
        *("security_opt", "shm_size", "stdin_open", "stop_signal", "storage_opt", "sysctls", "tmpfs", "tty", "ulimits"),
        *("use_config_proxy", "user", "userns_mode", "version", "volumes", "working_dir"),
    },
    "network": {"attachable", "check_duplicate", "enable_ipv6", "internal", "labels"},
    "volume": {"labels"},
}


def test_every_keyword_was_thought_of() -> None:
    """Of each keyword it was decided whether it is telling."""
    known: Mapping[Kind, type] = {
        "container": ContainerOptions,
        "network": CreateNetworkOptions,
        "volume": VolumeOptions,
    }
    for kind, options in known.items():
        telling = set(witnesses.TELLTALE[kind])
        assert {
            keyword.removeprefix("network_") if kind == "network" else keyword for keyword in TELLTALE[kind]
        } == telling
        assert telling | HARMLESS[kind] == set(options.__annotations__)
        assert not telling & HARMLESS[kind]
