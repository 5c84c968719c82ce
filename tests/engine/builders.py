"""The builders of the docker clients that this machine has, and what each of them does not do."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Kind = Literal["classic", "BuildKit", "buildx"]

PLUGINS = Path(__file__).parents[2] / ".cache" / "buildx" / "cli-plugins"
# Keywords, and ids of rows, of the conformance suite.
REFUSED: Mapping[Kind, frozenset[str]] = {
    "classic": frozenset({"platform other", "secrets"}),
    "BuildKit": frozenset({"container_limits", "rm kept", "shmsize"}),
    "buildx": frozenset({"container_limits", "isolation", "rm kept"}),
}


@dataclass(frozen=True)
class Builder:
    """A builder of a client. The client's own one before 23.0 is `BuildKit`, that of its plugin is `buildx`."""

    kind: Kind
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


def clients() -> list[str]:
    """Give each client on the PATH; the first is the one that drivers use if they are not told otherwise."""
    places = os.environ.get("PATH", "").split(os.pathsep)
    found = {os.path.realpath(client): client for place in places if (client := shutil.which("docker", path=place))}
    return [*found.values()]


def version_of(client: str) -> str:
    """Give a client's version, such as "20.10.24"."""
    return _output(client, "--version").split("version ")[1].split(",")[0].split("+")[0]


def has_addresses_by_network(client: str, engine: Mapping[str, Any]) -> bool:
    """Say whether a client has hardware addresses for endpoints only, which an engine of that version does not take."""
    api = tuple(int(part) for part in str(engine["ApiVersion"]).split("."))
    return int(version_of(client).split(".")[0]) >= 25 and api < (1, 44)


def on_path() -> Iterator[Builder]:
    """Give the builders of each client on the PATH."""
    for client in clients():
        version = version_of(client)
        yield Builder("classic", client, version)
        yield Builder("BuildKit" if int(version.split(".")[0]) < 23 else "buildx", client, version)


def kind_of(client: str) -> Kind:
    """Give the kind of builder that a client uses in this environment."""
    flags = set(re.findall("--[a-z]+", _output(client, "build", "--help")))
    if "--secret" not in flags:
        return "classic"
    return "buildx" if "--load" in flags else "BuildKit"


def refused(kind: Kind, engine: Mapping[str, Any]) -> frozenset[str]:
    """Give what a builder does not do with an engine, whose `version` this is."""
    found = REFUSED[kind]
    if kind != "classic" or not engine.get("Experimental"):
        found |= {"squash"}
    if kind == "buildx" and int(str(engine["Version"]).partition(".")[0]) < 23:
        found |= {"shmsize"}
    return found


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
