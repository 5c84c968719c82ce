"""What the tests on a real engine share: the fixtures of the conformance suite, and a real registry."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Literal
from zlib import crc32

import pytest

from pytest_docker_tools import items, labels
from pytest_docker_tools.driver import KINDS, Driver
from pytest_docker_tools.plugin import backend_of
from pytest_docker_tools.testing.capabilities import skip_without
from pytest_docker_tools.testing.fixtures import *  # noqa: F403
from pytest_docker_tools.testing.fixtures import Build
from pytest_docker_tools.testing.registry import USERNAME

Project = Callable[..., pytest.RunResult]

# What is built on it does without the cache, for which the classic builder looks at all images on a base, and fails if
# another test removes one of them. A test of the cache has a base of its own, `own_image`.
BASE = "localhost/pytest-docker-tools/busybox"
# What each test module that the tests write begins with.
HEADER = f"""
from pathlib import Path
import pytest
from pytest_docker_tools import *

BASE = {BASE!r}
MARK = {{'made-for': '{{mark}}'}}
"""
# Of the password that `testing.registry` has, as `htpasswd -B` writes it.
PASSWORD_HASH = "$2y$05$abcdefghijklmnopqrstuuJQ0OEfoQ1jvzDwPykoQtl7vEtSYYygy"
BuilderKind = Literal["classic", "BuildKit", "buildx"]

PLUGINS = Path(__file__).parents[2] / ".cache" / "buildx" / "cli-plugins"
# Keywords, and ids of rows, of the conformance suite.
REFUSED_BY_BUILDER: Mapping[BuilderKind, frozenset[str]] = {
    "classic": frozenset({"platform other", "secrets"}),
    "BuildKit": frozenset({"container_limits", "rm kept", "shmsize"}),
    "buildx": frozenset({"container_limits", "build isolation", "rm kept"}),
}
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
# What is about some backends only, or has to be seen on each; podman's driver has a folder of its own for its tests.
BACKENDS = {
    "client_parity": ("docker-cli", "podman"),
    "test_builds.py": ("docker-cli",),
    "test_conformance.py": ("docker-cli", "docker-py"),
    "test_docker_cli.py": ("docker-cli",),
    "test_driver_guide.py": ("docker-cli",),
    "test_docker_py.py": ("docker-py",),
    "test_examples.py": ("docker-cli", "docker-py", "podman"),
    "test_faulty_client.py": ("docker-cli", "podman"),
    "test_logins.py": ("docker-cli", "podman"),
    "test_tutorial.py": ("docker-cli",),
}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what is not about the chosen backend."""
    backend = backend_of(config)
    return True if backend not in BACKENDS.get(collection_path.name, (backend,)) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what is in this folder as in need of an engine, and leave out what other rows of tox.ini do."""
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in here:
        item.add_marker(pytest.mark.engine)
    others = [item for item in here if not _is_mine(item)]
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in others]


def _is_mine(item: pytest.Item) -> bool:
    """Say whether this row of tox.ini runs a test. All run the conformance suite, and share the others among them.

    What `BACKENDS` names, the rows of each backend share, and anything else all rows do. A row has a number of so
    many, such as "2/8" for the second of eight.
    """
    names = {item.path.name, item.path.parent.name}
    if "test_conformance.py" in names:
        return True
    share = os.environ.get("DRIVER_SHARE" if names & BACKENDS.keys() else "SHARE") or "1/1"
    number, count = map(int, share.split("/"))
    return crc32(item.nodeid.encode()) % count == number - 1


@pytest.fixture(scope="session")  # type: ignore[no-redef]
def image() -> str:
    """An image with the commands of busybox."""
    return BASE


@pytest.fixture
def mark(driver: Driver) -> Iterator[str]:
    """A label value that the resources of a project carry; what carries it in the end is removed."""
    mark = uuid.uuid4().hex
    yield mark
    for kind in KINDS:
        driver.remove(kind, driver.ids(kind, {"label": f"made-for={mark}"}), force=True)


@pytest.fixture
def left(driver: Driver, mark: str) -> Callable[[], list[str]]:
    """Give what there is of the project on the engine, its images aside."""

    def left() -> list[str]:
        return [ref for kind in KINDS if kind != "image" for ref in driver.ids(kind, {"label": f"made-for={mark}"})]

    return left


@pytest.fixture
def seeding_left(driver: Driver, pytester: pytest.Pytester) -> Callable[[], list[items.Item]]:
    """Give what there is on the engine through which the project's runs fill volumes. Other tests have such as well."""

    return partial(made_by_runs, driver, pytester, labels.SEEDING, "true")


