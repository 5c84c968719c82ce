"""Builds with each of the builders that docker's clients have: the classic one, BuildKit, and buildx.

What the conformance suite has of builds is imported, and so runs with each of them too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools.driver import Driver
from pytest_docker_tools.drivers import open_driver
from pytest_docker_tools.exceptions import BuildFailed, DeadlineExceeded, UnsupportedOption
from pytest_docker_tools.testing.conformance import TestBuildImage, TestBuildOutput, TestBuildSecrets  # noqa: F401
from pytest_docker_tools.testing.conformance.build import UUID
from pytest_docker_tools.testing.fixtures import Build, Content, Create, Named
from pytest_docker_tools.testing.unresponsive import Open

from .conftest import Builder, on_path, refused

PROXY = "http://192.0.2.9:3128"


@pytest.fixture(scope="session")
def backend() -> str:
    """The one that runs the docker client."""
    return "docker-cli"


@pytest.fixture(scope="session", params=[*on_path()], ids=str)
def builder(request: pytest.FixtureRequest) -> Builder:
    """A builder."""
    found: Builder = request.param
    return found


@pytest.fixture(scope="session")
def environment(builder: Builder, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str | None]:
    """What makes a client use it."""
    with closing(open_driver("docker-cli")) as own:
        return builder.environment(tmp_path_factory.mktemp("configuration"), own.endpoint().url)


@pytest.fixture(scope="session")
def open_backend(builder: Builder, environment: Mapping[str, str | None]) -> Open:
    """Open a driver that builds with it."""

    def open_backend(settings: Mapping[str, Any]) -> Driver:
        return open_driver("docker-cli", {"binary": builder.client, "environment": environment, **settings})

    return open_backend


# A fixture of its own, as pytest would not make that of the other modules anew for another `open_backend`.
@pytest.fixture(scope="session")
def driver(open_backend: Open) -> Iterator[Driver]:
    """A driver that builds with it."""
    with closing(open_backend({})) as driver:
        yield driver


@pytest.fixture(scope="session")
def refused_options(builder: Builder, driver: Driver) -> frozenset[str]:
    """What it does not do."""
    return refused(builder.kind, driver.version())


def test_is_the_one(build: Build, image: str, builder: Builder) -> None:
    """The environment that a driver is opened with says which builder the client uses."""
    seen: list[str] = []
    build(seen.append, fileobj=f"FROM {image}\nLABEL a=b\n".encode())
    assert any(line.startswith("Step 1/2 : ") for line in seen) is (builder.kind == "classic")
    assert any("using docker driver" in line for line in seen) is (builder.kind == "buildx")


def test_nothing_of_the_client_stays(
    environment: Mapping[str, str | None], builder: Builder, image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that has to be ended leaves none of its own temporary files behind."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    settings = {"binary": builder.client, "environment": {**environment, "TMPDIR": str(tmp_path)}}
    with closing(open_driver("docker-cli", settings)) as driver, pytest.raises(DeadlineExceeded):
        driver.build_image({"fileobj": f"FROM {image}\nRUN sleep 600\n".encode(), "nocache": True}, timeout=2)
    assert list(tmp_path.iterdir()) == []


def test_a_step_that_fails(driver: Driver, build: Build, image: str, named: Named) -> None:
    """The error has the step, the last lines that it wrote, and the client's reason; the log has everything."""
    label = named("volume")
    steps = "RUN echo before\nRUN for i in $(seq 30); do echo line-$i; done; printf '\\033[31mred\\033[0m\\n'; exit 7\n"
    with pytest.raises(BuildFailed) as raised:
        build(fileobj=f"FROM {image}\nLABEL {label}=1\n{steps}".encode(), tag="localhost/app")
    # What the steps before it made.
    driver.remove("image", driver.ids("image", {"label": label}), force=True)
    reason, step, *shown = str(raised.value).splitlines()
    assert re.match(r"docker could not build 'localhost/app': .*code: 7$", reason)
    assert re.match(r".*RUN for i in ", step)
    assert shown == [*(f"line-{number}" for number in range(12, 31)), "red"]
    assert {"before", "line-1", "line-30"} <= {line.split(" ")[-1] for line in raised.value.log.splitlines()}
    assert "DEPRECATED" not in str(raised.value)
    assert "\x1b" not in raised.value.log


