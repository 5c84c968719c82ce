"""What /proc says of a container: which sockets listen in it, and whether its first process still runs.

The tables of sockets are those of `proc(5)`: /proc/net/tcp, tcp6, udp and udp6. Control groups are as in `cgroups(7)`.
"""

from __future__ import annotations

import ipaddress
import re
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
# States of a process that has ended, and was not taken note of yet.
_ENDED = b"ZX"
_CGROUPS = Path("/sys/fs/cgroup")
# The control group in the one hierarchy of version 2.
_UNIFIED = re.compile("^0::/(.+)$", re.MULTILINE)


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


def still_runs(container: Facts) -> bool:
    """Say whether a container's first process is seen to run from here, and not to be paused. False: it may not."""
    process = _process(container)
    try:
        # After the name of the program, which may be any.
        state = (process / "stat").read_bytes().rpartition(b") ")[2][:1]
        groups = _groups(process)
        return state not in _ENDED and _are_of(groups, container) and not _is_paused(groups, state)
    except OSError:
        return False


def _is_paused(groups: str, state: bytes) -> bool:
    """Say whether the control group of a process, which is in this state, is frozen, or may be."""
    if ":freezer:" in groups:
        # In version 1 what is frozen looks as if it waited for a disk.
        return state == b"D"
    unified = _UNIFIED.search(groups)
    return unified is None or "frozen 0" not in (_CGROUPS / unified[1] / "cgroup.events").read_text()


def _from_proc(container: Facts) -> str | None:
    """Read the tables of the container's first process, if this process id is provably that container's here."""
    process = _process(container)
    try:
        if not _are_of(_groups(process), container):
            return None
        return "".join((process / "net" / table).read_text() for table in TABLES if (process / "net" / table).exists())
    except OSError:
        return None


def _process(container: Facts) -> Path:
    return Path("/proc") / str(container["State"]["Pid"])


def _groups(process: Path) -> str:
    return (process / "cgroup").read_text()


def _are_of(groups: str, container: Facts) -> bool:
    """Say whether a process here, which has these control groups, is provably one of a container.

    The engine's process id means nothing on another machine or in another pid namespace; there it belongs to some
    other process, whose control group does not carry the container's id.
    """
    return container["Id"] in groups


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
