"""The forms in which docker-py takes its own keywords, from all in which users may write them.

docker-py itself takes some forms only, passes on what the engine then ignores, and raises a TypeError that may not
name the keyword. A keyword that is in no table is refused, so that none can be lost.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from docker.errors import APIError, DockerException
from docker.types import EndpointConfig
from requests import RequestException

from pytest_docker_tools import normalise
from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools.normalise import assignments, number, pairs, switch, text, texts, words

__tracebackhide__ = True

Form = Callable[[str, Any], Any]
Table = Mapping[str, Form]


def arguments(table: Table, options: Mapping[str, Any]) -> dict[str, Any]:
    """Give these options as docker-py takes them; None is no option."""
    found = {}
    for keyword, value in options.items():
        if value is None:
            continue
        if keyword not in table:
            raise UnsupportedOption(keyword, "docker-py has no such keyword for this. Leave it out.")
        found[keyword] = table[keyword](keyword, value)
        _check(keyword, found[keyword])
    return found


def _check(keyword: str, value: Any) -> None:
    """Refuse what the engine would not get as it was written."""
    if isinstance(value, str):
        if "\0" in value:
            raise UnsupportedOption(keyword, "it has a NUL character, which no process can be given.")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise UnsupportedOption(keyword, "it has half of a surrogate pair, which is no text.") from None
    elif isinstance(value, (list, tuple, Mapping)):
        for item in [*value, *value.values()] if isinstance(value, Mapping) else value:
            _check(keyword, item)


@contextlib.contextmanager
def blamed(options: Mapping[str, Any]) -> Iterator[None]:
    """Raise what docker-py says about its arguments as `UnsupportedOption`."""
    try:
        yield
    except (APIError, RequestException):
        raise
    except (TypeError, ValueError, DockerException) as error:
        named = [keyword for keyword in options if re.search(rf"\b{keyword}\b", str(error))]
        raise UnsupportedOption((named or [*options])[0], f"docker-py refused it: {error}") from None


# Forms


def only(*accepted: Any) -> Form:
    """Take what docker-py does anyway."""
    return lambda keyword, value: normalise.one_of(keyword, value, *accepted)


def refused(reason: str) -> Form:
    """Take nothing."""

    def refuse(keyword: str, value: Any) -> Any:
        raise UnsupportedOption(keyword, reason)

    return refuse


def labels(keyword: str, value: Any) -> dict[str, str]:
    """Take labels."""
    return normalise.labels(value)


def joined(keyword: str, value: Any) -> list[str]:
    """Take pairs, written with a colon."""
    return [f"{left}:{right}" if right else left for left, right in normalise.pairs(keyword, value)]


def environment(keyword: str, value: Any) -> list[str]:
    """Take variables; a name alone unsets it."""
    found = dict(normalise.environment(value, keyword))
    return [name if item is None else f"{name}={item}" for name, item in found.items()]


def keyed(**keys: Form) -> Form:
    """Take a dict, or one of docker-py's types, whose keys may be written in any case and with underscores."""
    names = {name.lower(): name for name in keys}

    def taken(keyword: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise UnsupportedOption(keyword, f"it takes a dict with {', '.join(keys)}, not {type(value).__name__}.")
        found = {}
        for given, item in value.items():
            name = names.get(str(given).lower().replace("_", ""))
            if name is None:
                raise UnsupportedOption(keyword, f"it has no {given!r}; it has {', '.join(keys)}.")
            if item is not None:
                found[name] = keys[name](keyword, item)
        return found

    return taken


def many(form: Form) -> Form:
    """Take a list of values of one form."""
    return lambda keyword, value: [form(keyword, item) for item in normalise.sequence_of(keyword, value)]


def _ports(keyword: str, value: Any) -> dict[str, list[dict[str, str]]]:
    bindings = normalise.ports(value)
    # One with an empty list is open to other containers, and published nowhere.
    found: dict[str, list[dict[str, str]]] = {_port(str(port)): [] for port in value}
    for item in bindings:
        binding = {"HostIp": (item.host_ip or "").strip("[]"), "HostPort": item.host_port or ""}
        found[f"{item.container_port}/{item.protocol}"].append(binding)
    return found


def _port(port: str) -> str:
    number, _, protocol = port.partition("/")
    return f"{number}/{(protocol or 'tcp').lower()}"


def _mount(keyword: str, value: Any) -> dict[str, Any]:
    return {"Type": "volume", **_MOUNT(keyword, value)}


def _device(keyword: str, value: Any) -> dict[str, str]:
    if isinstance(value, Mapping):
        device = _DEVICE(keyword, value)
    else:
        device = dict(
            zip(("PathOnHost", "PathInContainer", "CgroupPermissions"), text(keyword, value).split(":"), strict=False)
        )
    return {"PathInContainer": device.get("PathOnHost"), "CgroupPermissions": "rwm", **device}


def _ulimit(keyword: str, value: Any) -> dict[str, Any]:
    limit = _ULIMIT(keyword, value)
    # Alone, the soft limit is the hard one too; docker-py would make a container that cannot start.
    return {"Soft": 0, "Hard": limit.get("Soft"), **limit}


def _healthcheck(keyword: str, value: Any) -> dict[str, Any]:
    check = {name: item for name, item in normalise.healthcheck(value).items() if item is not None}
    test = check.pop("test", None)
    if test == "NONE":
        test = ["NONE"]
    if test and not isinstance(test, str):
        test = texts(keyword, test)
        if test[0] not in ("CMD", "CMD-SHELL", "NONE"):
            raise UnsupportedOption(
                keyword, "its 'test' takes a string, ['CMD', ...], ['CMD-SHELL', text] or ['NONE']."
            )
    return {"test": test or None, **{name: number(keyword, item) for name, item in check.items()}}


def _endpoints(keyword: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise UnsupportedOption(keyword, f"it takes a dict of networks, not {type(value).__name__}.")
    return {str(name): _endpoint(keyword, endpoint or {}) for name, endpoint in value.items()}


def _endpoint(keyword: str, value: Any) -> dict[str, Any]:
    """Take docker-py's `EndpointConfig`, or a dict with its arguments."""
    if isinstance(value, Mapping) and value.keys() <= CONNECT.keys():
        # Any version: the engine's own is asked later.
        return EndpointConfig("1.44", **arguments(CONNECT, value))
    found: dict[str, Any] = _ENDPOINT(keyword, value)
    return found


_DEVICE = keyed(PathOnHost=text, PathInContainer=text, CgroupPermissions=text)
_ULIMIT = keyed(Name=text, Soft=number, Hard=number)
_MOUNT = keyed(
    Target=text,
    Source=text,
    Type=text,
    ReadOnly=switch,
    Consistency=text,
    BindOptions=keyed(Propagation=text, NonRecursive=switch),
    VolumeOptions=keyed(NoCopy=switch, Labels=labels, Subpath=text, DriverConfig=keyed(Name=text, Options=assignments)),
    TmpfsOptions=keyed(SizeBytes=normalise.size, Mode=number),
)
_DEVICE_REQUEST = keyed(Driver=text, Count=number, DeviceIDs=texts, Capabilities=many(texts), Options=assignments)
_IPAM_POOL = keyed(Subnet=text, IPRange=text, Gateway=text, AuxiliaryAddresses=assignments)
_IPAM = keyed(Driver=text, Config=many(_IPAM_POOL), Options=assignments)
_ENDPOINT = keyed(
    Aliases=texts,
    Links=joined,
    DriverOpts=assignments,
    MacAddress=text,
    IPAMConfig=keyed(IPv4Address=text, IPv6Address=text, LinkLocalIPs=texts),
)


def _table(*rows: tuple[Form, str]) -> Table:
    """Give the form of each keyword, from forms and the keywords that have them."""
    return {keyword: form for form, keywords in rows for keyword in keywords.split()}


CONTAINER = _table(
    (switch, "auto_remove init network_disabled oom_kill_disable privileged publish_all_ports read_only remove"),
    (switch, "stdin_open tty use_config_proxy"),
    (number, "blkio_weight cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares mem_swappiness nano_cpus"),
    (number, "oom_score_adj pids_limit"),
    (normalise.size, "kernel_memory mem_limit mem_reservation memswap_limit shm_size"),
    (text, "cgroup_parent cgroupns cpuset_cpus cpuset_mems domainname hostname init_path ipc_mode isolation"),
    (text, "mac_address name network network_mode pid_mode platform runtime stop_signal user userns_mode uts_mode"),
    (text, "volume_driver working_dir"),
    (texts, "cap_add cap_drop device_cgroup_rules dns dns_opt dns_search group_add security_opt"),
    (words, "command entrypoint"),
    (assignments, "storage_opt sysctls"),
    (environment, "environment"),
    (labels, "labels"),
    (joined, "extra_hosts"),
    (pairs, "links"),
    (lambda keyword, value: dict(pairs(keyword, value)), "tmpfs"),
    (lambda keyword, value: normalise.image(value), "image"),
    (_ports, "ports"),
    (normalise.binds, "volumes"),
    (normalise.volumes_from, "volumes_from"),
    (many(_mount), "mounts"),
    (many(_device), "devices"),
    (many(_ulimit), "ulimits"),
    (many(keyed(Path=text, Weight=number)), "blkio_weight_device"),
    (many(keyed(Path=text, Rate=number)), "device_read_bps device_read_iops device_write_bps device_write_iops"),
    (many(_DEVICE_REQUEST), "device_requests"),
    (_healthcheck, "healthcheck"),
    (keyed(Type=text, Config=assignments), "log_config"),
    (keyed(Name=text, MaximumRetryCount=number), "restart_policy"),
    (_endpoints, "networking_config"),
    (only("auto"), "version"),
    (refused("an engine on Linux takes it without effect. Use 'nano_cpus'."), "cpu_count cpu_percent"),
    (refused("no engine heeds it any more."), "lxc_conf"),
)

BUILD = _table(
    (switch, "custom_context forcerm gzip nocache pull rm squash use_config_proxy"),
    (text, "dockerfile encoding isolation network_mode path platform tag target"),
    (texts, "cache_from"),
    (joined, "extra_hosts"),
    (labels, "labels"),
    (normalise.size, "shmsize"),
    (lambda keyword, value: dict(normalise.environment(value, keyword)), "buildargs"),
    (keyed(memory=normalise.size, memswap=normalise.size, cpushares=number, cpusetcpus=text), "container_limits"),
    (lambda keyword, value: value, "fileobj"),
)

EXECUTE = _table((words, "command"), (environment, "environment"), (switch, "privileged tty"), (text, "user workdir"))

PULL = _table((only(False), "all_tags"), (assignments, "auth_config"), (text, "platform repository"))

NETWORK = _table(
    (switch, "attachable enable_ipv6 ingress internal"),
    (text, "driver name scope"),
    (assignments, "options"),
    (labels, "labels"),
    (_IPAM, "ipam"),
    (only(True), "check_duplicate"),
)

VOLUME = _table((text, "driver name"), (assignments, "driver_opts"), (labels, "labels"))

CONNECT = _table(
    (texts, "aliases link_local_ips"),
    (text, "ipv4_address ipv6_address mac_address"),
    (assignments, "driver_opt"),
    (pairs, "links"),
)
