"""`Client` does what docker-py's client does: every test here runs unchanged against both, and asserts the latter."""

from __future__ import annotations

import gc
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any, NamedTuple

import docker
import pytest
import requests

from pytest_docker_tools import exceptions
from pytest_docker_tools.client import Client
from pytest_docker_tools.driver import Driver, Kind
from pytest_docker_tools.drivers import backend_of, open_driver

from ..conftest import BASE

Named = Callable[[Kind], str]
Make = Callable[..., Any]
Raises = Callable[[str], AbstractContextManager[pytest.ExceptionInfo[Any]]]
# docker-py leaves the sockets of some answers to the garbage collector.
OFFICIAL = pytest.param("official", marks=pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Compare where the engine is docker's: docker-py's client speaks to no other."""
    if "client" in metafunc.fixturenames:
        of_docker = backend_of(metafunc.config) in ("docker-cli", "docker-py")
        metafunc.parametrize("client", ["ours", OFFICIAL] if of_docker else ["ours"], indirect=True, scope="session")


@pytest.fixture(scope="session")
def driver(pytestconfig: pytest.Config) -> Iterator[Driver]:
    """The driver of our client. That of docker-py brings the official one, so there it is the default one."""
    backend = backend_of(pytestconfig)
    with closing(open_driver("docker-cli" if backend == "docker-py" else backend)) as driver:
        yield driver


@pytest.fixture(scope="session")
def client(request: pytest.FixtureRequest, driver: Driver) -> Iterator[Any]:
    """Our client, or docker-py's."""
    if request.param == "ours":
        yield Client(driver)
    else:
        with closing(docker.from_env()) as client:
            yield client


@pytest.fixture(autouse=True)
def collected(client: Any) -> Iterator[None]:
    """Let docker-py's sockets be collected in the test that opened them."""
    yield
    if not isinstance(client, Client):
        gc.collect()


class Error(NamedTuple):
    """What one failure is in either client; `status` is that of the engine's answer, where docker-py tells."""

    ours: type[Exception]
    official: type[Exception]
    status: int | None = None


ERRORS = {
    "NotFound": Error(exceptions.NotFound, docker.errors.NotFound, 404),
    "ImageNotFound": Error(exceptions.ImageNotFound, docker.errors.ImageNotFound, 404),
    "Conflict": Error(exceptions.Conflict, docker.errors.APIError, 409),
    "Forbidden": Error(exceptions.Forbidden, docker.errors.APIError, 403),
    "any of the engine": Error(exceptions.EngineError, docker.errors.APIError),
    "BuildFailed": Error(exceptions.BuildFailed, docker.errors.BuildError),
    "CommandFailed": Error(exceptions.CommandFailed, docker.errors.ContainerError),
    "late": Error(exceptions.DeadlineExceeded, requests.exceptions.ConnectionError),
    "no id": Error(exceptions.UnsupportedOption, docker.errors.NullResource),
    "cannot be meant": Error(exceptions.UnsupportedOption, docker.errors.InvalidArgument),
}


@pytest.fixture
def raises(client: Any) -> Raises:
    """Give a context in which the client's own form of one of `ERRORS` has to be raised."""

    @contextmanager
    def raises(name: str) -> Iterator[pytest.ExceptionInfo[Any]]:
        error = ERRORS[name]
        with pytest.raises(error.ours if isinstance(client, Client) else error.official) as raised:
            yield raised
        if error.status is not None:
            assert getattr(raised.value, "status_code", error.status) == error.status

    return raises


@pytest.fixture
def named(driver: Driver) -> Iterator[Named]:
    """Give names that nothing else has; what has one of them at the end of the test is removed."""
    given: list[tuple[Kind, str]] = []

    def name(kind: Kind) -> str:
        given.append((kind, f"{'localhost/' if kind == 'image' else ''}parity-{uuid.uuid4().hex[:12]}"))
        return given[-1][1]

    yield name
    for kind in ("container", "network", "volume", "image"):
        driver.remove(kind, [name for of, name in given if of == kind], force=True, volumes=True)


@pytest.fixture
def create(client: Any, named: Named) -> Make:
    """Create a container that sleeps when it is started."""

    def create(command: Any = "sleep 600", **options: Any) -> Any:
        return client.containers.create(BASE, command, **{"name": named("container"), **options})

    return create


@pytest.fixture
def run(client: Any, named: Named) -> Make:
    """Give a container that runs, and sleeps."""

    def run(command: Any = "sleep 600", **options: Any) -> Any:
        return client.containers.run(BASE, command, detach=True, **{"name": named("container"), **options})

    return run


@pytest.fixture
def ended(run: Make) -> Make:
    """Give a container whose command has ended."""

    def ended(command: Any, **options: Any) -> Any:
        container = run(command, **options)
        container.wait(timeout=30)
        return container

    return ended


@pytest.fixture
def mark() -> str:
    """A label that only what this test makes has."""
    return f"parity={uuid.uuid4().hex}"


def label(mark: str) -> dict[str, str]:
    name, _, value = mark.partition("=")
    return {name: value}


@pytest.fixture(scope="session")
def published(driver: Driver, registry: str, pytestconfig: pytest.Config) -> Iterator[str]:
    """The name of an image that a registry has."""
    name = f"{registry}/parity-{uuid.uuid4().hex[:12]}"
    driver.tag_image(BASE, name, "1")
    podman = backend_of(pytestconfig) == "podman"
    command = ["podman", "push", "-q", "--tls-verify=false"] if podman else ["docker", "push", "-q"]
    subprocess.run([*command, f"{name}:1"], check=True, capture_output=True)
    yield f"{name}:1"
    driver.remove("image", [f"{name}:1"], force=True)


@pytest.fixture
def pushed(driver: Driver, published: str) -> Iterator[str]:
    """The name of an image that a registry has and the engine does not."""
    driver.remove("image", [published], force=True)
    yield published
    driver.remove("image", [published], force=True)
