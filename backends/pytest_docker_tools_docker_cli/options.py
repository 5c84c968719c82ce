"""The keywords of docker-py that the client has flags for.

`image`, `command`, `entrypoint` and `environment` of a container, and names, are no flags; the verbs themselves render
them. Those of images are in `image_options.py`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Mapping
from typing import Any

from pytest_docker_tools import normalise
from pytest_docker_tools.exceptions import UnsupportedOption

from .command import Option, Table, assignments, billionths, each, joined, labels, number, only, size, switch, text
from .storage import mount

__tracebackhide__ = True


def _ports(keyword: str, value: Any) -> list[str]:
    flags = [f"--publish={_published(binding)}" for binding in normalise.ports(value)]
    return flags + [f"--expose={port}" for port, bindings in value.items() if bindings == []]


def _published(binding: normalise.PortBinding) -> str:
    inside = f"{binding.container_port}/{binding.protocol}"
    # Not every client knows that 0 is a free one.
    port = "" if binding.host_port in (None, "0") else binding.host_port
    if binding.host_ip is None:
        return f"{port}:{inside}" if port else inside
    address = f"[{binding.host_ip}]" if ":" in binding.host_ip.strip("[]") else binding.host_ip
    return f"{address.replace('[[', '[').replace(']]', ']')}:{port}:{inside}"


def _ulimit(keyword: str, value: Any) -> list[str]:
    written = []
    for item in normalise.sequence_of(keyword, value):
        limit = known_keys(keyword, item, "name", "soft", "hard")
        soft, hard = limit.get("soft"), limit.get("hard")
        # Alone, the soft limit is the hard one too, where docker-py would make a container that cannot start.
        numbers = str(soft) if hard is None else f"{soft or 0}:{hard}"
        written.append(f"{limit['name']}={numbers}")
    return written


def _device(keyword: str, value: Any) -> list[str]:
    return [_device_parts(keyword, item) for item in normalise.sequence_of(keyword, value)]


def _device_parts(keyword: str, item: Any) -> str:
    if isinstance(item, Mapping):
        device = known_keys(keyword, item, "pathonhost", "pathincontainer", "cgrouppermissions")
        parts = [device.get("pathonhost"), device.get("pathincontainer"), device.get("cgrouppermissions")]
    else:
        parts = [*str(item).split(":"), None, None][:3]
    host, inside, permissions = parts
    # All three, as the client takes a lone "r" for permissions and docker-py for a path.
    return f"{host}:{inside or host}:{permissions or 'rwm'}"


def _restart(keyword: str, value: Any) -> list[str]:
    policy = known_keys(keyword, value, "name", "maximumretrycount")
    name, count = policy.get("name") or "", policy.get("maximumretrycount") or 0
    return [f"{name}:{count}" if count else name] if name else []


def _logging(keyword: str, value: Any) -> list[str]:
    config = known_keys(keyword, value, "type", "config")
    driver = [f"--log-driver={config['type']}"] if config.get("type") else []
    return driver + [f"--log-opt={name}={item}" for name, item in (config.get("config") or {}).items()]


def _healthcheck(keyword: str, value: Any) -> list[str]:
    check = normalise.healthcheck(value)
    test = check.pop("test", None)
    if test in ("NONE", ["NONE"]):
        return ["--no-healthcheck"]
    flags = [f"--health-cmd={_health_command(test)}"] if test else []
    for name, item in check.items():
        if item is not None:
            unit = "" if name == "retries" else "ns"
            flags.append(f"--health-{name.replace('_', '-')}={number('healthcheck', item)[0]}{unit}")
    return flags


def _health_command(test: Any) -> str:
    """The client runs every check in a shell; a check without one is written so that the shell runs just that."""
    if isinstance(test, str):
        return test
    kind, *rest = normalise.texts("healthcheck", test)
    if kind not in ("CMD", "CMD-SHELL") or not rest:
        raise UnsupportedOption(
            "healthcheck", "its 'test' takes a string, ['CMD', ...], ['CMD-SHELL', text] or ['NONE']."
        )
    return shlex.join(rest) if kind == "CMD" else " ".join(rest)


def _security(keyword: str, value: Any) -> list[str]:
    found = normalise.texts(keyword, value)
    if any(re.match(r"seccomp[=:]\s*\{", item) for item in found):
        raise UnsupportedOption(keyword, "this backend cannot pass the text of a seccomp profile.")
    return found


def _ipam(keyword: str, value: Any) -> list[str]:
    config = known_keys(keyword, value, "driver", "config", "options")
    # docker-py always names a driver, and "default" is what there is without a name.
    flags = [f"--ipam-driver={config['driver']}"] if config.get("driver") not in (None, "", "default") else []
    flags += [f"--ipam-opt={name}={item}" for name, item in (config.get("options") or {}).items()]
    return flags + [flag for pool in config.get("config") or [] for flag in _pool(keyword, pool)]


def _pool(keyword: str, value: Any) -> list[str]:
    pool = known_keys(keyword, value, "subnet", "iprange", "gateway", "auxiliaryaddresses")
    plain = {"--subnet": "subnet", "--ip-range": "iprange", "--gateway": "gateway"}
    flags = [f"{flag}={pool[key]}" for flag, key in plain.items() if pool.get(key)]
    reserved = pool.get("auxiliaryaddresses") or {}
    return flags + [f"--aux-address={name}={address}" for name, address in reserved.items()]


def known_keys(keyword: str, value: Any, *known: str) -> dict[str, Any]:
    """Give a dict with lower-case keys, refusing what is no dict and keys that are not known."""
    if not isinstance(value, Mapping):
        raise UnsupportedOption(keyword, f"it takes a dict with {', '.join(known)}, not {type(value).__name__}.")
    found = {str(name).lower(): item for name, item in value.items()}
    for name in found.keys() - set(known):
        raise UnsupportedOption(keyword, f"it has no {name!r}; it has {', '.join(known)}.")
    return found


def without(table: Table, keywords: Collection[str]) -> dict[str, Option]:
    """Give a table without some keywords, for a client that does not have their flags."""
    return {keyword: option for keyword, option in table.items() if keyword not in keywords}


CONTAINER: Table = {
    "auto_remove": Option("--rm", switch, omit_falsy=True),
    "cap_add": Option("--cap-add", each),
    "cap_drop": Option("--cap-drop", each),
    "cpu_shares": Option("--cpu-shares", number, omit_falsy=True),
    "cpuset_cpus": Option("--cpuset-cpus", text, omit_falsy=True),
    "devices": Option("--device", _device),
    "dns": Option("--dns", each),
    "dns_opt": Option("--dns-option", each),
    "dns_search": Option("--dns-search", each),
    "domainname": Option("--domainname", text),
    "extra_hosts": Option("--add-host", joined()),
    "group_add": Option("--group-add", each),
    "healthcheck": Option("", _healthcheck),
    "hostname": Option("--hostname", text),
    "init": Option("--init", switch),
    "ipc_mode": Option("--ipc", text, omit_falsy=True),
    "labels": Option("--label", labels),
    "links": Option("--link", joined()),
    "log_config": Option("", _logging),
    "mem_limit": Option("--memory", size),
    "mem_reservation": Option("--memory-reservation", size, omit_falsy=True),
    "memswap_limit": Option("--memory-swap", size),
    "mounts": Option("--mount", mount),
    "name": Option("--name", text),
    "nano_cpus": Option("--cpus", billionths, omit_falsy=True),
    "network": Option("--network", text, omit_falsy=True),
    "network_mode": Option("--network", text, omit_falsy=True),
    "pid_mode": Option("--pid", text, omit_falsy=True),
    "pids_limit": Option("--pids-limit", number, omit_falsy=True),
    "platform": Option("--platform", text, omit_falsy=True),
    "ports": Option("", _ports),
    "privileged": Option("--privileged", switch, omit_falsy=True),
    "publish_all_ports": Option("--publish-all", switch, omit_falsy=True),
    "read_only": Option("--read-only", switch),
    "remove": Option("--rm", switch, omit_falsy=True),
    "restart_policy": Option("--restart", _restart, omit_falsy=True),
    "runtime": Option("--runtime", text, omit_falsy=True),
    "security_opt": Option("--security-opt", _security),
    "shm_size": Option("--shm-size", size),
    "stdin_open": Option("--interactive", switch, omit_falsy=True),
    "stop_signal": Option("--stop-signal", text, omit_falsy=True),
    "sysctls": Option("--sysctl", assignments, omit_falsy=True),
    "tmpfs": Option("--tmpfs", joined()),
    "tty": Option("--tty", switch, omit_falsy=True),
    "ulimits": Option("--ulimit", _ulimit),
    "use_config_proxy": Option("", only(True)),
    "user": Option("--user", text),
    "volumes": Option("--volume", normalise.binds),
    "volumes_from": Option("--volumes-from", normalise.volumes_from),
    "working_dir": Option("--workdir", text),
}

NETWORK: Table = {
    "attachable": Option("--attachable", switch, omit_falsy=True),
    "check_duplicate": Option("", only(True)),
    "driver": Option("--driver", text, omit_falsy=True),
    "enable_ipv6": Option("--ipv6", switch, omit_falsy=True),
    "ingress": Option("--ingress", switch, omit_falsy=True),
    "internal": Option("--internal", switch, omit_falsy=True),
    "ipam": Option("", _ipam),
    "labels": Option("--label", labels),
    "scope": Option("--scope", text, omit_falsy=True),
    "options": Option("--opt", assignments, omit_falsy=True),
}

VOLUME: Table = {
    "driver": Option("--driver", text, omit_falsy=True),
    "driver_opts": Option("--opt", assignments, omit_falsy=True),
    "labels": Option("--label", labels),
}

CONNECT: Table = {
    "aliases": Option("--alias", each),
    "driver_opt": Option("--driver-opt", assignments),
    "ipv4_address": Option("--ip", text),
    "ipv6_address": Option("--ip6", text),
    "link_local_ips": Option("--link-local-ip", each),
    "links": Option("--link", joined()),
}