@pytest.fixture
def unknown(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs of other tests neither know nor remove what those of the project leave."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(pytester.path / "cache"))
    pytester.makeconftest(
        "from pytest_docker_tools import labels, owners\n"
        "described = owners.described\n"
        "owners.described = lambda config, driver: {**described(config, driver), labels.PROCESS: ''}\n"
    )


@pytest.fixture
def unguarded(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what killed runs of the project leave stay there, and let nobody else who looks for it know them."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(pytester.path / "cache"))
    pytester.makeconftest(
        "from pytest_docker_tools import guard, processes\n"
        "guard.begin = lambda config, client: False\n"
        "processes.identity = lambda pid=None: ''\n"
    )


@pytest.fixture
def module(pytester: pytest.Pytester, mark: str) -> Callable[[str], Path]:
    """Write a test module."""

    def module(text: str) -> Path:
        return pytester.makepyfile(test_it=HEADER.replace("{mark}", mark) + text)

    return module


@pytest.fixture
def project(pytester: pytest.Pytester, backend: str, module: Callable[[str], Path]) -> Project:
    """Write a test module, and run pytest on it."""

    def project(text: str, *arguments: str) -> pytest.RunResult:
        module(text)
        options = [f"--docker-backend={backend}", "-p", "no:cacheprovider", *arguments]
        return pytester.runpytest_subprocess(*options, timeout=600)

    return project


@pytest.fixture
def interrupt(pytester: pytest.Pytester, backend: str) -> Callable[[Callable[[], bool]], None]:
    """Run pytest on what was written, interrupt it when something has happened, and wait for its end."""

    def interrupt(has_happened: Callable[[], bool]) -> None:
        with (pytester.path / "log").open("w") as log:
            process = pytester.popen(
                [sys.executable, "-m", "pytest", f"--docker-backend={backend}"],
                stdout=log,
                stderr=log,
                # Who runs these tests in the background may have had it ignored.
                preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
            )
        wait_until(has_happened)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == pytest.ExitCode.INTERRUPTED

    return interrupt


def made_by_runs(driver: Driver, pytester: pytest.Pytester, label: str, value: str) -> list[items.Item]:
    """Give what there is on the engine with a label that the project's runs have made."""
    name = (meeting_folder(pytester) / "name").read_text()
    found = [item for kind in KINDS for item in items.labelled(driver, kind, label, value)]
    return [item for item in found if item.labels.get(labels.OWNER, "").startswith(f"{name}/")]


def meeting_folder(pytester: pytest.Pytester) -> Path:
    """Give the folder in which the processes of a project's runs meet."""
    return pytester.path / ".cache" / f"pytest-docker-tools-{platform.node()}"


def free_port() -> int:
    """Give a port of the loopback interface that nobody has."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(done: Callable[[], bool], patience: float = 60) -> None:
    """Look again and again whether something is done, for so many seconds."""
    end = time.monotonic() + patience
    while not done():
        assert time.monotonic() < end, "This did not happen in time."
        time.sleep(0.05)


@pytest.fixture(scope="session")
def registry_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the registries have: both the same."""
    return tmp_path_factory.mktemp("registry-data")


@pytest.fixture(scope="session")
def registry(registry_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a registry on the loopback interface, without anything in it."""
    with _serving(registry_data, tmp_path_factory.mktemp("registry")) as address:
        yield address


@pytest.fixture(scope="session")
def private_registry(registry_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of one that wants a login, that of `testing.registry`."""
    folder = tmp_path_factory.mktemp("private-registry")
    (folder / "htpasswd").write_text(f"{USERNAME}:{PASSWORD_HASH}\n")
    settings = f"auth: {{htpasswd: {{realm: tests, path: '{folder / 'htpasswd'}'}}}}\n"
    with _serving(registry_data, folder, settings) as address:
        yield address


@pytest.fixture
def push(driver: Driver, backend: str, build: Build, registry: str) -> Callable[..., str]:
    """Put a new image for each of some tags in the registries, and give their repository without its registry."""
    push = ["podman", "push", "--tls-verify=false"] if backend == "podman" else ["docker", "push"]

    def push_all(*tags: str) -> str:
        name = f"pulls/{uuid.uuid4().hex}"
        for tag in tags or ("latest",):
            reference = f"{registry}/{name}:{tag}"
            build(fileobj=f"FROM {BASE}\n".encode(), labels={"pushed": f"{name}:{tag}"}, tag=reference)
            subprocess.run([*push, reference], check=True, capture_output=True)
            driver.remove("image", [reference], force=True)
        return name

    return push_all


@contextmanager
def _serving(data: Path, folder: Path, settings: str = "") -> Iterator[str]:
    program = shutil.which("docker-registry")
    assert program, "The tests of pulling need the docker-registry command; scripts/setup installs it."
    address = f"127.0.0.1:{free_port()}"
    (folder / "config.yml").write_text(
        f"version: 0.1\nlog: {{level: error}}\nhttp: {{addr: '{address}'}}\n"
        f"storage: {{filesystem: {{rootdirectory: '{data}'}}}}\n{settings}"
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, "serve", str(folder / "config.yml")], stdout=log, stderr=log)
    try:
        _await_listening(address, process)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def _await_listening(address: str, process: subprocess.Popen[bytes]) -> None:
    host, _, port = address.partition(":")
    for _ in range(500):
        assert process.poll() is None, "The registry ended."
        with closing(socket.socket()) as probe:
            if probe.connect_ex((host, int(port))) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("The registry does not listen.")


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
def program(backend: str) -> str:
    """The client that reaches the same engine as the backend does."""
    return "podman" if backend == "podman" else "docker"


@pytest.fixture(scope="session")
def host_variable(program: str) -> str:
    """The variable with which the environment names an engine."""
    return "CONTAINER_HOST" if program == "podman" else "DOCKER_HOST"


@pytest.fixture  # type: ignore[no-redef]
def choose_engine(host_variable: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let the environment name another engine."""
    return partial(monkeypatch.setenv, host_variable)


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


@dataclass(frozen=True)
class Builder:
    """A builder of a client. The client's own one before 23.0 is `BuildKit`, that of its plugin is `buildx`."""

    kind: BuilderKind
    client: str
    version: str

    def __str__(self) -> str:
        return f"{self.kind}-{self.version}"

    def environment(self, folder: Path, engine: str) -> dict[str, str | None]:
        """Give what makes the client use it. `folder` is for a configuration, which could name another `engine`."""
        if self.kind != "buildx":
            return {"DOCKER_BUILDKIT": "1" if self.kind == "BuildKit" else "0"}
        assert (PLUGINS / "docker-buildx").exists(), "The tests of builds need buildx; scripts/buildx downloads it."
        if not (folder / "cli-plugins").exists():
            (folder / "cli-plugins").symlink_to(PLUGINS)
        return {"DOCKER_BUILDKIT": None, "BUILDX_BUILDER": None, "DOCKER_CONFIG": str(folder), "DOCKER_HOST": engine}


def version_of(client: str) -> str:
    """Give a client's version, such as "20.10.24"."""
    return _output(client, "--version").split("version ")[1].split(",")[0].split("+")[0]


def api_of(engine: Mapping[str, Any]) -> tuple[int, ...]:
    """Give the version of an engine's API, such as (1, 41). `engine` is what the driver's `version` gives."""
    return tuple(int(part) for part in str(engine["ApiVersion"]).split("."))


def has_addresses_by_network(client: str, engine: Mapping[str, Any]) -> bool:
    """Say whether a client has hardware addresses for endpoints only, which an engine of that version does not take."""
    return int(version_of(client).split(".")[0]) >= 25 and api_of(engine) < (1, 44)


def on_path() -> Iterator[Builder]:
    """Give the builders of the client that drivers use. Other rows of tox.ini have other clients."""
    client = str(shutil.which("docker"))
    version = version_of(client)
    yield Builder("classic", client, version)
    yield Builder("BuildKit" if int(version.split(".")[0]) < 23 else "buildx", client, version)


def refused_by_engine(engine: Mapping[str, Any]) -> frozenset[str]:
    """Give what an engine, whose `version` this is, does not heed any more."""
    return frozenset({"kernel_memory"} if api_of(engine) >= (1, 42) else ())


def kind_of(client: str) -> BuilderKind:
    """Give the kind of builder that a client uses in this environment."""
    flags = set(re.findall("--[a-z]+", _output(client, "build", "--help")))
    if "--secret" not in flags:
        return "classic"
    return "buildx" if "--load" in flags else "BuildKit"


def refused(kind: BuilderKind, engine: Mapping[str, Any]) -> frozenset[str]:
    """Give what a builder does not do with an engine, whose `version` this is."""
    found = REFUSED_BY_BUILDER[kind]
    if kind != "classic" or not engine.get("Experimental"):
        found |= {"squash"}
    if kind == "buildx" and int(str(engine["Version"]).partition(".")[0]) < 23:
        found |= {"shmsize"}
    return found


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
