"""What the tests on a real engine share: every driver in turn, and resources that do not outlive their test."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools.driver import Driver, Kind
from pytest_docker_tools.drivers import open_driver

BACKENDS = ("docker-cli",)
BASE = "localhost/pytest-docker-tools/busybox"

Create = Callable[..., str]
Named = Callable[[Kind], str]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder as in need of an engine."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.engine)


@pytest.fixture(scope="session", params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """The name of a driver."""
    return str(request.param)


@pytest.fixture(scope="session")
def driver(backend: str) -> Iterator[Driver]:
    """A driver of the engine that the environment names."""
    with closing(open_driver(backend)) as driver:
        yield driver


@pytest.fixture(scope="session")
def image() -> str:
    """An image with the commands of busybox."""
    return BASE


@pytest.fixture
def named(driver: Driver) -> Iterator[Named]:
    """Give names that nothing else has; what has one of them at the end of the test is removed."""
    given: list[tuple[Kind, str]] = []

    def name(kind: Kind) -> str:
        given.append((kind, f"pytest-docker-tools-{uuid.uuid4().hex[:12]}"))
        return given[-1][1]

    yield name
    for kind in ("container", "network", "volume", "image"):
        driver.remove(kind, [name for of, name in given if of == kind], force=True, volumes=kind == "container")


@pytest.fixture
def create(driver: Driver, image: str, named: Named) -> Create:
    """Create a container that sleeps, and is gone after the test."""

    def create(**options: Any) -> str:
        return driver.create_container(
            {"image": image, "command": ["sleep", "600"], "init": True, "name": named("container"), **options}
        )

    return create


@pytest.fixture
def run(driver: Driver, create: Create) -> Create:
    """Create and start a container that sleeps, and is gone after the test."""

    def run(**options: Any) -> str:
        container = create(**options)
        driver.start(container)
        return container

    return run


@pytest.fixture
def facts(driver: Driver) -> Callable[..., dict[str, Any]]:
    """Give the inspect JSON of something that is there."""

    def facts(ref: str, kind: Kind = "container") -> dict[str, Any]:
        found = driver.inspect(kind, [ref])[0]
        assert found is not None
        return found

    return facts


def free_port() -> int:
    """Give a port of the loopback interface that nobody has."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a registry on the loopback interface, without anything in it."""
    program = shutil.which("docker-registry")
    assert program, "The tests of pulling need the docker-registry command; scripts/setup installs it."
    folder = tmp_path_factory.mktemp("registry")
    address = f"127.0.0.1:{free_port()}"
    (folder / "config.yml").write_text(
        f"version: 0.1\nlog: {{level: error}}\nhttp: {{addr: '{address}'}}\n"
        f"storage: {{filesystem: {{rootdirectory: '{folder / 'data'}'}}}}\n"
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


@pytest.fixture
def children() -> Callable[[], set[int]]:
    """Give the process ids of this process's children."""

    def children() -> set[int]:
        found = Path(f"/proc/{os.getpid()}/task").glob("*/children")
        return {int(pid) for path in found for pid in path.read_text().split()}

    return children
