"""What clients, their builders, and engines do not do of the contract, and how each builder is used."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest

from pytest_docker_tools.drivers import backend_of

BuilderKind = Literal["classic", "BuildKit", "buildx"]
PLUGINS = Path(__file__).parents[3] / ".cache" / "buildx" / "cli-plugins"
# Keywords, and ids of rows, of the conformance suite.
REFUSED_BY_BUILDER: Mapping[BuilderKind, frozenset[str]] = {
    "classic": frozenset({"platform other", "secrets"}),
    "BuildKit": frozenset({"container_limits", "rm kept", "shmsize"}),
    "buildx": frozenset({"container_limits", "build isolation", "rm kept"}),
}


def pytest_pycollect_makeitem(collector: pytest.Module | pytest.Class, name: str) -> list[pytest.Item] | None:
    """Leave builds out of the suite where `test_builds` has them, with each builder of the client."""
    has_builders = collector.path.name == "test_conformance.py" and backend_of(collector.config) == "docker-cli"
    return [] if has_builders and name.startswith("TestBuild") else None


@dataclass(frozen=True)
class Builder:
    """A builder of a client. The client's own one before 23.0 is `BuildKit`, that of its plugin is `buildx`."""

    kind: BuilderKind
    client: str
    version: str

    def __str__(self) -> str:
        return f"{self.kind}-{self.version}"

    def environment(self, folder: Path, engine: str) -> dict[str, str | None]:
        """Give what makes the client use it. `folder` is for a configuration, which could name another `engine`."""
        if self.kind != "buildx":
            return {"DOCKER_BUILDKIT": "1" if self.kind == "BuildKit" else "0"}
        assert (PLUGINS / "docker-buildx").exists(), "The tests of builds need buildx; scripts/buildx downloads it."
        if not (folder / "cli-plugins").exists():
            (folder / "cli-plugins").symlink_to(PLUGINS)
        return {"DOCKER_BUILDKIT": None, "BUILDX_BUILDER": None, "DOCKER_CONFIG": str(folder), "DOCKER_HOST": engine}


def version_of(client: str) -> str:
    """Give a client's version, such as "20.10.24"."""
    return _output(client, "--version").split("version ")[1].split(",")[0].split("+")[0]


def api_of(engine: Mapping[str, Any]) -> tuple[int, ...]:
    """Give the version of an engine's API, such as (1, 41). `engine` is what the driver's `version` gives."""
    return tuple(int(part) for part in str(engine["ApiVersion"]).split("."))


def has_addresses_by_network(client: str, engine: Mapping[str, Any]) -> bool:
    """Say whether a client has hardware addresses for endpoints only, which an engine of that version does not take."""
    return int(version_of(client).split(".")[0]) >= 25 and api_of(engine) < (1, 44)


def on_path() -> Iterator[Builder]:
    """Give the builders of the client that drivers use. Other rows of tox.ini have other clients."""
    client = str(shutil.which("docker"))
    version = version_of(client)
    yield Builder("classic", client, version)
    yield Builder("BuildKit" if int(version.split(".")[0]) < 23 else "buildx", client, version)


def refused_by_engine(engine: Mapping[str, Any]) -> frozenset[str]:
    """Give what an engine, whose `version` this is, does not heed any more."""
    return frozenset({"kernel_memory"} if api_of(engine) >= (1, 42) else ())


def refused(kind: BuilderKind, engine: Mapping[str, Any]) -> frozenset[str]:
    """Give what a builder does not do with an engine, whose `version` this is."""
    found = REFUSED_BY_BUILDER[kind]
    if kind != "classic" or not engine.get("Experimental"):
        found |= {"squash"}
    if kind == "buildx" and int(str(engine["Version"]).partition(".")[0]) < 23:
        found |= {"shmsize"}
    return found


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
