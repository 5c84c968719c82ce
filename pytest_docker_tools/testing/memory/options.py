"""The options of a container, brought to what an engine's inspect JSON has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ... import normalise
from ...exceptions import EngineError, UnsupportedOption
from ...normalise import sequence_of, size, texts
from ...options import (
    BuildOptions,
    ConnectOptions,
    ContainerOptions,
    CreateNetworkOptions,
    PullOptions,
    VolumeOptions,
)
from .image import MemoryImage
from .network import Endpoint

__tracebackhide__ = True

Convert = Callable[[str, Any], Any]
_KNOWN = {
    "container": ContainerOptions,
    "build": BuildOptions,
    "pull": PullOptions,
    "network": CreateNetworkOptions,
    "connect": ConnectOptions,
    "volume": VolumeOptions,
}


def known(kind: str, options: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give the options that have a value, refusing a keyword that there is not."""
    keywords = _KNOWN[kind].__annotations__
    for keyword in options or {}:
        if keyword not in keywords:
            raise UnsupportedOption(keyword, f"it is no option of a {kind}.")
    return {keyword: value for keyword, value in (options or {}).items() if value is not None}


def same(keyword: str, value: Any) -> Any:
    """Keep a value as it is."""
    return value


def _mapping(keyword: str, value: Any) -> dict[str, str]:
    return dict(normalise.pairs(keyword, value, "="))


def _hosts(keyword: str, value: Any) -> list[str]:
    return sorted(f"{name}:{address}" for name, address in normalise.pairs(keyword, value))


def _links(keyword: str, value: Any) -> list[str]:
    return [f"{container}:{alias or container}" for container, alias in normalise.pairs(keyword, value)]


def _tmpfs(keyword: str, value: Any) -> dict[str, str]:
    return dict(normalise.pairs(keyword, value))


def api_names(keyword: str, value: Any, *names: str) -> dict[str, Any]:
    """Give a dict with the keys that the engine's API has, whose case does not matter, None where there is none."""
    if not isinstance(value, Mapping):
        raise UnsupportedOption(keyword, f"it takes dicts with {', '.join(names)}, not {type(value).__name__}.")
    found = {str(name).lower(): item for name, item in value.items()}
    for name in found.keys() - {name.lower() for name in names}:
        raise UnsupportedOption(keyword, f"it has no {name!r}; it has {', '.join(names)}.")
    return {name: found.get(name.lower()) for name in names}


def _restart(keyword: str, value: Any) -> dict[str, Any]:
    given = api_names(keyword, value, "Name", "MaximumRetryCount")
    return {"Name": given["Name"] or "no", "MaximumRetryCount": given["MaximumRetryCount"] or 0}


def _log_config(keyword: str, value: Any) -> dict[str, Any]:
    given = api_names(keyword, value, "Type", "Config")
    return {"Type": given["Type"] or "json-file", "Config": dict(given["Config"] or {})}


def _ulimits(keyword: str, value: Any) -> list[dict[str, Any]]:
    return [api_names(keyword, limit, "Name", "Soft", "Hard") for limit in sequence_of(keyword, value)]


def _devices(keyword: str, value: Any) -> list[dict[str, str]]:
    return [dict(device) if isinstance(device, Mapping) else _device(device) for device in sequence_of(keyword, value)]


def _device(text: str) -> dict[str, str]:
    host, _, rest = text.partition(":")
    inside, _, permissions = rest.partition(":")
    return {"PathOnHost": host, "PathInContainer": inside or host, "CgroupPermissions": permissions or "rwm"}


def _healthcheck(keyword: str, value: Any) -> dict[str, Any]:
    names = {"test": "Test", "interval": "Interval", "timeout": "Timeout"}
    names |= {"retries": "Retries", "start_period": "StartPeriod"}
    found = {names[name]: item for name, item in normalise.healthcheck(value).items() if item is not None}
    if isinstance(found.get("Test"), str):
        found["Test"] = ["CMD-SHELL", found["Test"]]
    return found


