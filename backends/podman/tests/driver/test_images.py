"""Builds, pulls and removals of podman's images, where they are otherwise than docker's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools.exceptions import EngineError, UnsupportedOption

from .conftest import Calls, Podman


@pytest.mark.parametrize(("platform", "flag"), [("linux", "--os=linux"), ("linux/arm64", "--platform=linux/arm64")])
def test_platform_of_a_build(tmp_path: Path, podman: Podman, calls: Calls, platform: str, flag: str) -> None:
    """A system without an architecture has a flag of its own."""
    driver = podman(build="")
    with pytest.raises(EngineError, match="no id"):
        driver.build_image({"path": str(tmp_path), "platform": platform})
    assert flag in calls()[0]


@pytest.mark.parametrize(
    ("reference", "insecure"),
    [
        ("127.0.0.1:5000/x", True),
        ("127.3.2.1/x", True),
        ("localhost:5000/x", True),
        ("[::1]:5000/x", True),
        ("127.example.org/x", False),
        ("example.org:5000/x", False),
        ("localhost.example.org/x", False),
    ],
)
def test_pulling(podman: Podman, calls: Calls, reference: str, insecure: bool) -> None:
    """A registry of this machine may do without TLS, as with docker, and no other one."""
    podman(inspect='[{"Id": "1"}]').pull_image({"repository": reference})
    assert ("--tls-verify=false" in calls()[0]) is insecure


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"auth_config": {"username": "me", "password": "hunter2"}, "all_tags": True}, "all tags"),
        ({"auth_config": {"registrytoken": "hunter2"}}, "registrytoken"),
        ({"auth_config": {}}, "wherever the user has one"),
    ],
)
def test_logins_that_podman_cannot_have(podman: Podman, options: dict[str, Any], why: str) -> None:
    """A login that podman would not heed is refused."""
    with pytest.raises(UnsupportedOption, match=why) as raised:
        podman().pull_image({"repository": "example.org/x", **options})
    assert raised.value.keyword == "auth_config"
    assert "hunter2" not in str(raised.value)


def test_pulling_all_tags(podman: Podman, calls: Calls) -> None:
    """All tags are listed by the name that they were pulled by."""
    assert podman(pull="").pull_image({"repository": "docker.io/library/x", "all_tags": True}) == "docker.io/library/x"
    assert calls() == [["pull", "--all-tags=true", "--", "docker.io/library/x"]]


def test_removing_an_image_with_several_names(podman: Podman, calls: Calls) -> None:
    """An image is removed by its names first, and never with the flag that removes its containers."""
    image, names = "1" * 64, ["a:1", "b:2"]
    driver = podman(inspect=json.dumps([{"Id": image, "RepoTags": names}]))
    driver.remove("image", [f"sha256:{image}"], force=True)
    driver.remove("image", ["a:1"], force=True)
    assert [call for call in calls() if call[0] == "rmi"] == [
        ["rmi", "--", *names, f"sha256:{image}"],
        ["rmi", "--", "a:1"],
    ]
