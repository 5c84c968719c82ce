"""The keywords of docker-py that podman's command line has other flags for than docker's, or none."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools.normalise import Verb
from pytest_docker_tools_docker_cli import Option, Table, image_options
from pytest_docker_tools_docker_cli import options as docker
from pytest_docker_tools_docker_cli.command import nothing, switch, text

__tracebackhide__ = True


def _refusing(option: Option, wrong: Callable[[Sequence[str]], bool], why: str) -> Option:
    """Give an option that is refused where podman would not do, nor refuse, what is written."""

    def values(keyword: str, value: Any) -> Sequence[str]:
        written = list(option.values(keyword, value))
        if wrong(written):
            raise UnsupportedOption(keyword, f"podman {why}.")
        return written

    return option._replace(values=values)


def _without_test(flags: Sequence[str]) -> bool:
    return not any(flag.startswith(("--health-cmd", "--no-healthcheck")) for flag in flags)


def _beyond_its_volumes(items: Sequence[str]) -> bool:
    return any(re.search("volume-(nocopy|label|driver|subpath)=", item) for item in items)


def _beyond_its_log(flags: Sequence[str]) -> bool:
    return any(re.match("--log-opt=(?!(max-size|path|tag)=)", flag) for flag in flags)


def _sized(items: Sequence[str]) -> bool:
    return any(re.match("o=(.*,)?size=", item) for item in items)


def _platform(keyword: str, value: Any) -> list[str]:
    return [f"--platform={item}" if "/" in item else f"--os={item}" for item in text(keyword, value)]


def _network_options(keyword: str, value: Any) -> list[str]:
    return [
        item.removeprefix("com.docker.network.driver.") for item in docker.NETWORK["options"].values(keyword, value)
    ]


def _shared_memory(keyword: str, value: int) -> list[str]:
    # What is docker's default would be no limit at all.
    return text(keyword, value) if value else []


_MAC_ADDRESS = Option("--mac-address", text)

CONTAINER: Table = {
    **docker.CONTAINER,
    "healthcheck": _refusing(docker.CONTAINER["healthcheck"], _without_test, "needs a 'test', and takes no image's"),
    "init_path": Option("--init-path", text),
    "log_config": _refusing(docker.CONTAINER["log_config"], _beyond_its_log, "has max-size, path, tag for a log only"),
    "mounts": _refusing(docker.CONTAINER["mounts"], _beyond_its_volumes, "has no such option for a volume's mount"),
    "shm_size": Option("--shm-size", _shared_memory),
    "use_config_proxy": Option("--http-proxy", switch),
}

BUILD: Table = {
    **image_options.BUILD,
    **dict.fromkeys(("cache_from", "forcerm", "rm"), Option("", nothing)),
    "platform": Option("", _platform),
    "use_config_proxy": Option("--http-proxy", switch),
}
NETWORK: Table = {**docker.NETWORK, "options": Option("--opt", _network_options)}
VOLUME: Table = {
    **docker.VOLUME,
    "driver_opts": _refusing(docker.VOLUME["driver_opts"], _sized, "takes a size for a quota of its own; use 'mounts'"),
}
CONNECT: Table = {**docker.CONNECT, "mac_address": _MAC_ADDRESS}
ENDPOINT: Table = {**docker.ENDPOINT, "mac_address": _MAC_ADDRESS}

# What podman says of values that it does not take.
REFUSED_VALUES: Mapping[str, re.Pattern[str]] = {
    "extra_hosts": re.compile('invalid IP address in add-host: "host-gateway"'),
    "options": re.compile("unsupported .*network option"),
    "ports": re.compile("port ranges have different lengths"),
    "tmpfs": re.compile("unknown mount option"),
}

_NO_FLAG = "podman has no flag for it."
_HOST_GATEWAY = "versions that have no 'host-gateway' refuse it"
_OWN_PROXIES = "the proxies are those of the tests' environment, not those of a configuration"

REFUSED: Mapping[Verb, Mapping[str, str]] = {
    "container": {
        **dict.fromkeys(("cpu_count", "cpu_percent", "device_requests", "isolation", "links"), _NO_FLAG),
        "domainname": "podman has no flag for it. Give the whole name as 'hostname'.",
        "kernel_memory": "podman does not heed it any more.",
        "network_disabled": "podman has no flag for it. Use network_mode='none'.",
        "storage_opt": "podman has it for all containers only, in its configuration.",
        "volume_driver": "podman has no flag for it. Make the volume first, with its driver.",
    },
    "network": dict.fromkeys(("attachable", "ingress", "scope"), _NO_FLAG),
    "connect": dict.fromkeys(("driver_opt", "link_local_ips", "links"), _NO_FLAG),
}

APPROXIMATED: Mapping[Verb, Mapping[str, str]] = {
    "container": {
        **{name: docker.APPROXIMATED["container"][name] for name in ("entrypoint", "labels")},
        "extra_hosts": _HOST_GATEWAY,
        "environment": "what podman itself reads, such as HOSTNAME, cannot have several lines, nor be unset",
        "healthcheck": "a 'test' is needed, and is run by a shell, which the image must have",
        "log_config": "with 'max-size', 'path' and 'tag' only",
        "mounts": "without the options of volumes",
        "nano_cpus": "rounded down to ten thousand of them",
        "networking_config": "without 'driver_opt', 'link_local_ips' and 'links'",
        "ports": "a range of host ports to choose from is refused",
        "tmpfs": "versions that have no 'uid' and 'gid' refuse them",
        "use_config_proxy": _OWN_PROXIES,
    },
    "build": {
        "cache_from": "podman looks for layers in all images that it has",
        "extra_hosts": _HOST_GATEWAY,
        "gzip": "without a meaning, as nothing is sent",
        **dict.fromkeys(("forcerm", "rm"), "nothing is kept of steps, as podman would not list it"),
        "use_config_proxy": _OWN_PROXIES,
    },
    "pull": {"auth_config": "it is never empty, has no 'registrytoken', and is not for 'all_tags'"},
    "network": {"ipam": "without reserved addresses and options", "options": "those that podman has, such as the MTU"},
    "volume": {"driver_opts": "a file system in memory has no 'size'"},
}