def _text(keyword: str, value: Any) -> str:
    return str(value)


# Where each keyword is found in HostConfig. None of these has an effect in memory, but for those that are named in
# the modules that carry them out: ports, mounts, network mode, read-only root and removal.
HOST_CONFIG: dict[str, tuple[str, Convert]] = {
    "auto_remove": ("AutoRemove", same),
    "blkio_weight": ("BlkioWeight", same),
    "blkio_weight_device": ("BlkioWeightDevice", sequence_of),
    "cap_add": ("CapAdd", texts),
    "cap_drop": ("CapDrop", texts),
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
    "device_cgroup_rules": ("DeviceCgroupRules", texts),
    "device_read_bps": ("BlkioDeviceReadBps", sequence_of),
    "device_read_iops": ("BlkioDeviceReadIOps", sequence_of),
    "device_requests": ("DeviceRequests", sequence_of),
    "device_write_bps": ("BlkioDeviceWriteBps", sequence_of),
    "device_write_iops": ("BlkioDeviceWriteIOps", sequence_of),
    "devices": ("Devices", _devices),
    "dns": ("Dns", texts),
    "dns_opt": ("DnsOptions", texts),
    "dns_search": ("DnsSearch", texts),
    "extra_hosts": ("ExtraHosts", _hosts),
    "group_add": ("GroupAdd", texts),
    "init": ("Init", same),
    "init_path": ("InitPath", same),
    "ipc_mode": ("IpcMode", same),
    "isolation": ("Isolation", same),
    "kernel_memory": ("KernelMemory", size),
    "links": ("Links", _links),
    "log_config": ("LogConfig", _log_config),
    "lxc_conf": ("LxcConf", same),
    "mem_limit": ("Memory", size),
    "mem_reservation": ("MemoryReservation", size),
    "mem_swappiness": ("MemorySwappiness", same),
    "memswap_limit": ("MemorySwap", size),
    "mounts": ("Mounts", sequence_of),
    "nano_cpus": ("NanoCpus", same),
    "oom_kill_disable": ("OomKillDisable", same),
    "oom_score_adj": ("OomScoreAdj", same),
    "pid_mode": ("PidMode", same),
    "pids_limit": ("PidsLimit", same),
    "privileged": ("Privileged", same),
    "publish_all_ports": ("PublishAllPorts", same),
    "read_only": ("ReadonlyRootfs", same),
    "remove": ("AutoRemove", same),
    "restart_policy": ("RestartPolicy", _restart),
    "runtime": ("Runtime", same),
    "security_opt": ("SecurityOpt", texts),
    "shm_size": ("ShmSize", size),
    "storage_opt": ("StorageOpt", _mapping),
    "sysctls": ("Sysctls", _mapping),
    "tmpfs": ("Tmpfs", _tmpfs),
    "ulimits": ("Ulimits", _ulimits),
    "userns_mode": ("UsernsMode", same),
    "uts_mode": ("UTSMode", same),
    "volume_driver": ("VolumeDriver", same),
    "volumes_from": ("VolumesFrom", normalise.volumes_from),
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
    "healthcheck": ("Healthcheck", _healthcheck),
    "hostname": ("Hostname", same),
    "mac_address": ("MacAddress", same),
    "network_disabled": ("NetworkDisabled", same),
    "stdin_open": ("OpenStdin", same),
    "stop_signal": ("StopSignal", _text),
    "tty": ("Tty", same),
    "user": ("User", _text),
    "working_dir": ("WorkingDir", same),
}

# Carried out elsewhere, or without a meaning: an engine without a client configuration has no proxies to hand on,
# an image in memory is of every platform, and docker-py itself overwrites the version.
ELSEWHERE = {
    *("image", "command", "entrypoint", "environment", "labels", "name"),
    *("network", "network_mode", "networking_config", "ports", "volumes"),
    *("platform", "use_config_proxy", "version"),
}


