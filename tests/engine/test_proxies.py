"""Proxies that the client's configuration has."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from pytest_docker_tools.driver import Driver
from pytest_docker_tools.testing.fixtures import FactsOf, Named

PROXY = "http://proxy.example:3128"


@pytest.fixture
def proxied(
    backend: str, open_backend: Callable[..., Driver], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Driver:
    """A driver whose containers and builds get a proxy, from a configuration or, with podman, from the environment."""
    (tmp_path / "config.json").write_text(json.dumps({"proxies": {"default": {"httpProxy": PROXY}}}))
    if backend == "podman":
        monkeypatch.setenv("http_proxy", PROXY)
    else:
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
        # The configuration has no plugins.
        monkeypatch.setenv("DOCKER_BUILDKIT", "0")
    return open_backend({})


@pytest.mark.parametrize("chosen", [None, True, False])
def test_of_a_container(proxied: Driver, facts: FactsOf, named: Named, image: str, chosen: bool | None) -> None:
    """A container has the proxies of the configuration, unless they are not wanted."""
    with closing(proxied) as driver:
        name = named("container")
        driver.create_container({"image": image, "name": name, "use_config_proxy": chosen})
        assert (f"http_proxy={PROXY}" in facts(name)["Config"]["Env"]) is (chosen is not False)


@pytest.mark.parametrize("chosen", [None, True, False])
def test_of_a_build(proxied: Driver, named: Named, image: str, chosen: bool | None) -> None:
    """The steps of a build have the proxies of the configuration, unless they are not wanted."""
    seen: list[str] = []
    dockerfile = f'FROM {image}\nRUN echo "{named("volume")} $http_proxy"\n'.encode()
    options = {"fileobj": dockerfile, "tag": named("image"), "nocache": True, "use_config_proxy": chosen}
    with closing(proxied) as driver:
        driver.build_image(options, on_progress=seen.append)
    assert any(line.endswith(f" {PROXY}") for line in seen) is (chosen is not False)
