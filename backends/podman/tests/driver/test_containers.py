"""Containers of podman, where they are otherwise than docker's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools.exceptions import ImageNotFound, UnsupportedOption
from pytest_docker_tools_podman.driver import PodmanDriver

from .conftest import Calls, Podman, written

IMAGE = {"Id": "1" * 64, "RepoTags": [], "Os": "linux", "Architecture": "amd64"}


@pytest.mark.parametrize(
    ("options", "flags"),
    [
        ({"environment": {"A": None}}, ["--unsetenv=A"]),
        ({"environment": {"CONTAINER_HOST": "x", "HOSTNAME": "y"}}, ["--env-file=/dev/stdin"]),
        ({"log_config": {"Config": {"tag": "a,b"}}}, ['--log-opt="tag=a,b"']),
        ({"labels": {"a": "b,c"}}, ["--label=a=b,c"]),
        ({"healthcheck": {"test": "true", "retries": 1}}, ["--health-cmd=true", "--health-retries=1"]),
        ({"healthcheck": {"test": ["NONE"]}}, ["--no-healthcheck"]),
        ({"healthcheck": {"test": "true", "interval": 0, "retries": 0}}, ["--health-cmd=true"]),
        ({"shm_size": 0}, []),
        ({"shm_size": "1k"}, ["--shm-size=1024"]),
    ],
)
def test_creating_a_container(podman: Podman, calls: Calls, options: dict[str, Any], flags: list[str]) -> None:
    """A container is created with podman's own flags, with commas quoted where it splits at them."""
    podman().create_container({"image": "x", **options})
    assert calls() == [["create", "--pull=never", *flags, "--", "x"]]


def test_running_a_container(tmp_path: Path) -> None:
    """What podman, or a helper of it, says when a container starts is no warning about the container."""
    code = "import sys; print('1d' * 32); sys.argv[1] != 'create' and sys.stderr.write('failed to connect to syslog')"
    assert PodmanDriver(binary=written(tmp_path, code)).run_container({"image": "x"}) == "1d" * 32


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("environment", {"HOSTNAME": None}),
        ("healthcheck", {"interval": 10**9}),
        ("log_config", {"Config": {"max-size": "1m", "max-file": "3"}}),
        ("mounts", [{"Target": "/a", "VolumeOptions": {"NoCopy": True}}]),
        ("mounts", [{"Target": "/a", "VolumeOptions": {"Labels": {"a": "b"}}}]),
    ],
)
def test_what_a_container_cannot_have(podman: Podman, keyword: str, value: Any) -> None:
    """What podman would drop without a word is refused."""
    with pytest.raises(UnsupportedOption) as raised:
        podman().create_container({"image": "x", keyword: value})
    assert raised.value.keyword == keyword


@pytest.mark.parametrize("platform", ["linux", "linux/amd64", "linux/x86_64"])
def test_an_image_for_the_platform(podman: Podman, platform: str) -> None:
    """A container is created of an image that is for the platform which is asked for."""
    driver = podman(inspect=json.dumps([IMAGE]))
    assert driver.create_container({"image": IMAGE["Id"], "platform": platform}) == "1d" * 32


@pytest.mark.parametrize("platform", ["windows", "linux/arm64", "linux/arm64/v8"])
def test_an_image_for_another_platform(podman: Podman, calls: Calls, platform: str) -> None:
    """No container is created of an image for another platform, which podman would take by its id."""
    driver = podman(inspect=json.dumps([IMAGE]))
    with pytest.raises(ImageNotFound, match="is for linux/amd64, not for"):
        driver.create_container({"image": IMAGE["Id"], "platform": platform})
    assert [call[0] for call in calls()] == ["inspect"]


def test_a_variable_of_a_command_cannot_be_unset(podman: Podman) -> None:
    """Podman can unset a variable when it creates a container, and not when it executes a command."""
    with pytest.raises(UnsupportedOption, match="'A' cannot be unset"):
        podman().execute("x", ["true"], environment={"A": None})


def test_removing_containers(podman: Podman, calls: Calls) -> None:
    """A container that runs is not waited for, and one that is missing keeps none from being removed."""
    podman().remove("container", ["web"], force=True, volumes=True)
    assert calls() == [["rm", "--ignore", "--force", "--time=0", "--volumes", "--", "web"]]
