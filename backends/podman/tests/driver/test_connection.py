"""Which podman it is: how the driver is opened, which version there is, and where the engine is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_docker_tools.driver import Endpoint
from pytest_docker_tools.drivers import open_driver
from pytest_docker_tools_podman.driver import PodmanDriver

from .conftest import Calls, Podman


def test_is_found_by_its_name() -> None:
    """The driver comes through the door that all drivers come through."""
    driver = open_driver("podman", {"timeout": 5})
    assert isinstance(driver, PodmanDriver)
    recipe = driver.recipe()
    assert recipe
    assert (recipe.backend, recipe.settings["timeout"]) == ("podman", 5)


def test_version(podman: Podman) -> None:
    """A version has docker's keys."""
    client = {"APIVersion": "4", "Version": "4.3", "OsArch": "linux/amd64", "Os": "linux"}
    found = podman(version=json.dumps({"Client": client})).version()
    assert (found["Version"], found["ApiVersion"], found["Os"], found["Arch"]) == ("4.3", "4", "linux", "amd64")


class TestEndpoint:
    def test_of_this_machine(self, podman: Podman) -> None:
        """Without a service, it is where podman's own would listen."""
        found = podman(info='"/run/podman/podman.sock"').endpoint()
        assert found == Endpoint("unix:///run/podman/podman.sock", "127.0.0.1", local=True)

    def test_of_a_connection(self, podman: Podman, calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
        """A connection has a name, by which podman knows its address."""
        monkeypatch.setenv("CONTAINER_CONNECTION", "far")
        found = podman(system='"ssh://me@192.0.2.8:22/run/podman.sock"').endpoint()
        assert (found.host, found.local) == ("192.0.2.8", False)
        assert calls() == [
            ["system", "connection", "ls", "--format", '{{if eq .Name "far"}}{{json .URI}}{{end}}'],
        ]

    def test_of_a_variable(self, podman: Podman, monkeypatch: pytest.MonkeyPatch) -> None:
        """An address comes before all others."""
        monkeypatch.setenv("CONTAINER_CONNECTION", "far")
        monkeypatch.setenv("CONTAINER_HOST", "tcp://192.0.2.9:88")
        assert podman().endpoint().host == "192.0.2.9"


def test_configuration_is_that_of_the_opening(podman: Podman, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file that chooses the engine is found from every folder, and by other processes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONTAINERS_CONF", "mine.conf")
    assert podman().recipe().settings["environment"]["CONTAINERS_CONF"] == str(tmp_path / "mine.conf")
