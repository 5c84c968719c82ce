"""What podman's words mean: which error they are, which keyword they are about, what is a warning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools.exceptions import (
    Conflict,
    DriverError,
    EngineUnavailable,
    EngineWarning,
    Forbidden,
    ImageNotFound,
    NotFound,
    PortUnavailable,
    UnsupportedOption,
)
from pytest_docker_tools_podman.driver import PodmanDriver

from .conftest import written


@pytest.mark.parametrize(
    ("keyword", "value", "said"),
    [
        ("extra_hosts", {"a": "host-gateway"}, 'invalid IP address in add-host: "host-gateway"'),
        ("ports", {80: "8000-8010"}, "host and container port ranges have different lengths: 11 vs 1"),
        ("tmpfs", {"/x": "uid=7"}, 'unknown mount option "uid=7": invalid mount option'),
    ],
)
def test_what_it_refuses(tmp_path: Path, keyword: str, value: Any, said: str) -> None:
    """What podman refuses of a value is said of its keyword."""
    driver = PodmanDriver(binary=written(tmp_path, f"import sys; sys.exit('Error: ' + {said!r})"))
    with pytest.raises(UnsupportedOption, match="podman said: ") as raised:
        driver.create_container({"image": "x", "name": "y", keyword: value})
    assert raised.value.keyword == keyword


def test_what_it_refuses_of_a_build(tmp_path: Path) -> None:
    """So is what it refuses of a build's."""
    said = 'invalid value for add-host: invalid IP address in add-host: "host-gateway"'
    driver = PodmanDriver(binary=written(tmp_path, f"import sys; sys.exit('Error: ' + {said!r})"))
    with pytest.raises(UnsupportedOption, match="podman said: ") as raised:
        driver.build_image({"fileobj": b"FROM x", "extra_hosts": {"a": "host-gateway"}})
    assert raised.value.keyword == "extra_hosts"


def test_an_option_of_a_network_that_it_does_not_have(tmp_path: Path) -> None:
    """What podman refuses of a network's options is said of their keyword."""
    said = "unsupported bridge network option a"
    driver = PodmanDriver(binary=written(tmp_path, f"import sys; sys.exit('Error: ' + {said!r})"))
    with pytest.raises(UnsupportedOption, match=said) as raised:
        driver.create_network({"name": "net", "options": {"a": "b"}})
    assert raised.value.keyword == "options"


def test_what_it_warns_of(tmp_path: Path) -> None:
    """What podman says of a container that it has created is a warning, but not what it says of itself."""
    said = ["Your kernel does not support it.", 'time="1" level=warning msg="no"', "Port mappings have been discarded"]
    code = "import sys; print('1d' * 32); sys.stderr.write({!r})"
    driver = PodmanDriver(binary=written(tmp_path, code.format("\n".join(said))))
    with pytest.warns(EngineWarning) as found:
        driver.create_container({"image": "x"})
    assert [str(item.message) for item in found] == [said[0], said[2]]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('unable to connect to Podman socket: Get "http://d/v4.3.1/libpod/_ping"', EngineUnavailable),
        ('short-name "x" did not resolve to an alias and no unqualified-search registries are defined', ImageNotFound),
        ("x: image not known", ImageNotFound),
        ('no container with name or ID "x" found: no such container', NotFound),
        ("unable to find network with name or ID x: network not found", NotFound),
        ("inspecting object: network x: network not found", NotFound),
        ("no such volume x", NotFound),
        ('container 1 is already connected to network "x": network is already connected', Forbidden),
        ('"x" has associated containers with it. Use -f to forcibly delete containers and pods', Forbidden),
        ("subnet 192.0.2.0/24 is already used on the host or by another config", Forbidden),
        ("network name x already used: network already exists", Conflict),
        ('the container name "x" is already in use by 1. You have to remove that container', Conflict),
        ("can only kill running containers. 1 is in state created: container state improper", Conflict),
        ("volume x is being used by the following container(s): 1: volume is being used", Conflict),
        ('unable to delete image "1" by ID with more than one tag ([a:1 b:2]): please force removal', Conflict),
        ("image used by 1: image is in use by a container: consider listing external containers", Conflict),
        ("cannot listen on the TCP port: listen tcp4 :80: bind: address already in use", PortUnavailable),
    ],
)
def test_its_texts(tmp_path: Path, text: str, error: type[DriverError]) -> None:
    """What podman says is the error that the same is with docker."""
    driver = PodmanDriver(binary=written(tmp_path, f"import sys; sys.exit('Error: ' + {text!r})"))
    with pytest.raises(error) as raised:
        driver.start("x")
    assert type(raised.value) is error
