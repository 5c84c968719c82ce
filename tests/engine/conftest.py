"""What the tests on a real engine share: which of them a run has, its projects, and a real registry.

They have the fixtures of the conformance suite too.
"""

from __future__ import annotations

import inspect
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from zlib import crc32

import pytest

from pytest_docker_tools import items, labels
from pytest_docker_tools.driver import KINDS, Driver
from pytest_docker_tools.drivers import backend_of
from pytest_docker_tools.testing.fixtures import *  # noqa: F403
from pytest_docker_tools.testing.fixtures import Build
from pytest_docker_tools.testing.registry import USERNAME

Module = Callable[[str], Path]
Project = Callable[..., pytest.RunResult]
Process = subprocess.Popen[bytes]
Start = Callable[..., Process]
Interrupt = Callable[[Callable[[], bool]], None]
Left = Callable[[], list[str]]
Push = Callable[..., str]

HERE = Path(__file__).parent
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
# What a container does, in a shell, that is to end when a test says so, with this file: not before it was seen to run.
WAIT_FOR_GO = "until test -e /go; do sleep 0.1; done"
# Of the password that `testing.registry` has, as `htpasswd -B` writes it.
PASSWORD_HASH = "$2y$05$abcdefghijklmnopqrstuuJQ0OEfoQ1jvzDwPykoQtl7vEtSYYygy"
# What is about some backends only, or has to be seen on each; podman's driver has a folder of its own for its tests.
BACKENDS = {
    "client_parity": ("docker-cli", "podman"),
    "docker_py": ("docker-py",),
    "test_builds.py": ("docker-cli",),
    "test_conformance.py": ("docker-cli", "docker-py"),
    "test_docker_cli.py": ("docker-cli",),
    "test_driver_guide.py": ("docker-cli",),
    "test_examples.py": ("docker-cli", "docker-py", "podman"),
    "test_faulty_client.py": ("docker-cli", "podman"),
    "test_logins.py": ("docker-cli", "podman"),
    "test_proxies.py": ("docker-cli", "docker-py", "podman"),
    "test_tutorial.py": ("docker-cli",),
}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what is not about the chosen backend."""
    backend = backend_of(config)
    return True if backend not in BACKENDS.get(collection_path.name, (backend,)) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what is in this folder as in need of an engine, and leave out what other rows of tox.ini do."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.engine)
    others = [item for item in items if item.get_closest_marker("engine") and not _is_mine(item)]
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in others]


def _is_mine(item: pytest.Item) -> bool:
    """Say whether this row of tox.ini runs a test. A row has shares: "2/7" is the second part of seven."""
    if _depends_on_versions(item):
        return True
    number, count = map(int, os.environ.get(_shared_by(item), "1/1").split("/"))
    # Without parameters, which may differ from row to row.
    return crc32(item.nodeid.partition("[")[0].encode()) % count == number - 1


def _depends_on_versions(item: pytest.Item) -> bool:
    """Say whether a test is one of what a client or an engine of another version refuses."""
    return bool({"refused_options", "only_from_the_start"} & {*getattr(item, "fixturenames", ())})


def _shared_by(item: pytest.Item) -> str:
    """Give the variable that has the share of a test: which rows do it together."""
    if "builder" in getattr(item, "fixturenames", ()):
        return "TESTS_SHARE_OF_BUILDS"
    return "TESTS_SHARE_OF_DRIVER" if _is_about_drivers(item) else "TESTS_SHARE"


def _is_about_drivers(item: pytest.Item) -> bool:
    """Say whether a test is one of some backends, or asks which one it is on."""
    asks_for = inspect.signature(item.obj).parameters if isinstance(item, pytest.Function) else ()
    of_some = bool({item.path.name, item.path.parent.name} & BACKENDS.keys()) or HERE not in item.path.parents
    return of_some or bool({"backend", "program"} & {*asks_for})


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
def left(driver: Driver, mark: str) -> Left:
    """Give what there is of the project on the engine, its images aside."""

    def left() -> list[str]:
        return [ref for kind in KINDS if kind != "image" for ref in driver.ids(kind, {"label": f"made-for={mark}"})]

    return left


@pytest.fixture
def seeding_left(driver: Driver, pytester: pytest.Pytester) -> Callable[[], list[items.Item]]:
    """Give what there is on the engine through which the project's runs fill volumes. Other tests have such as well."""

    return partial(made_by_runs, driver, pytester, labels.SEEDING, "true")


@pytest.fixture
def _meets_alone(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the processes of the project's runs meet where no others do."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(pytester.path / "cache"))


@pytest.fixture
def unknown(pytester: pytest.Pytester, _meets_alone: None) -> None:
    """Let runs of other tests neither know nor remove what those of the project leave."""
    pytester.makeconftest(
        "from pytest_docker_tools import labels, owners\n"
        "described = owners.described\n"
        "owners.described = lambda config, driver: {**described(config, driver), labels.PROCESS: ''}\n"
    )


@pytest.fixture
def unguarded(pytester: pytest.Pytester, _meets_alone: None) -> None:
    """Let what killed runs of the project leave stay there, and let nobody else who looks for it know them."""
    pytester.makeconftest(
        "from pytest_docker_tools import guard, processes\n"
        "guard.begin = lambda config, client: False\n"
        "processes.identity = lambda pid=None: ''\n"
    )


@pytest.fixture
def module(pytester: pytest.Pytester, mark: str) -> Module:
    """Write a test module."""

    def module(text: str) -> Path:
        return pytester.makepyfile(test_it=HEADER.replace("{mark}", mark) + text)

    return module


@pytest.fixture
def project(pytester: pytest.Pytester, backend: str, module: Module) -> Project:
    """Write a test module, and run pytest on it."""

    def project(text: str, *arguments: str) -> pytest.RunResult:
        module(text)
        options = [f"--docker-backend={backend}", "-p", "no:cacheprovider", *arguments]
        return pytester.runpytest_subprocess(*options, timeout=600)

    return project


@pytest.fixture
def start_pytest(pytester: pytest.Pytester, backend: str) -> Iterator[Start]:
    """Start pytest on what was written, as the first process of a group, which is killed in the end."""
    started: list[Process] = []

    def start_pytest(*arguments: str) -> Process:
        command = [sys.executable, "-m", "pytest", f"--docker-backend={backend}", "-p", "no:cacheprovider", *arguments]
        with (pytester.path / f"log-{len(started)}").open("w") as log:
            process: Process = pytester.popen(command, stdout=log, stderr=log, start_new_session=True)
        started.append(process)
        return process

    yield start_pytest
    for process in started:
        kill_group(process)


@pytest.fixture
def start(start_pytest: Start, module: Module) -> Start:
    """Write a test module, and start pytest on it."""

    def start(text: str, *arguments: str) -> Process:
        module(text)
        return start_pytest(*arguments)

    return start


@pytest.fixture
def interrupt(start_pytest: Start) -> Interrupt:
    """Run pytest on what was written, interrupt it when something has happened, and wait for its end."""

    def interrupt(has_happened: Callable[[], bool]) -> None:
        process = start_pytest()
        wait_until(has_happened)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == pytest.ExitCode.INTERRUPTED

    return interrupt


def kill_group(process: Process) -> None:
    """Kill a process with its group, as a shell or a CI server does."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


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
def push(driver: Driver, backend: str, build: Build, registry: str) -> Push:
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
        wait_until(partial(_listens, process, address))
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def _listens(process: Process, address: str) -> bool:
    assert process.poll() is None, "The registry ended."
    host, _, port = address.partition(":")
    with closing(socket.socket()) as probe:
        return probe.connect_ex((host, int(port))) == 0


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
