"""An engine that is as one on another machine, on which nobody else keeps anything."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools.testing.capabilities import skip_without

from ..conftest import BASE, wait_until

# How an engine is started that keeps all it has in a folder. Settings of this machine are not its.
SERVICES = {
    "docker": "dockerd --config-file={folder}/daemon.json --data-root={folder}/data --storage-driver=vfs "
    "--exec-opt=native.cgroupdriver=cgroupfs --tls=false --host={url}",
    "podman": "podman --root={folder}/data --storage-driver=vfs --network-config-dir={folder}/networks "
    "system service --time=0 {url}",
}
# Of the networks of such an engine that ask for no subnet: sixteen, of which it has one itself.
POOL: Mapping[str, Any] = {"base": "10.77.0.0/24", "size": 28}
# Bytes.
DISK_SIZE = 96 * 2**20
# Runs a command, $4 and what follows, as on another machine, which is linked with this one: a process ($1) has the
# link ($2) and the address $3.1, the command has the address $3.2.
ELSEWHERE = """
ip link add eth0 type veth peer name "$2" netns "$1"
nsenter --net="/proc/$1/ns/net" sh -ec 'ip address add "$2/30" dev "$1"; ip link set "$1" up' sh "$2" "$3.1"
ip address add "$3.2/30" dev eth0
ip link set lo up
ip link set eth0 up
ip route add default via "$3.1"
shift 3
exec unshare --mount --pid --fork --kill-child --mount-proc sh -ec 'mount -t tmpfs none /run; exec "$@"' sh "$@"
"""


class OtherEngine:
    """An engine that a test may stop and start again, and which is as one on another machine.

    It has namespaces of its own: its processes, networks and mounts are not seen here, nor those of this machine there.
    They are gone when it is stopped, or when the process that runs the tests ends, in whichever way that does. It has a
    small disk, and addresses for few networks.
    """

    def __init__(self, service: str, number: int, folder: Path) -> None:
        """`service` is its command, which has its settings in the folder; no other one beside it has its number."""
        self.host = f"198.19.{number}.2"
        self.url = f"tcp://{self.host}:2375"
        self._link = f"pdt-tests-{number}"
        self._service = [word.format(url=self.url, folder=folder) for word in service.split()]
        self._folder, self._log = folder, folder / "log"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        outside = ["setpriv", "--pdeathsig=KILL", "unshare", "--net", "sh", "-ec"]
        here = [str(os.getpid()), self._link, self.host.rpartition(".")[0]]
        # It is no client of an engine that the test has chosen.
        environment = {**os.environ, "CONTAINERS_CONF": str(self._folder / "containers.conf")}
        for name in ("CONTAINER_HOST", "DOCKER_HOST"):
            environment.pop(name, None)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*outside, ELSEWHERE, "sh", *here, *self._service],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            wait_until(self._answers)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End it as a power cut would. What it has stored stays."""
        self._process.kill()
        self._process.wait()
        # This goes with the last of its processes.
        wait_until(lambda: not Path("/sys/class/net", self._link).exists())

    @contextmanager
    def less_room(self) -> Iterator[None]:
        """Leave some of its disk to something else: an engine may need room to remove anything."""
        taken = self._folder / "data" / "taken"
        taken.write_bytes(bytes(8 * 2**20))
        try:
            yield
        finally:
            taken.unlink()

    def _answers(self) -> bool:
        assert self._process.poll() is None, f"The engine has ended:\n{self._log.read_text()[-2000:]}"
        with closing(HTTPConnection(self.host, 2375, timeout=5)) as connection, suppress(OSError, HTTPException):
            connection.request("GET", "/_ping")
            return connection.getresponse().read() == b"OK"
        return False


@pytest.fixture(scope="session")
def other_engine(
    program: str, host_variable: str, subnet: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OtherEngine]:
    """An engine of the backend's kind, at an address of TCP, that has the image of the tests and nothing else."""
    skip_without("an engine of its own", sys.platform == "linux" and os.geteuid() == 0)
    folder = tmp_path_factory.mktemp("other-engine")
    (folder / "daemon.json").write_text(json.dumps({"default-address-pools": [POOL]}))
    known = Path(os.environ.get("CONTAINERS_CONF", os.devnull)).read_text()
    pool = ", ".join(f"{key} = {json.dumps(value)}" for key, value in POOL.items())
    (folder / "containers.conf").write_text(f"{known}\n[network]\ndefault_subnet_pools = [{{{pool}}}]\n")
    engine = OtherEngine(SERVICES[program], subnet, folder)
    with _disk(folder), _only(engine.host):
        yield from _started(engine, program, host_variable)
    shutil.rmtree(folder)


@pytest.fixture
def engine(other_engine: OtherEngine, choose_engine: Callable[[str], None]) -> OtherEngine:
    """That engine, which the projects use."""
    choose_engine(other_engine.url)
    return other_engine


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """Have a disk of its own for the data in a folder."""
    (folder / "data").mkdir()
    with (folder / "disk").open("wb") as disk:
        disk.truncate(DISK_SIZE)
    subprocess.run(["mkfs.ext4", "-q", folder / "disk"], check=True)
    subprocess.run(["mount", "-o", "loop", folder / "disk", folder / "data"], check=True)
    try:
        yield
    finally:
        # What the engine has mounted there goes with the last of its processes.
        subprocess.run(["umount", "--lazy", folder / "data"], check=True)


@contextmanager
def _only(host: str) -> Iterator[None]:
    """Let nothing else be taken for what has an address while that is away, such as what the default route leads to."""
    route = ["unreachable", f"{host.rpartition('.')[0]}.0/30", "metric", "4096"]
    subprocess.run(["ip", "route", "replace", *route], check=True)
    try:
        yield
    finally:
        subprocess.run(["ip", "route", "delete", *route], check=True)


def _started(engine: OtherEngine, program: str, host_variable: str) -> Iterator[OtherEngine]:
    engine.start()
    try:
        image = subprocess.run([program, "save", BASE], check=True, capture_output=True).stdout
        environment = {**os.environ, host_variable: engine.url}
        subprocess.run([program, "load"], input=image, env=environment, check=True, capture_output=True)
        yield engine
    finally:
        engine.stop()
