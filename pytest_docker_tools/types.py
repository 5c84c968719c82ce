"""The values with a structure of their own that some keywords take, as one writes them in docker-py.

Each is a dictionary with the keys of the Docker Engine API, as docker-py's own are, so that those, these, and plain
dictionaries do the same. What is not given is left out. Every argument may refer to fixtures, as any value can. A
`repr` has no values: some are secrets, such as the token of a log driver.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from .templates import Flag, Number, Size, Text, Texts, Value

__tracebackhide__ = True

MountType = Literal["bind", "volume", "tmpfs", "npipe"]


class _Structure(dict[str, Any]):
    """A dictionary without the fields that are None."""

    def __init__(self, **fields: Any) -> None:
        super().__init__({name: value for name, value in fields.items() if value is not None})

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self)})"


class DriverConfig(_Structure):
    """The driver of the volume of a `Mount`, and its options."""

    def __init__(self, name: Text, options: Value[Mapping[str, Any]] | None = None) -> None:
        super().__init__(Name=name, Options=options)


class Mount(_Structure):
    """One of a container's `mounts`.

    `target` is a path in the container, `source` a folder of the engine's machine for a "bind", or a volume's name;
    without it a volume is an anonymous one. `propagation` is for a "bind"; `no_copy`, `labels`, `driver_config` and
    `subpath` are for a "volume"; `tmpfs_size` (bytes, or a string such as "64m") and `tmpfs_mode` (0o1777) for a
    "tmpfs".
    """

    def __init__(
        self,
        target: Text,
        source: Text | None = None,
        type: Value[MountType] = "volume",
        read_only: Flag = False,
        consistency: Text | None = None,
        propagation: Text | None = None,
        no_copy: Flag = False,
        labels: Value[Mapping[str, Text]] | None = None,
        driver_config: Value[DriverConfig | Mapping[str, Any]] | None = None,
        tmpfs_size: Size | None = None,
        tmpfs_mode: Number | None = None,
        subpath: Text | None = None,
    ) -> None:
        volume = _Structure(NoCopy=no_copy or None, Labels=labels, DriverConfig=driver_config, Subpath=subpath)
        tmpfs = _Structure(SizeBytes=tmpfs_size, Mode=tmpfs_mode)
        bind = _Structure(Propagation=propagation)
        super().__init__(
            Target=target,
            Source=source,
            Type=type,
            ReadOnly=read_only or None,
            Consistency=consistency,
            BindOptions=bind or None,
            VolumeOptions=volume or None,
            TmpfsOptions=tmpfs or None,
        )


class Ulimit(_Structure):
    """One of a container's `ulimits`, such as "nofile". -1 is no limit.

    A soft limit alone is the hard one too; a hard one alone leaves the soft one 0, as in docker-py.
    """

    def __init__(self, name: Text, soft: Number | None = None, hard: Number | None = None) -> None:
        super().__init__(Name=name, Soft=soft, Hard=hard)


class LogConfig(_Structure):
    """A container's `log_config`: the log driver (None: the engine's default), and its options."""

    def __init__(self, type: Text | None = None, config: Value[Mapping[str, Any]] | None = None) -> None:
        super().__init__(Type=type, Config=config)


class DeviceRequest(_Structure):
    """One of a container's `device_requests`, such as `DeviceRequest(count=-1, capabilities=[["gpu"]])`.

    A `count` of -1 is all devices. Of `capabilities` each list is one way to be satisfied.
    """

    def __init__(
        self,
        driver: Text | None = None,
        count: Number | None = None,
        device_ids: Texts | None = None,
        capabilities: Value[Sequence[Texts]] | None = None,
        options: Value[Mapping[str, Any]] | None = None,
    ) -> None:
        super().__init__(Driver=driver, Count=count, DeviceIDs=device_ids, Capabilities=capabilities, Options=options)


class Healthcheck(_Structure):
    """A container's `healthcheck`.

    `test` is a command for the shell, or a list that begins with "CMD" or "CMD-SHELL", or ["NONE"]; without it, it is
    the image's. `interval`, `timeout` and `start_period` are nanoseconds.
    """

    def __init__(
        self,
        test: Texts | None = None,
        interval: Number | None = None,
        timeout: Number | None = None,
        start_period: Number | None = None,
        retries: Number | None = None,
    ) -> None:
        super().__init__(Test=test, Interval=interval, Timeout=timeout, StartPeriod=start_period, Retries=retries)


class IPAMPool(_Structure):
    """A subnet of an `IPAMConfig`, such as "10.5.0.0/16".

    Containers get addresses of `iprange`, a part of it; `aux_addresses`, {name: address}, are kept from them.
    """

    def __init__(
        self,
        subnet: Text | None = None,
        iprange: Text | None = None,
        gateway: Text | None = None,
        aux_addresses: Value[Mapping[str, Text]] | None = None,
    ) -> None:
        super().__init__(Subnet=subnet, IPRange=iprange, Gateway=gateway, AuxiliaryAddresses=aux_addresses)


class IPAMConfig(_Structure):
    """A network's `ipam`: where its addresses come from."""

    def __init__(
        self,
        driver: Text | None = None,
        pool_configs: Value[Sequence[Value[IPAMPool | Mapping[str, Any]]]] | None = None,
        options: Value[Mapping[str, Any]] | None = None,
    ) -> None:
        super().__init__(Driver=driver, Config=pool_configs, Options=options)


class EndpointConfig(_Structure):
    """What a container has in one network: further names, fixed addresses."""

    def __init__(
        self,
        *,
        aliases: Texts | None = None,
        links: Value[Mapping[str, Text] | Sequence[Any]] | None = None,
        ipv4_address: Text | None = None,
        ipv6_address: Text | None = None,
        link_local_ips: Texts | None = None,
        driver_opt: Value[Mapping[str, Any]] | None = None,
        mac_address: Text | None = None,
    ) -> None:
        addresses = _Structure(IPv4Address=ipv4_address, IPv6Address=ipv6_address, LinkLocalIPs=link_local_ips)
        super().__init__(
            Aliases=aliases,
            Links=links,
            IPAMConfig=addresses or None,
            DriverOpts=driver_opt,
            MacAddress=mac_address,
        )


class NetworkingConfig(_Structure):
    """A container's `networking_config`: an `EndpointConfig` for each network, by its name."""

    def __init__(
        self, endpoints_config: Value[Mapping[Text, Value[EndpointConfig | Mapping[str, Any]]]] | None = None
    ) -> None:
        super().__init__(EndpointsConfig=endpoints_config)
