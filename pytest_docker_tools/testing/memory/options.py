"""The options of a container, brought to what an engine's inspect JSON has."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any

from ...exceptions import EngineError
from .image import MemoryImage
from .network import Endpoint

__tracebackhide__ = True

Convert = Callable[[Any], Any]


def same(value: Any) -> Any:
    """Keep a value as it is."""
    return value


def _hosts(value: list[tuple[str, str]]) -> list[str]:
    return sorted(f"{name}:{address}" for name, address in value)


def _links(value: list[tuple[str, str]]) -> list[str]:
    return [f"{container}:{alias or container}" for container, alias in value]


def _restart(policy: Mapping[str, Any]) -> dict[str, Any]:
    return {"Name": policy.get("Name") or "no", "MaximumRetryCount": policy.get("MaximumRetryCount", 0)}


def _log_config(config: Mapping[str, Any]) -> dict[str, Any]:
    return {"Type": config.get("Type") or "json-file", "Config": config.get("Config", {})}


# Where each keyword is found in HostConfig. None of these has an effect in memory, but for those that are named in
# the modules that carry them out: ports, mounts, network mode, read-only root and removal.
HOST_CONFIG: dict[str, tuple[str, Convert]] = {
    "auto_remove": ("AutoRemove", same),
    "blkio_weight": ("BlkioWeight", same),
    "blkio_weight_device": ("BlkioWeightDevice", same),
    "cap_add": ("CapAdd", same),
    "cap_drop": ("CapDrop", same),
    "cgroup_parent": ("CgroupParent", same),
    "cgroupns": ("CgroupnsMode", same),
    "cpu_count": ("CpuCount", same),
    "cpu_percent": ("CpuPercent", same),
    "cpu_period": ("CpuPeriod", same),
    "cpu_quota": ("CpuQuota", same),
    "cpu_rt_period": ("CpuRealtimePeriod", same),
    "cpu_rt_runtime": ("CpuRealtimeRuntime", same),
    "cpu_shares": ("CpuShares", same),
    "cpuset_cpus": ("CpusetCpus", same),
    "cpuset_mems": ("CpusetMems", same),
    "device_cgroup_rules": ("DeviceCgroupRules", same),
    "device_read_bps": ("BlkioDeviceReadBps", same),
    "device_read_iops": ("BlkioDeviceReadIOps", same),
    "device_requests": ("DeviceRequests", same),
    "device_write_bps": ("BlkioDeviceWriteBps", same),
    "device_write_iops": ("BlkioDeviceWriteIOps", same),
    "devices": ("Devices", same),
    "dns": ("Dns", same),
    "dns_opt": ("DnsOptions", same),
    "dns_search": ("DnsSearch", same),
    "extra_hosts": ("ExtraHosts", _hosts),
    "group_add": ("GroupAdd", same),
    "init": ("Init", same),
    "init_path": ("InitPath", same),
    "ipc_mode": ("IpcMode", same),
    "isolation": ("Isolation", same),
    "kernel_memory": ("KernelMemory", same),
    "links": ("Links", _links),
    "log_config": ("LogConfig", _log_config),
    "mem_limit": ("Memory", same),
    "mem_reservation": ("MemoryReservation", same),
    "mem_swappiness": ("MemorySwappiness", same),
    "memswap_limit": ("MemorySwap", same),
    "mounts": ("Mounts", same),
    "nano_cpus": ("NanoCpus", same),
    "oom_kill_disable": ("OomKillDisable", same),
    "oom_score_adj": ("OomScoreAdj", same),
    "pid_mode": ("PidMode", same),
    "pids_limit": ("PidsLimit", same),
    "privileged": ("Privileged", same),
    "publish_all_ports": ("PublishAllPorts", same),
    "read_only": ("ReadonlyRootfs", same),
    "restart_policy": ("RestartPolicy", _restart),
    "runtime": ("Runtime", same),
    "security_opt": ("SecurityOpt", same),
    "shm_size": ("ShmSize", same),
    "storage_opt": ("StorageOpt", same),
    "sysctls": ("Sysctls", same),
    "tmpfs": ("Tmpfs", same),
    "ulimits": ("Ulimits", same),
    "userns_mode": ("UsernsMode", same),
    "uts_mode": ("UTSMode", same),
    "volume_driver": ("VolumeDriver", same),
    "volumes_from": ("VolumesFrom", same),
}

_HOST_DEFAULTS: dict[str, Any] = {
    "Binds": None,
    "LogConfig": {"Type": "json-file", "Config": {}},
    "PortBindings": {},
    "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
    "AutoRemove": False,
    "VolumeDriver": "",
    "VolumesFrom": None,
    "CapAdd": None,
    "CapDrop": None,
    "Dns": [],
    "DnsOptions": [],
    "DnsSearch": [],
    "ExtraHosts": None,
    "GroupAdd": None,
    "IpcMode": "private",
    "Links": None,
    "PidMode": "",
    "Privileged": False,
    "PublishAllPorts": False,
    "ReadonlyRootfs": False,
    "SecurityOpt": None,
    "ShmSize": 64 * 1024**2,
    "Runtime": "runc",
    "Memory": 0,
    "MemoryReservation": 0,
    "MemorySwap": 0,
    "NanoCpus": 0,
    "Devices": [],
    "Ulimits": [],
}

# Where each keyword is found in Config.
CONFIG: dict[str, tuple[str, Convert]] = {
    "domainname": ("Domainname", same),
    "healthcheck": ("Healthcheck", same),
    "hostname": ("Hostname", same),
    "mac_address": ("MacAddress", same),
    "network_disabled": ("NetworkDisabled", same),
    "stdin_open": ("OpenStdin", same),
    "stop_signal": ("StopSignal", same),
    "tty": ("Tty", same),
    "user": ("User", same),
    "working_dir": ("WorkingDir", same),
}

# Carried out elsewhere, or without a meaning: an engine without a client configuration has no proxies to hand on,
# an image in memory is of every platform, and docker-py itself overwrites the version.
ELSEWHERE = {
    *("image", "command", "entrypoint", "environment", "labels", "name"),
    *("network_mode", "networking_config", "ports", "volumes"),
    *("platform", "use_config_proxy"),
}


def host_config(options: Mapping[str, Any], network_mode: str) -> dict[str, Any]:
    """Give HostConfig."""
    found = {key: convert(options[name]) for name, (key, convert) in HOST_CONFIG.items() if name in options}
    found |= {
        "NetworkMode": network_mode,
        "PortBindings": {port: many for port, many in options.get("ports", {}).items() if many},
    }
    if found.get("AutoRemove") and found.get("RestartPolicy", {}).get("Name", "no") != "no":
        raise EngineError("Conflicting options: --restart and --rm. Leave out 'restart_policy' or 'auto_remove'.")
    return {**_HOST_DEFAULTS, **found}


def config(options: Mapping[str, Any], image: MemoryImage, container: str) -> dict[str, Any]:
    """Give Config, with what the image has where the options say nothing."""
    found: dict[str, Any] = {"Hostname": container[:12], "Domainname": "", "User": image.user}
    found |= {"AttachStdin": False, "AttachStdout": True, "AttachStderr": True}
    found |= {
        "Tty": False,
        "OpenStdin": False,
        "StdinOnce": False,
        "WorkingDir": image.working_dir,
        "OnBuild": None,
    }
    found |= {
        "Image": options["image"],
        "Env": _environment(options, image),
    }
    found |= {key: convert(options[name]) for name, (key, convert) in CONFIG.items() if name in options}
    found["Entrypoint"], found["Cmd"] = _process(options, image)
    found["Labels"] = {**image.labels, **options.get("labels", {})}
    exposed = [*image.exposed, *options.get("ports", {})]
    if exposed:
        found["ExposedPorts"] = {port: {} for port in exposed}
    anonymous = [bind for bind in options.get("volumes", []) if ":" not in bind]
    if anonymous:
        found["Volumes"] = {path: {} for path in anonymous}
    healthcheck = found.get("Healthcheck") or image.healthcheck
    if healthcheck:
        found["Healthcheck"] = {**(image.healthcheck or {}), **healthcheck}
    return found


def _environment(options: Mapping[str, Any], image: MemoryImage) -> list[str]:
    given = options.get("environment", {})
    inherited = [f"{name}={value}" for name, value in image.env.items() if name not in given]
    return [*(f"{name}={value}" for name, value in given.items() if value is not None), *inherited]


def _process(options: Mapping[str, Any], image: MemoryImage) -> tuple[list[str] | None, list[str] | None]:
    """An entrypoint puts the image's command aside; an empty one puts only the image's entrypoint aside."""
    command, entrypoint = options.get("command", []), options.get("entrypoint", [])
    if not entrypoint:
        entrypoint = [] if "entrypoint" in options else list(image.entrypoint)
        command = command or list(image.cmd)
    if not entrypoint and not command:
        raise EngineError("No command specified, and the image has none. Give 'command' or 'entrypoint'.")
    return entrypoint or None, command or None


def endpoint(network: str, options: Mapping[str, Any]) -> Endpoint:
    """Give an endpoint from `ConnectOptions`. Raises `EngineError` for what is no address."""
    addresses = {"ipv4_address": "IPv4Address", "ipv6_address": "IPv6Address", "link_local_ips": "LinkLocalIPs"}
    for name in ("ipv4_address", "ipv6_address"):
        try:
            ipaddress.ip_address(options.get(name, "::"))
        except ValueError:
            raise EngineError(f"invalid IP address: {options[name]}. Give one of the network's.") from None
    return Endpoint(
        network,
        options.get("aliases", []),
        _links(options["links"]) if "links" in options else None,
        {addresses[name]: value for name, value in options.items() if name in addresses},
        options.get("driver_opt"),
        options.get("mac_address"),
    )