def host_config(options: Mapping[str, Any], network_mode: str) -> dict[str, Any]:
    """Give HostConfig."""
    found = {key: convert(name, options[name]) for name, (key, convert) in HOST_CONFIG.items() if name in options}
    bindings: dict[str, list[dict[str, str]]] = {port: [] for port in _port_keys(options)}
    for binding in normalise.ports(options.get("ports", {})):
        host_side = {"HostIp": binding.host_ip or "", "HostPort": binding.host_port or ""}
        bindings[f"{binding.container_port}/{binding.protocol}"].append(host_side)
    found |= {
        "NetworkMode": network_mode,
        "PortBindings": {port: many for port, many in bindings.items() if many},
    }
    if found.get("AutoRemove") and found.get("RestartPolicy", {}).get("Name", "no") != "no":
        raise EngineError("Conflicting options: --restart and --rm. Leave out 'restart_policy' or 'auto_remove'.")
    return {**_HOST_DEFAULTS, **found}


def _port_keys(options: Mapping[str, Any]) -> list[str]:
    """Give each port that is named, also one that is bound to nothing (an empty list), which is still exposed."""
    found = []
    for key in options.get("ports", {}):
        port, _, protocol = str(key).partition("/")
        found.append(f"{port}/{(protocol or 'tcp').lower()}")
    return found


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
        "Image": normalise.image(options["image"]),
        "Env": _environment(options, image),
    }
    found |= {key: convert(name, options[name]) for name, (key, convert) in CONFIG.items() if name in options}
    found["Entrypoint"], found["Cmd"] = _process(options, image)
    found["Labels"] = {**image.labels, **normalise.labels(options.get("labels", {}))}
    exposed = [*image.exposed, *_port_keys(options)]
    if exposed:
        found["ExposedPorts"] = {port: {} for port in exposed}
    healthcheck = found.get("Healthcheck") or image.healthcheck
    if healthcheck:
        found["Healthcheck"] = {**(image.healthcheck or {}), **healthcheck}
    return found


def _environment(options: Mapping[str, Any], image: MemoryImage) -> list[str]:
    given = normalise.environment(options.get("environment", {}))
    names = {name for name, _ in given}
    inherited = [f"{name}={value}" for name, value in image.env.items() if name not in names]
    return [*(f"{name}={value}" for name, value in given if value is not None), *inherited]


def _process(options: Mapping[str, Any], image: MemoryImage) -> tuple[list[str] | None, list[str] | None]:
    """An entrypoint puts the image's command aside; an empty one puts only the image's entrypoint aside."""
    command = normalise.words("command", options.get("command"))
    entrypoint = normalise.words("entrypoint", options.get("entrypoint"))
    if not entrypoint or entrypoint == [""]:
        entrypoint = [] if "entrypoint" in options else list(image.entrypoint)
        command = command or list(image.cmd)
    if not entrypoint and not command:
        raise EngineError("No command specified, and the image has none. Give 'command' or 'entrypoint'.")
    return entrypoint or None, command or None


def endpoint(network: str, settings: Mapping[str, Any] | None) -> Endpoint:
    """Give an endpoint from `ConnectOptions`, or from what the engine's API has (Aliases, IPAMConfig ...)."""
    given = dict(settings or {})
    if any(name[:1].isupper() for name in given):
        return Endpoint(
            network,
            list(given.get("Aliases") or ()),
            given.get("Links"),
            dict(given.get("IPAMConfig") or {}),
            given.get("DriverOpts"),
            given.get("MacAddress"),
        )
    given = known("connect", given)
    addresses = {
        "ipv4_address": "IPv4Address",
        "ipv6_address": "IPv6Address",
        "link_local_ips": "LinkLocalIPs",
    }
    return Endpoint(
        network,
        list(given.get("aliases", ())),
        _links("links", given["links"]) if "links" in given else None,
        {addresses[name]: value for name, value in given.items() if name in addresses},
        given.get("driver_opt"),
        given.get("mac_address"),
    )
