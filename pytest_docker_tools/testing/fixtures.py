"""The fixtures that the conformance suite asks for. Authors override those in which a driver, or its engine, differs.

What is made with them is removed at the end of the test, and has names and subnets that no other run has.
"""

from __future__ import annotations

import io
import os
import tarfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ..driver import Driver, Facts, Kind
from ..drivers import backend_of, open_driver
from ..exceptions import UsageError
from ..normalise import Verb
from . import capabilities
from .capabilities import *  # noqa: F403
from .registry import Published, Registry
from .subnets import subnet, wide_network
from .unresponsive import Open, choose_engine, dead_driver, hanging_driver

__tracebackhide__ = True

__all__ = [
    "accepts",
    "backend",
    "build",
    "children",
    "choose_engine",
    "content",
    "create",
    "dead_driver",
    "default_network",
    "driver",
    "facts",
    "hanging_driver",
    "image",
    "named",
    "network",
    "only_from_the_start",
    "open_backend",
    "own_image",
    "publish",
    "raw_log",
    "refused_options",
    "registries",
    "reported",
    "run",
    "server",
    "subnet",
    "threads",
    "wide_network",
    "written",
]
__all__ += capabilities.__all__

Accepts = Callable[..., bool]
Named = Callable[..., str]
Create = Callable[..., str]
Build = Callable[..., str]
FactsOf = Callable[..., Facts]
Content = Callable[[str, str], bytes]
Publish = Callable[..., Published]
Reported = Mapping[str, tuple[str, Any]]

# Names that are whole on every engine: some take a name without a host to be of a registry that they know.
_IMAGES = "localhost/pytest-docker-tools"


# The driver, and what it and its engine are like


@pytest.fixture(scope="session")
def backend(pytestconfig: pytest.Config) -> str:
    """The name of the driver: the one chosen with --docker-backend."""
    return backend_of(pytestconfig)


@pytest.fixture(scope="session")
def open_backend(backend: str) -> Open:
    """Open a driver of the engine that the environment names, with settings such as {"timeout": 1}."""
    return partial(open_driver, backend)


@pytest.fixture(scope="session")
def driver(open_backend: Open) -> Iterator[Driver]:
    """The driver that most tests use."""
    with closing(open_backend({})) as driver:
        yield driver


@pytest.fixture(scope="session")
def image(driver: Driver) -> str:
    """The name of an image on the engine, for this machine, that has the commands of busybox and runs "sh"."""
    if driver.inspect("image", ["busybox"]) == [None]:
        raise UsageError(
            "The conformance suite makes its containers from an image with the commands of busybox. Get it with the "
            "engine's client, or name another one in a fixture 'image'."
        )
    return "busybox"


@pytest.fixture(scope="session")
def default_network() -> str:
    """The name of a network that the engine has by itself, and keeps."""
    return "bridge"


@pytest.fixture(scope="session")
def raw_log() -> dict[str, Any]:
    """Options of a container whose log the engine keeps byte for byte. What docker keeps by default is text."""
    return {"log_config": {"Type": "local"}}


@pytest.fixture(scope="session")
def refused_options() -> frozenset[str]:
    """Ids of rows of the suite's tables that cannot be had here, besides the keywords that the driver `refuses`.

    Where a keyword of the same name can be had in one verb and not in another, the verb comes before it, as in
    "build isolation".
    """
    return frozenset()


@pytest.fixture(scope="session")
def only_from_the_start() -> frozenset[str]:
    """Keywords that `connect` refuses, while `networking_config` takes them when a container is created."""
    return frozenset()


# Of each test, as a module may have a driver of its own.
@pytest.fixture
def accepts(driver: Driver, refused_options: frozenset[str]) -> Accepts:
    """Say whether keywords of a verb, or rows of a table, are all carried out: `accepts("build", "squash")`."""

    def accepts(verb: Verb, *names: str) -> bool:
        refused = refused_options | driver.refuses.get(verb, {}).keys()
        return not refused & {*names, *(f"{verb} {name}" for name in names)}

    return accepts


@pytest.fixture(scope="session")
def reported() -> Reported:
    """Where the engine reports an option otherwise than docker, and what: {id of a row: (path, expected)}."""
    return {}


# What tests make


@pytest.fixture
def named(driver: Driver) -> Iterator[Named]:
    """Give names that nothing else has, with or without a tag; what has one at the end of the test is removed."""
    given: list[tuple[Kind, str]] = []

    def name(kind: Kind, tag: str = "") -> str:
        unique = f"{uuid.uuid4().hex[:12]}{tag and ':'}{tag}"
        given.append((kind, f"{_IMAGES}/{unique}" if kind == "image" else f"pytest-docker-tools-{unique}"))
        return given[-1][1]

    yield name
    for kind in ("container", "network", "volume", "image"):
        driver.remove(kind, [name for of, name in given if of == kind], force=True, volumes=kind == "container")


