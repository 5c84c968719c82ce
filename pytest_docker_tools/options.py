"""Every keyword that the factories pass on to an engine, typed, in docker-py's spelling.

These are the keywords of docker-py's `containers.run`, `images.build`, `images.pull`, `networks.create`,
`volumes.create` and `network.connect`. A factory refuses any other; a driver that cannot express one of these says so.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, TypedDict

from .calls import MAY_BE_SECRET as MAY_BE_SECRET
from .exceptions import UnknownKeyword
from .templates import Flag, Number, Size, Text, Texts, Value
from .types import (
    DeviceRequest,
    EndpointConfig,
    Healthcheck,
    IPAMConfig,
    LogConfig,
    Mount,
    NetworkingConfig,
    Ulimit,
)

__tracebackhide__ = True

Mapped = Value[Mapping[Text, Any]]
Object = Mapping[str, Any]
Objects = Value[Sequence[Value[Object]]]


# The networks of a container: names or networks, or what it has in each.
Networks = Value[Sequence[Any] | Mapping[Any, Value[EndpointConfig | Object | None]]]


class ContainerOptions(TypedDict, total=False):
    """Keywords of `container()` that go to the engine."""

    image: Value[Any]
    command: Value[Sequence[Text]]
    auto_remove: Flag
    blkio_weight: Number
    blkio_weight_device: Objects
    cap_add: Texts
    cap_drop: Texts
    cgroup_parent: Text
    cgroupns: Text
    cpu_count: Number
    cpu_percent: Number
    cpu_period: Number
    cpu_quota: Number
    cpu_rt_period: Number
    cpu_rt_runtime: Number
    cpu_shares: Number
    cpuset_cpus: Text
    cpuset_mems: Text
    device_cgroup_rules: Texts
    device_read_bps: Objects
    device_read_iops: Objects
    device_requests: Value[Sequence[Value[DeviceRequest | Object]]]
    device_write_bps: Objects
    device_write_iops: Objects
    devices: Value[Sequence[Value[str | Object]]]
    dns: Texts
    dns_opt: Texts
    dns_search: Texts
    domainname: Text
    entrypoint: Value[Sequence[Text]]
    environment: Value[Mapping[Text, Any] | Sequence[Text]]
    extra_hosts: Value[Mapping[Text, Text] | Sequence[Text]]
    group_add: Value[Sequence[Value[str | int]]]
    healthcheck: Value[Healthcheck | Object]
    hostname: Text
    init: Flag
    init_path: Text
    ipc_mode: Text
    isolation: Text
    kernel_memory: Size
    labels: Value[Mapping[Text, Text] | Sequence[Text]]
    links: Value[Mapping[Text, Text] | Sequence[Any]]
    log_config: Value[LogConfig | Object]
    lxc_conf: Mapped
    mac_address: Text
    mem_limit: Size
    mem_reservation: Size
    mem_swappiness: Number
    memswap_limit: Size
    mounts: Value[Sequence[Value[Mount | Object]]]
    name: Text
    nano_cpus: Number
    network: Text
    network_disabled: Flag
    network_mode: Text
    networking_config: Value[NetworkingConfig | Mapping[Text, Value[EndpointConfig | Object]]]
    oom_kill_disable: Flag
    oom_score_adj: Number
    pid_mode: Text
    pids_limit: Number
    platform: Text
    ports: Value[Mapping[str | int, Any]]
    privileged: Flag
    publish_all_ports: Flag
    read_only: Flag
    remove: Flag
    restart_policy: Value[Object]
    runtime: Text
    security_opt: Texts
    shm_size: Size
    stdin_open: Flag
    stop_signal: Text
    storage_opt: Mapped
    sysctls: Mapped
    tmpfs: Value[Mapping[Text, Text] | Sequence[Text]]
    tty: Flag
    ulimits: Value[Sequence[Value[Ulimit | Object]]]
    use_config_proxy: Flag
    user: Value[str | int]
    userns_mode: Text
    uts_mode: Text
    version: Text
    volume_driver: Text
    volumes: Value[Mapping[Text, Any] | Sequence[Text]]
    volumes_from: Texts
    working_dir: Text


class BuildOptions(TypedDict, total=False):
    """Keywords of `build()` that go to the engine."""

    path: Text
    fileobj: Value[IO[bytes] | bytes]
    buildargs: Mapped
    cache_from: Texts
    container_limits: Mapped
    custom_context: Flag
    dockerfile: Text
    encoding: Text
    extra_hosts: Mapped
    forcerm: Flag
    gzip: Flag
    isolation: Text
    labels: Mapped
    network_mode: Text
    nocache: Flag
    platform: Text
    pull: Flag
    quiet: Flag
    rm: Flag
    secrets: Value[Mapping[Text, Value[str | bytes | Path]]]
    shmsize: Size
    squash: Flag
    tag: Text
    target: Text
    use_config_proxy: Flag


class PullOptions(TypedDict, total=False):
    """Keywords of `fetch()` that go to the engine."""

    repository: Text
    tag: Text
    all_tags: Flag
    auth_config: Mapped
    platform: Text


class ImageOptions(TypedDict, total=False):
    """Keywords of `image()`."""

    name: Text


class NetworkOptions(TypedDict, total=False):
    """Keywords of `network()` that go to the engine under the same name."""

    name: Text
    driver: Text
    options: Mapped
    ipam: Value[IPAMConfig | Object]
    check_duplicate: Flag
    internal: Flag
    labels: Mapped
    enable_ipv6: Flag
    attachable: Flag
    ingress: Flag


class CreateNetworkOptions(NetworkOptions, total=False):
    """All options of a network. The factory calls this one `network_scope`, as `scope` is pytest's."""

    scope: Text


class VolumeOptions(TypedDict, total=False):
    """Keywords of `volume()` that go to the engine."""

    name: Text
    driver: Text
    driver_opts: Mapped
    labels: Mapped


class ConnectOptions(TypedDict, total=False):
    """What says how a container is attached to a network."""

    aliases: Sequence[str]
    links: Sequence[Any]
    ipv4_address: str
    ipv6_address: str
    link_local_ips: Sequence[str]
    driver_opt: Mapping[str, str]
    mac_address: str


def check_keywords(factory: Callable[..., Any], given: Iterable[str], known: type) -> None:
    """Raise `UnknownKeyword`, with the nearest name that the factory takes, for the first of the given it does not.

    `known` is the dictionary type of the options; a factory's own keywords, which Python has taken out, are proposed
    too.
    """
    options = known.__annotations__
    for keyword in given:
        if keyword in options:
            continue
        import difflib  # which nobody needs who makes no mistake

        own = inspect.signature(factory).parameters.values()
        names = [*options, *(item.name for item in own if item.kind is item.KEYWORD_ONLY)]
        # What is only the beginning of a name, as in compose or of the client's flags, resembles it too little.
        longer = sorted((name for name in names if len(keyword) > 2 and name.startswith(keyword)), key=len)
        near = difflib.get_close_matches(keyword, names, n=1) or longer
        hint = f"Did you mean {near[0]!r}?" if near else f"It knows: {', '.join(sorted(names))}."
        raise UnknownKeyword(f"{factory.__name__}() has no keyword {keyword!r}. {hint}")
