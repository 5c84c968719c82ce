"""The keywords of docker-py that the client has flags for.

`image`, `command`, `entrypoint`, `environment` and `networking_config` of a container, and names, are no flags of their
own; the verbs themselves render them. Those of images are in `image_options.py`.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools.normalise import Verb, joined

from .command import (
    Option,
    Table,
    assignments,
    billionths,
    comma_separated,
    each,
    nothing,
    switch,
    text,
)
from .storage import mount

__tracebackhide__ = True


def _ports(keyword: str, value: Mapping[str, Any]) -> list[str]:
    flags = [f"--publish={_published(port, binding)}" for port, bindings in value.items() for binding in bindings]
    return flags + [f"--expose={port}" for port, bindings in value.items() if not bindings]


def _published(inside: str, binding: Mapping[str, str]) -> str:
    address = binding["HostIp"]
    # Not every client knows that 0 is a free one.
    port = "" if binding["HostPort"] == "0" else binding["HostPort"]
    if not address:
        return f"{port}:{inside}" if port else inside
    return f"[{address}]:{port}:{inside}" if ":" in address else f"{address}:{port}:{inside}"


def _ulimits(keyword: str, value: Any) -> list[str]:
    return [f"{limit['Name']}={limit['Soft']}:{limit['Hard']}" for limit in value]


def _devices(keyword: str, value: Any) -> list[str]:
    # All three, as the client takes a lone "r" for permissions and docker-py for a path.
    return [f"{item['PathOnHost']}:{item['PathInContainer']}:{item['CgroupPermissions']}" for item in value]


def _weights(keyword: str, value: Any) -> list[str]:
    return [f"{item['Path']}:{item['Weight']}" for item in value]


def _rates(keyword: str, value: Any) -> list[str]:
    return [f"{item['Path']}:{item['Rate']}" for item in value]


def _device_requests(keyword: str, value: Any) -> list[str]:
    return [comma_separated(_device_request(keyword, item)) for item in value]


def _device_request(keyword: str, request: Mapping[str, Any]) -> list[str]:
    """The client asks for one set of capabilities, to which it adds "gpu"."""
    sets, count, ids = request["Capabilities"], request["Count"], request["DeviceIDs"]
    if len(sets) != 1 or "gpu" not in sets[0]:
        raise UnsupportedOption(
            keyword, "this client takes just one set of capabilities, with 'gpu' in it: capabilities=[['gpu', ...]]."
        )
    more = ",".join(capability for capability in sets[0] if capability != "gpu")
    chosen = comma_separated(assignments(keyword, request["Options"]))
    fields = {
        "driver": request["Driver"],
        # Without devices, the client would make 1 of none.
        "count": "all" if count == -1 else str(count if count or not ids else ""),
        "device": ",".join(ids),
        "capabilities": more,
        "options": chosen,
    }
    return [f"{name}={item}" for name, item in fields.items() if item]


def _restart(keyword: str, policy: Mapping[str, Any]) -> list[str]:
    name, count = policy.get("Name"), policy.get("MaximumRetryCount")
    return [f"{name}:{count}" if count else name] if name else []


def _logging(keyword: str, config: Mapping[str, Any]) -> list[str]:
    driver = [f"--log-driver={config['Type']}"] if config.get("Type") else []
    return driver + [f"--log-opt={item}" for item in assignments(keyword, config.get("Config", {}))]


def _healthcheck(keyword: str, check: Mapping[str, Any]) -> list[str]:
    test = check.get("Test")
    if test == ["NONE"]:
        return ["--no-healthcheck"]
    flags = [f"--health-cmd={_health_command(test)}"] if test else []
    # 0 is the image's, or the default; not every client takes it for that.
    flags += [f"{flag}={check[name]}ns" for name, flag in _HEALTH_DURATIONS.items() if check.get(name)]
    return flags + ([f"--health-retries={check['Retries']}"] if check.get("Retries") else [])


_HEALTH_DURATIONS = {
    "Interval": "--health-interval",
    "Timeout": "--health-timeout",
    "StartPeriod": "--health-start-period",
}


def _health_command(test: list[str]) -> str:
    """The client runs every check in a shell; a check without one is written so that the shell runs just that."""
    kind, *rest = test
    return shlex.join(rest) if kind == "CMD" else rest[0]


def _ipam(keyword: str, config: Mapping[str, Any]) -> list[str]:
    # docker-py always names a driver, and "default" is what there is without a name.
    flags = [f"--ipam-driver={config['Driver']}"] if config.get("Driver") not in (None, "", "default") else []
    flags += [f"--ipam-opt={item}" for item in assignments(keyword, config.get("Options", {}))]
    return flags + [flag for pool in config.get("Config", []) for flag in _pool(keyword, pool)]


def _pool(keyword: str, pool: Mapping[str, Any]) -> list[str]:
    plain = {"--subnet": "Subnet", "--ip-range": "IPRange", "--gateway": "Gateway"}
    flags = [f"{flag}={pool[key]}" for flag, key in plain.items() if key in pool]
    return flags + [f"--aux-address={item}" for item in assignments(keyword, pool.get("AuxiliaryAddresses", {}))]


CONTAINER: Table = {
    "auto_remove": Option("--rm", switch),
    "blkio_weight": Option("--blkio-weight", text),
    "blkio_weight_device": Option("--blkio-weight-device", _weights),
    "cap_add": Option("--cap-add", each),
    "cap_drop": Option("--cap-drop", each),
    "cgroup_parent": Option("--cgroup-parent", text),
    "cgroupns": Option("--cgroupns", text),
    "cpu_count": Option("--cpu-count", text),
    "cpu_percent": Option("--cpu-percent", text),
    "cpu_period": Option("--cpu-period", text),
    "cpu_quota": Option("--cpu-quota", text),
    "cpu_rt_period": Option("--cpu-rt-period", text),
    "cpu_rt_runtime": Option("--cpu-rt-runtime", text),
    "cpu_shares": Option("--cpu-shares", text),
    "cpuset_cpus": Option("--cpuset-cpus", text),
    "cpuset_mems": Option("--cpuset-mems", text),
    "device_cgroup_rules": Option("--device-cgroup-rule", each),
    "device_read_bps": Option("--device-read-bps", _rates),
    "device_read_iops": Option("--device-read-iops", _rates),
    "device_requests": Option("--gpus", _device_requests),
    "device_write_bps": Option("--device-write-bps", _rates),
    "device_write_iops": Option("--device-write-iops", _rates),
    "devices": Option("--device", _devices),
    "dns": Option("--dns", each),
    "dns_opt": Option("--dns-option", each),
    "dns_search": Option("--dns-search", each),
    "domainname": Option("--domainname", text),
    "extra_hosts": Option("--add-host", joined),
    "group_add": Option("--group-add", each),
    "healthcheck": Option("", _healthcheck),
    "hostname": Option("--hostname", text),
    "init": Option("--init", switch),
    "ipc_mode": Option("--ipc", text),
    "isolation": Option("--isolation", text),
    "kernel_memory": Option("--kernel-memory", text),
    "labels": Option("--label", assignments),
    "links": Option("--link", joined),
    "log_config": Option("", _logging),
    "mac_address": Option("--mac-address", text),
    "mem_limit": Option("--memory", text),
    "mem_reservation": Option("--memory-reservation", text),
    "mem_swappiness": Option("--memory-swappiness", text),
    "memswap_limit": Option("--memory-swap", text),
    "mounts": Option("--mount", mount),
    "name": Option("--name", text),
    "nano_cpus": Option("--cpus", billionths),
    "network_mode": Option("--network", text),
    "oom_kill_disable": Option("--oom-kill-disable", switch),
    "oom_score_adj": Option("--oom-score-adj", text),
    "pid_mode": Option("--pid", text),
    "pids_limit": Option("--pids-limit", text),
    "platform": Option("--platform", text),
    "ports": Option("", _ports),
    "privileged": Option("--privileged", switch),
    "publish_all_ports": Option("--publish-all", switch),
    "read_only": Option("--read-only", switch),
    "restart_policy": Option("--restart", _restart),
    "runtime": Option("--runtime", text),
    "security_opt": Option("--security-opt", each),
    "shm_size": Option("--shm-size", text),
    "stdin_open": Option("--interactive", switch),
    "stop_signal": Option("--stop-signal", text),
    "storage_opt": Option("--storage-opt", assignments),
    "sysctls": Option("--sysctl", assignments),
    "tmpfs": Option("--tmpfs", joined),
    "tty": Option("--tty", switch),
    "ulimits": Option("--ulimit", _ulimits),
    # Without them, the client has another configuration.
    "use_config_proxy": Option("", nothing),
    "user": Option("--user", text),
    "userns_mode": Option("--userns", text),
    "uts_mode": Option("--uts", text),
    "volume_driver": Option("--volume-driver", text),
    "volumes": Option("--volume", each),
    "volumes_from": Option("--volumes-from", each),
    "working_dir": Option("--workdir", text),
}

NETWORK: Table = {
    "attachable": Option("--attachable", switch),
    "check_duplicate": Option("", nothing),
    "driver": Option("--driver", text),
    "enable_ipv6": Option("--ipv6", switch),
    "ingress": Option("--ingress", switch),
    "internal": Option("--internal", switch),
    "ipam": Option("", _ipam),
    "labels": Option("--label", assignments),
    "scope": Option("--scope", text),
    "options": Option("--opt", assignments),
}

VOLUME: Table = {
    "driver": Option("--driver", text),
    "driver_opts": Option("--opt", assignments),
    "labels": Option("--label", assignments),
}

CONNECT: Table = {
    "aliases": Option("--alias", each),
    "driver_opt": Option("--driver-opt", assignments),
    "ipv4_address": Option("--ip", text),
    "ipv6_address": Option("--ip6", text),
    "link_local_ips": Option("--link-local-ip", each),
    "links": Option("--link", joined),
}

# What is said of a container's first network when it is created.
ENDPOINT: Table = {**CONNECT, "aliases": Option("--network-alias", each)}

REFUSED: Mapping[Verb, Mapping[str, str]] = {
    "container": {
        "init_path": "the client cannot name the program. Use 'init'.",
        "network_disabled": "the client has no flag for it. Use network_mode='none'.",
    },
    "connect": {"mac_address": "the client gives a container one when it creates it only, by its own 'mac_address'."},
}

APPROXIMATED: Mapping[Verb, Mapping[str, str]] = {
    "container": {
        "cpu_count": "the client takes it for engines on Windows only",
        "cpu_percent": "the client takes it for engines on Windows only",
        "device_requests": "one set of capabilities, with 'gpu' in it; others are refused",
        "entrypoint": "of several words the first is the entrypoint, and the others come before the command",
        "environment": "what the client itself reads, such as DOCKER_HOST, cannot have several lines, nor be unset",
        "healthcheck": "a test without a shell is run by one, which the image must have",
        "kernel_memory": "engines with API 1.42 or later do not heed it; refused there",
        "labels": "a name with a '=' in it is refused",
        "mac_address": "clients from 25 on take it for engines with API 1.44 or later only",
        "mounts": "a 'subpath' is refused by engines with an API before 1.45, and by clients before 26",
        "networking_config": "without a 'mac_address'",
        "stdin_open": "it ends when the first who was attached to it leaves",
    },
}