@pytest.mark.parametrize("dockerfile", ["FROM {image}\nNONSENSE\n", "FROM {image}\nCOPY nowhere /x\n"])
def test_what_cannot_be_built(build: Build, image: str, dockerfile: str) -> None:
    """Without a step that wrote something there is the reason, and nothing of what the client does beside it."""
    with pytest.raises(BuildFailed, match=r"(?i)nonsense|nowhere") as raised:
        build(fileobj=dockerfile.format(image=image).encode())
    assert not re.search("DEPRECATED|transferring|Sending build context", str(raised.value))


def test_a_network(build: Build, image: str, builder: Builder, network: str, driver: Driver) -> None:
    """Steps of the classic builder can be on any network; BuildKit has none of the engine's, and is not believed."""
    dockerfile = f"FROM {image}\nRUN true\n".encode()
    if builder.kind == "classic":
        assert build(fileobj=dockerfile, network_mode=network)
    else:
        with pytest.raises(UnsupportedOption, match=r"network_mode.*buildkit"):
            build(fileobj=dockerfile, network_mode=network)


def test_images_to_take_layers_from(
    builder: Builder, build: Build, own_image: str, named: Named, create: Create, content: Content
) -> None:
    """The classic builder takes layers of the images that are named, and of no others that it has built."""
    # It looks at all images on that base, and fails if somebody else removes one of them.
    dockerfile, tags = f"FROM {own_image}\nRUN {UUID} > /made\n".encode(), [named("image"), named("image")]
    first, _ = (content(create(image=build(fileobj=dockerfile, tag=tag)), "/made") for tag in tags)
    found = content(create(image=build(fileobj=dockerfile, nocache=False, cache_from=tags[:1])), "/made")
    assert (found == first) is (builder.kind == "classic")


def test_an_ignore_file_of_its_own(
    builder: Builder, build: Build, image: str, tmp_path: Path, create: Create, content: Content
) -> None:
    """A Dockerfile can have a .dockerignore of its own, which BuildKit reads in place of the folder's."""
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    (tmp_path / "Dockerfile").write_text(f"FROM {image}\nCOPY . /found/\nRUN ls /found > /seen\n")
    (tmp_path / ".dockerignore").write_text("a\n")
    (tmp_path / "Dockerfile.dockerignore").write_text("b\n")
    seen = content(create(image=build(path=str(tmp_path))), "/seen").decode().split()
    assert ("a" in seen, "b" in seen) == ((False, True) if builder.kind == "classic" else (True, False))


@pytest.fixture
def build_with_proxies(
    builder: Builder, environment: Mapping[str, str | None], tmp_path: Path, named: Named
) -> Iterator[Build]:
    """Build with a client whose configuration has proxies."""
    with closing(open_driver("docker-cli")) as own:
        engine = own.endpoint().url
    folder = environment.get("DOCKER_CONFIG")
    (tmp_path / "config.json").write_text(json.dumps({"proxies": {"default": {"httpProxy": PROXY}}}))
    if folder:
        (tmp_path / "cli-plugins").symlink_to(Path(folder) / "cli-plugins")
    settings = {**environment, "DOCKER_CONFIG": str(tmp_path), "DOCKER_HOST": engine}
    with closing(open_driver("docker-cli", {"binary": builder.client, "environment": settings})) as driver:
        yield lambda **options: driver.build_image({"tag": named("image"), "nocache": True, **options})


@pytest.mark.parametrize("wanted", [None, True, False])
def test_proxies(
    build_with_proxies: Build, image: str, named: Named, create: Create, content: Content, wanted: bool | None
) -> None:
    """Steps have the proxies of the client's configuration, unless they are not wanted."""
    # Steps that only differ in their proxies are one to BuildKit, if they run at the same time.
    dockerfile = f'FROM {image}\nRUN echo "$http_proxy" > /seen; echo {named("volume")}\n'.encode()
    seen = content(create(image=build_with_proxies(fileobj=dockerfile, use_config_proxy=wanted)), "/seen")
    assert seen.decode().strip() == ("" if wanted is False else PROXY)
