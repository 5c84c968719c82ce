"""Only type-checked, never run: what editors complete and checkers accept. A needless `ignore` is an error."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from pytest_docker_tools import build, container, fetch, fxtr, image, image_or_build, network, volume
from pytest_docker_tools.client import Image, Network, Volume
from pytest_docker_tools.factory import ScopeName
from pytest_docker_tools.wrappers import Container


@pytest.fixture
def settings() -> dict[str, str]:
    return {}


def choose(fixture_name: str, config: pytest.Config) -> ScopeName:
    return "session"


class Web(Container):
    pass


fetched: Callable[..., Image] = fetch(repository="redis:7", tag="{tag}", platform=fxtr("platform"), policy="missing")
chosen: Callable[..., Image] = fetch(repository="redis", policy=lambda policy: policy, auth_config={"username": "{me}"})
local: Callable[..., Image] = image(name="redis:7", scope=choose)
built: Callable[..., Image] = build(path="app", buildargs={"A": "{b}"}, stages={"one": "app:one"}, nocache=True)
in_code: Callable[..., Image] = build(fileobj=io.BytesIO(b"FROM scratch"), tag=lambda version: f"app:{version}")
either: Callable[..., Image] = image_or_build("IMAGE_ID", path="app", autouse=True, fixture_name="app")
net: Callable[..., Network] = network(driver="bridge", internal=True, network_scope="local", scope="session")
data: Callable[..., Volume] = volume(initial_content={"a": None, "b": b"1", "c": "{text}", "d": fxtr("content")})

plain: Callable[..., Container] = container(
    image=fetched,
    command=["serve", "{port}"],
    environment=settings,
    ports={"80/tcp": None, 81: ("127.0.0.1", 8081), "82": fxtr("port")},
    dns=["{dns.ips.primary}", fxtr("other")],
    volumes={"{data.name}": {"bind": "/data", "mode": "ro"}},
    healthcheck={"test": "true"},
    mem_limit="64m",
    privileged=fxtr("privileged"),
    timeout=2.5,
    depends_on=[fetched, "settings", fxtr("other")],
)
other: Callable[..., Container] = container(
    image=lambda fetched: fetched.id,
    command="serve --all",
    environment=["A=1"],
    mem_limit=64_000_000,
    timeout="{patience}",
    wrapper_class=Web,
    scope=choose,
)

container(image="redis:7", enviroment={})  # type: ignore[call-arg]
container(image="redis:7", privileged=5.5)  # type: ignore[arg-type]
container(image="redis:7", scope="test")  # type: ignore[arg-type]
container(image="redis:7", wait_for="healthy")  # type: ignore[arg-type]
container(image="redis:7", depends_on=[5])  # type: ignore[list-item]
fetch(repository=7)  # type: ignore[arg-type]
fetch(repository="redis", policy=True)  # type: ignore[arg-type]
network(scope="local")  # type: ignore[arg-type]
