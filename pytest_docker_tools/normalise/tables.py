"""The form of each keyword, and all options of a verb brought to theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from ..exceptions import UnsupportedOption
from .images import check_build, check_pull, image, secrets
from .logins import login
from .networking import check_networks, endpoints, ipam, ports
from .runtime import (
    device,
    device_request,
    entrypoint,
    healthcheck,
    log_config,
    rate_of_device,
    restart_policy,
    ulimit,
    weight_of_device,
)
from .storage import binds, mount, tmpfs, volumes_from
from .values import (
    Form,
    as_it_is,
    assignments,
    environment,
    keyed,
    labels,
    many,
    number,
    only,
    pairs,
    path,
    refused,
    size,
    switch,
    text,
    texts,
    words,
)

__tracebackhide__ = True

# What takes options, in the words of `options.py`.
Verb = Literal["container", "build", "pull", "network", "volume", "connect", "execute"]


def _table(*rows: tuple[Form, str]) -> Mapping[str, Form]:
    """Give the form of each keyword, from forms and the keywords that have them."""
    return {keyword: form for form, keywords in rows for keyword in keywords.split()}


# By verb, what no driver carries out, and what all carry out in part.
REFUSED: Mapping[Verb, Mapping[str, str]] = {"container": {"lxc_conf": "no engine heeds it any more."}}
LIMITED: Mapping[Verb, Mapping[str, str]] = {
    "container": {"version": "only 'auto', as docker-py puts its own in place of any other"},
    "network": {"check_duplicate": "only True, as two networks of one name cannot be told apart"},
}

CONTAINER = _table(
    (switch, "auto_remove init network_disabled oom_kill_disable privileged publish_all_ports read_only remove"),
    (switch, "stdin_open tty use_config_proxy"),
    (number, "blkio_weight cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares"),
    (number, "mem_swappiness nano_cpus oom_score_adj pids_limit"),
    (size, "kernel_memory mem_limit mem_reservation memswap_limit shm_size"),
    (text, "cgroup_parent cgroupns cpuset_cpus cpuset_mems domainname hostname init_path ipc_mode isolation"),
    (text, "mac_address name network network_mode pid_mode platform runtime stop_signal user userns_mode uts_mode"),
    (text, "volume_driver working_dir"),
    (texts, "cap_add cap_drop device_cgroup_rules dns dns_opt dns_search group_add security_opt"),
    (words, "command"),
    (entrypoint, "entrypoint"),
    (assignments, "storage_opt sysctls"),
    (environment, "environment"),
    (labels, "labels"),
    (pairs, "extra_hosts links"),
    (tmpfs, "tmpfs"),
    (image, "image"),
    (ports, "ports"),
    (binds, "volumes"),
    (volumes_from, "volumes_from"),
    (many(mount), "mounts"),
    (many(device), "devices"),
    (many(ulimit), "ulimits"),
    (many(weight_of_device), "blkio_weight_device"),
    (many(rate_of_device), "device_read_bps device_read_iops device_write_bps device_write_iops"),
    (many(device_request), "device_requests"),
    (healthcheck, "healthcheck"),
    (log_config, "log_config"),
    (restart_policy, "restart_policy"),
    (endpoints, "networking_config"),
    (only("auto"), "version"),
    (refused(REFUSED["container"]["lxc_conf"]), "lxc_conf"),
)

BUILD = _table(
    (switch, "custom_context forcerm gzip nocache pull quiet rm squash use_config_proxy"),
    (text, "encoding isolation network_mode platform tag target"),
    (path, "dockerfile path"),
    (texts, "cache_from"),
    (pairs, "extra_hosts"),
    (labels, "labels"),
    (size, "shmsize"),
    (environment, "buildargs"),
    (keyed(memory=size, memswap=size, cpushares=number, cpusetcpus=text), "container_limits"),
    (secrets, "secrets"),
    (as_it_is, "fileobj"),
)

PULL = _table((switch, "all_tags"), (login, "auth_config"), (text, "platform repository tag"))

NETWORK = _table(
    (switch, "attachable enable_ipv6 ingress internal"),
    (text, "driver name scope"),
    (assignments, "options"),
    (labels, "labels"),
    (ipam, "ipam"),
    (only(True), "check_duplicate"),
)

VOLUME = _table((text, "driver name"), (assignments, "driver_opts"), (labels, "labels"))

CONNECT = _table(
    (texts, "aliases link_local_ips"),
    (text, "ipv4_address ipv6_address mac_address"),
    (assignments, "driver_opt"),
    (pairs, "links"),
)

EXECUTE = _table((words, "command"), (environment, "environment"), (switch, "privileged tty"), (text, "user workdir"))

TABLES: Mapping[Verb, Mapping[str, Form]] = {
    "container": CONTAINER,
    "build": BUILD,
    "pull": PULL,
    "network": NETWORK,
    "volume": VOLUME,
    "connect": CONNECT,
    "execute": EXECUTE,
}

# Keywords with which docker-py says nothing to the engine, or what is so anyway, where the value is 0, False or empty.
_DEFAULT_WHEN_FALSY = frozenset(
    {
        *("aliases", "all_tags", "attachable", "auto_remove", "blkio_weight", "blkio_weight_device", "cap_add"),
        *("cap_drop", "cgroupns", "cpu_count", "cpu_percent", "cpu_period", "cpu_quota", "cpu_rt_period"),
        *("cpu_rt_runtime", "cpu_shares", "cpuset_cpus", "cpuset_mems", "custom_context", "device_read_bps"),
        *("device_read_iops", "device_write_bps", "device_write_iops", "devices", "dns_search", "dockerfile", "driver"),
        *("driver_opt", "enable_ipv6", "encoding", "group_add", "gzip", "ingress", "internal", "ipc_mode"),
        *("ipv4_address", "ipv6_address", "isolation", "kernel_memory", "link_local_ips", "mac_address"),
        *("mem_reservation", "nano_cpus", "network", "network_disabled", "network_mode", "nocache"),
        *("oom_kill_disable", "oom_score_adj", "path", "pid_mode", "pids_limit", "platform", "privileged"),
        *("publish_all_ports", "pull", "quiet", "remove", "restart_policy", "runtime", "scope", "secrets", "shmsize"),
        *("squash", "stdin_open", "stop_signal", "sysctls", "tag", "target", "tmpfs", "tty", "userns_mode", "uts_mode"),
        *("version", "volume_driver"),
    }
)


def takes_any_text(verb: Verb, keyword: str) -> bool:
    """Say whether any string is a value of this keyword, and is not read in any way."""
    return TABLES[verb].get(keyword) in (text, path, image, as_it_is)


def _says_nothing(keyword: str, value: Any, form: Form) -> bool:
    """Say whether that is as if it were not given, which a 0 in place of a text, such as a tag, is not."""
    is_text = type(value) is int and form not in (number, size, switch)
    return value is None or (not value and keyword in _DEFAULT_WHEN_FALSY and not is_text)


def _check_container(options: dict[str, Any]) -> None:
    if "image" not in options:
        raise UnsupportedOption("image", "a container needs one.")
    check_networks(options)
    if options.pop("remove", False):
        options["auto_remove"] = True
    options.pop("version", None)


_CHECKS: Mapping[str, Callable[[dict[str, Any]], None]] = {
    "container": _check_container,
    "build": check_build,
    "pull": check_pull,
}


def normalised(
    verb: Verb, given: Mapping[str, Any] | None, refuses: Mapping[Verb, Mapping[str, str]] | None = None
) -> dict[str, Any]:
    """Give the options of a verb, each in its one form, without those that say nothing.

    `refuses` is a driver's. Raises `UnsupportedOption` for what cannot be meant, contradicts itself, or is refused.
    """
    found = {}
    for keyword, value in (given or {}).items():
        form = TABLES[verb].get(keyword)
        if form is None:
            raise UnsupportedOption(keyword, f"there is no such keyword for this ({verb}).")
        if _says_nothing(keyword, value, form):
            continue
        reason = (refuses or {}).get(verb, {}).get(keyword)
        if reason:
            raise UnsupportedOption(keyword, reason)
        chosen = form(keyword, value)
        # "0" says as little as 0 does.
        if not _says_nothing(keyword, chosen, form):
            found[keyword] = chosen
    for keyword, reason in (refuses or {}).get("connect", {}).items():
        if any(keyword in endpoint for endpoint in found.get("networking_config", {}).values()):
            raise UnsupportedOption("networking_config", f"{keyword!r} in it is refused: {reason}")
    if verb in _CHECKS:
        _CHECKS[verb](found)
    return found
