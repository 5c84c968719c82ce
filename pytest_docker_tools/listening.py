"""Which sockets listen in a container, read from the kernel's tables in /proc.

The tables are those of `proc(5)`: /proc/net/tcp, tcp6, udp and udp6.
"""

from __future__ import annotations

import ipaddress
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .driver import Driver, Facts

__tracebackhide__ = True

TABLES = ("tcp", "tcp6", "udp", "udp6")
_TCP_LISTEN = "0A"
_UDP_UNCONNECTED = "07"
_EXEC_TIMEOUT = 30.0


class Socket(NamedTuple):
    """A socket that listens: "tcp" or "udp", its address inside the container, and its port."""

    protocol: str
    address: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether it can be reached from inside the container only."""
        address = ipaddress.ip_address(self.address)
        # Java, for one, listens on IPv4 addresses in this form.
        mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        return (mapped or address).is_loopback


def in_container(driver: Driver, container: Facts, timeout: float | None = None) -> frozenset[Socket] | None:
    """Give what listens in a running container: from /proc of this machine, else by `cat` inside, else None."""
    tables = _from_proc(container)
    if tables is None:
        tables = _from_exec(driver, container, timeout)
    return None if tables is None else parse(tables)


def _from_proc(container: Facts) -> str | None:
    """Read the tables of the container's first process, if this process id is provably that container's here.

    The engine's process id means nothing on another machine or in another pid namespace; there it belongs to some
    other process, whose control group does not carry the container's id.
    """
    process = Path("/proc") / str(container["State"]["Pid"])
    try:
        if container["Id"] not in (process / "cgroup").read_text():
            return None
        return "".join((process / "net" / table).read_text() for table in TABLES if (process / "net" / table).exists())
    except OSError:
        return None


def _from_exec(driver: Driver, container: Facts, timeout: float | None) -> str | None:
    command = ["cat", *(f"/proc/net/{table}" for table in TABLES)]
    result = driver.execute(container["Id"], command, timeout=timeout or _EXEC_TIMEOUT)
    # `cat` returns 1 where IPv6 is off and two of the tables are missing, but shows the others.
    return result.stdout.decode(errors="replace") if result.exit_code in (0, 1) and result.stdout else None


def parse(tables: str) -> frozenset[Socket]:
    """Give the listening sockets of these tables, whose lines say by their own form what they are.

    A table begins with a header; UDP's has a column of drops that TCP's does not have.
    """
    sockets = set()
    protocol = "tcp"
    for line in tables.splitlines():
        fields = line.split()
        if "local_address" in fields:
            protocol = "udp" if "drops" in fields else "tcp"
        elif len(fields) > 3 and fields[3] == (_TCP_LISTEN if protocol == "tcp" else _UDP_UNCONNECTED):
            address, port = fields[1].split(":")
            sockets.add(Socket(protocol, _address(address), int(port, 16)))
    return frozenset(sockets)


def _address(text: str) -> str:
    """Read an address written as 32-bit words in the byte order of the machine."""
    raw = bytes.fromhex(text)
    if sys.byteorder == "little":
        raw = b"".join(raw[start : start + 4][::-1] for start in range(0, len(raw), 4))
    return str(ipaddress.ip_address(raw))