@pytest.fixture
def create(driver: Driver, image: str, named: Named) -> Create:
    """Create a container, which sleeps when it is started, and give its id."""

    def create(**options: Any) -> str:
        asleep = {"image": image, "command": ["sleep", "600"], "init": True, "name": named("container")}
        return driver.create_container({**asleep, **options})

    return create


@pytest.fixture
def run(driver: Driver, create: Create) -> Create:
    """Create and start a container, which sleeps, and give its id."""

    def run(**options: Any) -> str:
        container = create(**options)
        driver.start(container)
        return container

    return run


@pytest.fixture
def server(run: Create) -> str:
    """A container that soon listens on 8080/tcp, which is published on a free port."""
    return run(command=["httpd", "-f", "-p", "8080"], ports={"8080/tcp": None})


@pytest.fixture
def written(driver: Driver, run: Create) -> str:
    """A container that has written "1" and "3" to stdout, "2" and "4" to stderr, in that order, and ended."""
    script = "echo 1; sleep 0.2; echo 2 >&2; sleep 0.2; echo 3; sleep 0.2; echo 4 >&2"
    container = run(command=["sh", "-c", script])
    driver.wait(container, timeout=30)
    return container


@pytest.fixture
def build(driver: Driver, named: Named) -> Build:
    """Build an image and give its id."""

    def build(on_progress: Callable[[str], object] | None = None, timeout: float | None = 120, **options: Any) -> str:
        fresh = {"tag": named("image"), "nocache": True}
        return driver.build_image({**fresh, **options}, on_progress=on_progress, timeout=timeout)

    return build


@pytest.fixture
def own_image(image: str, build: Build, named: Named) -> str:
    """The name of an image that only this test has, and may remove."""
    name = named("image")
    build(fileobj=f"FROM {image}\n".encode(), labels={"own": name}, tag=name)
    return name


@pytest.fixture
def network(driver: Driver, named: Named) -> str:
    """The id of a network."""
    return driver.create_network({"name": named("network")})


@pytest.fixture(scope="session")
def registries() -> Iterator[tuple[Registry, Registry]]:
    """A public and a private registry on the loopback interface, which speak plain http."""
    with Registry() as public, Registry(private=True) as private:
        yield public, private


@pytest.fixture
def publish(can_host: bool, driver: Driver, request: pytest.FixtureRequest) -> Iterator[Publish]:
    """Put a new image in a registry, as `Registry.publish` does; `private=True` is a registry that wants a login."""
    capabilities.skip_without("host", can_host)
    registries = request.getfixturevalue("registries")
    published: list[Published] = []

    def publish(*, private: bool = False, **options: Any) -> Published:
        published.append(registries[private].publish(**options))
        return published[-1]

    yield publish
    for image in published:
        image.release()
        driver.remove("image", [image.reference, image.by_digest], force=True)


# What tests look at


@pytest.fixture
def facts(driver: Driver) -> FactsOf:
    """Give the inspect JSON of something that is there."""

    def facts(ref: str, kind: Kind = "container") -> Facts:
        found = driver.inspect(kind, [ref])[0]
        assert found is not None, f"There is no {kind} {ref!r}."
        return found

    return facts


@pytest.fixture
def content(driver: Driver) -> Content:
    """Read a file of a container."""

    def content(container: str, path: str) -> bytes:
        with driver.get_archive(container, path) as archive, tarfile.open(fileobj=archive, mode="r|*") as found:
            return (found.extractfile(next(iter(found))) or io.BytesIO()).read()

    return content


@pytest.fixture
def children() -> Callable[[], set[int]]:
    """Give the ids of this process's child processes, where the system says (Linux)."""

    def children() -> set[int]:
        found: set[int] = set()
        for path in Path(f"/proc/{os.getpid()}/task").glob("*/children"):
            # A thread may end meanwhile.
            with suppress(OSError):
                found |= {int(pid) for pid in path.read_text().split()}
        return found

    return children


@pytest.fixture
def threads() -> Callable[[], set[threading.Thread]]:
    """Give the threads that were started since the test began and, allowed a short while, do not end."""
    before = set(threading.enumerate())

    def threads() -> set[threading.Thread]:
        started = set(threading.enumerate()) - before
        end = time.monotonic() + 5
        for thread in started:
            thread.join(max(0.0, end - time.monotonic()))
        return {thread for thread in started if thread.is_alive()}

    return threads
