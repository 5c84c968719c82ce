"""Fixtures with subnets that no other run on the machine has, and a network that has one of each kind."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from ..driver import Driver
from ..exceptions import UsageError

__tracebackhide__ = True

_SUBNETS = range(256)
# Held while one of the subnets is in use, so that runs beside each other take different ones.
_FIRST_LOCK = 21800


@pytest.fixture(scope="session")
def subnet(driver: Driver) -> Iterator[int]:
    """A number n that makes subnets which nobody has: 198.18.n.0/24 and 2001:db8:n::/64.

    It stays this process's own until all tests are done, so that no test has it while a network is being removed.
    """
    networks = str(driver.inspect("network", driver.ids("network")))
    with ExitStack() as locks:
        for number in _SUBNETS:
            lock = locks.enter_context(closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)))
            if f"198.18.{number}." not in networks and not _is_bound(lock, _FIRST_LOCK + number):
                yield number
                return
        raise UsageError("All subnets in 198.18.0.0/16 are in use. Remove networks of the engine.")


@pytest.fixture
def wide_network(driver: Driver, named: Callable[..., str], subnet: int) -> str:
    """The name of a network with addresses of both kinds."""
    pools = [{"Subnet": f"198.18.{subnet}.0/24"}, {"Subnet": f"2001:db8:{subnet:x}::/64"}]
    name = named("network")
    driver.create_network({"name": name, "enable_ipv6": True, "ipam": {"Config": pools}})
    return name


def _is_bound(lock: socket.socket, port: int) -> bool:
    try:
        lock.bind(("127.0.0.1", port))
    except OSError:
        return True
    return False
