"""The commands of podman that are shown before they are run."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_docker_tools.driver import Made
from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools_podman.driver import PodmanDriver

LOGIN = {"username": "me", "password": "hunter2"}


@pytest.mark.parametrize(
    ("verb", "options", "command"),
    [
        (
            "container",
            {"image": "{app.id}", "environment": {"A": None}, "use_config_proxy": False},
            "podman create --pull=never --http-proxy=false --unsetenv=A -- '{app.id}'",
        ),
        ("build", {"fileobj": b"", "rm": True}, "podman build --format=docker --identity-label=false -- -"),
        ("pull", {"repository": "localhost:5000/x"}, "podman pull --tls-verify=false -- localhost:5000/x:latest"),
        ("pull", {"repository": "x.io/y", "auth_config": LOGIN}, "REGISTRY_AUTH_FILE=*** podman pull -- x.io/y:latest"),
        ("network", {"name": "x", "options": {"a": "b"}}, "podman network create '--opt=a=***' -- x"),
        ("volume", {"labels": {"a": "b,c"}}, "podman volume create '--label=\"a=b,c\"' --"),
    ],
)
def test_commands(verb: Made, options: dict[str, Any], command: str) -> None:
    """A command has podman's own flags, and no value that may be secret."""
    assert PodmanDriver().shown(verb, options) == command


@pytest.mark.parametrize(
    ("verb", "options", "keyword"),
    [
        ("container", {"image": "x", "links": {"a": "b"}}, "links"),
        ("container", {"image": "x", "log_config": {"Config": {"a": "b"}}}, "log_config"),
        ("pull", {"repository": "x", "auth_config": {}}, "auth_config"),
        ("pull", {"repository": "x", "auth_config": LOGIN, "all_tags": True}, "auth_config"),
    ],
)
def test_what_cannot_be_carried_out(verb: Made, options: dict[str, Any], keyword: str) -> None:
    """What podman does not do is refused by its keyword."""
    with pytest.raises(UnsupportedOption) as raised:
        PodmanDriver().shown(verb, options)
    assert raised.value.keyword == keyword
