"""What the tests on a real engine share: the fixtures of the conformance suite, and a real registry."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pytest_docker_tools.driver import KINDS, Driver
from pytest_docker_tools.plugin import backend_of
from pytest_docker_tools.testing.fixtures import *  # noqa: F403

BASE = "localhost/pytest-docker-tools/busybox"
# What is about some backends only; podman's driver has a folder of its own for its tests.
BACKENDS = {
    "client_parity": ("docker-cli", "podman"),
    "test_conformance.py": ("docker-cli", "docker-py"),
    "test_docker_cli.py": ("docker-cli",),
    "test_docker_py.py": ("docker-py",),
}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what is not about the chosen backend."""
    backend = backend_of(config)
    return True if backend not in BACKENDS.get(collection_path.name, (backend,)) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder as in need of an engine."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.engine)


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
