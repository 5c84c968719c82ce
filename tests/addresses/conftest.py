"""What the tests of addresses share: engines here and elsewhere, facts of containers, and where the tests run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools import addresses
from pytest_docker_tools.driver import Endpoint, Facts, Filters, Kind
from pytest_docker_tools.testing import MemoryDriver

WEB, TESTS, OTHER = "1" * 64, "2" * 64, "3" * 64
EVERYWHERE = [("0.0.0.0", "4711"), ("::", "4711")]
FAMILIES = [("::", "4712"), ("0.0.0.0", "4711")]

RunsIn = Callable[[Facts], None]


class Driver(MemoryDriver):
    """A driver of an engine at some endpoint, with these containers, that says whether it was asked for any."""

    def __init__(self, url: str = "unix:///run/engine.sock", host: str = "127.0.0.1") -> None:
        super().__init__()
        self._at = Endpoint(url, host, local=url.startswith("unix:"))
        self.containers: dict[str, Facts] = {}
        self.asked = False

    def endpoint(self) -> Endpoint:
        return self._at

    def inspect(self, kind: Kind, refs: Sequence[str], *, timeout: float | None = None) -> list[Facts | None]:
        self.asked = True
        return [self.containers.get(ref) for ref in refs]

    def ids(self, kind: Kind, filters: Filters | None = None, *, timeout: float | None = None) -> list[str]:
        self.asked = True
        return [*self.containers]


def remote(host: str) -> Driver:
    """Give a driver of an engine on another machine."""
    return Driver(f"tcp://{host}:2376", host)


def facts(
    *published: tuple[str, str],
    mode: str = "default",
    status: str = "running",
    container: str = WEB,
    asked: Sequence[str] = (),
    ports: dict[str, Any] | None = None,
    **networks: dict[str, str],
) -> Facts:
    """Give the facts of a container whose port 80 has these bindings, and what it has on networks."""
    bound = [{"HostIp": host, "HostPort": port} for host, port in published]
    return {
        "Id": container,
        "Name": "/web",
        "State": {"Status": status},
        "HostConfig": {"NetworkMode": mode, "PortBindings": {port: [] for port in asked}},
        "NetworkSettings": {
            "Ports": {"80/tcp": bound or None, **(ports or {})},
            "Networks": {name: {"NetworkID": f"id-{name}", **found} for name, found in networks.items()},
        },
    }


def own(mode: str = "default", **networks: Any) -> Facts:
    """Give the facts of the container that the tests are in."""
    return facts(container=TESTS, mode=mode, **networks)


@pytest.fixture
def driver() -> Driver:
    """A driver of an engine on this machine."""
    return Driver()


@pytest.fixture(autouse=True)
def mounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The mounts of the process that runs the tests: at first those of a machine on which containers run."""
    mounts = tmp_path / "mountinfo"
    monkeypatch.setattr(addresses, "_MOUNTS", mounts)
    monkeypatch.setattr("socket.gethostname", lambda: "machine")
    mounts.write_text(
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        f"99 22 0:50 / /var/lib/docker/containers/{TESTS}/mounts/shm rw - tmpfs shm rw\n"
    )
    return mounts


@pytest.fixture
def tests_in(driver: Driver, mounts: Path) -> RunsIn:
    """Put the tests in a container."""

    def tests_in(container: Facts) -> None:
        driver.containers[TESTS] = container
        mounts.write_text(
            "123 84 0:49 / / rw master:3 - overlay overlay rw\n"
            f"141 123 8:1 /var/lib/docker/containers/{TESTS}/hostname /etc/hostname rw - ext4 /dev/sda1 rw\n"
        )

    return tests_in
