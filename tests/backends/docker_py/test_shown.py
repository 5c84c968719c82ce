"""What is shown of docker-py's calls before they are made."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_docker_tools.calls import Reference
from pytest_docker_tools.driver import Made
from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools_docker_py.driver import DockerPyDriver

from .conftest import FakeEngine


@pytest.mark.parametrize(
    ("verb", "options", "call"),
    [
        ("container", {"image": Reference("{app.id}"), "tty": None}, "client.containers.create(image={app.id})"),
        (
            "container",
            {"image": "x", "environment": {"A": "hunter2"}, "ports": {"80/tcp": None}},
            "client.containers.create(image='x', environment={'A': ***}, ports={'80/tcp': None})",
        ),
        ("build", {"fileobj": b"FROM x", "rm": True}, "client.images.build(fileobj=<6 bytes>, rm=True)"),
        ("pull", {"repository": "x", "tag": "y"}, "client.images.pull(repository='x', tag='y')"),
        ("network", {"name": "x", "internal": True}, "client.networks.create(name='x', internal=True)"),
        ("volume", {"driver_opts": {"o": "hunter2"}}, "client.volumes.create(driver_opts={'o': ***})"),
    ],
)
def test_calls(driver: DockerPyDriver, engine: FakeEngine, verb: Made, options: dict[str, Any], call: str) -> None:
    """A call has docker-py's own words, without values that may be secret, and is not made."""
    assert driver.shown(verb, options) == call
    assert engine.asked == []


@pytest.mark.parametrize(
    ("base_url", "words"),
    [(None, ["docker"]), ("tcp://me:hunter2@engine:2375", ["docker", "--host", "tcp://me:***@engine:2375"])],
)
def test_how_a_person_begins_a_command(base_url: str | None, words: list[str]) -> None:
    """A command for an engine that the environment does not name has its address, without the password."""
    assert list(DockerPyDriver(base_url=base_url).client_command()) == words


@pytest.mark.parametrize(
    ("verb", "options", "keyword"),
    [
        ("container", {"image": "x", "init_path": "/init"}, "init_path"),
        ("container", {"image": "x", "ulimits": ["{limit}"]}, "ulimits"),
        ("container", {"image": "a\0b"}, "image"),
        ("build", {"fileobj": b"", "secrets": {"a": "b"}}, "secrets"),
    ],
)
def test_what_cannot_be_carried_out(driver: DockerPyDriver, verb: Made, options: dict[str, Any], keyword: str) -> None:
    """A keyword that is refused, or cannot be read, is named."""
    with pytest.raises(UnsupportedOption) as raised:
        driver.shown(verb, options)
    assert raised.value.keyword == keyword
