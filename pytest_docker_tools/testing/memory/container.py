"""A container of the engine in memory: its state, its log and its inspect JSON."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ...exceptions import Conflict
from .files import FileSystem, FileTree
from .image import NEVER, MemoryImage, StoredImage, timestamp
from .mounts import MountPoint
from .network import Endpoint

__tracebackhide__ = True

ORDERLY = 0
KILLED = 137


class LogLine(NamedTuple):
    """A line of a log with its line end, and when it was written, in seconds of the epoch and as text."""

    time: float
    stamp: str
    text: bytes

    def is_within(self, since: float | None, until: float | None) -> bool:
        """Say whether it was written in a time."""
        return (since is None or self.time >= since) and (until is None or self.time <= until)

    def shown(self, timestamps: bool) -> bytes:
        """Give it as an engine does."""
        return f"{self.stamp} ".encode() + self.text if timestamps else self.text


@dataclass
class MemoryContainer:
    """One container. The engine changes it, holding its lock."""

    name: str
    stored: StoredImage
    id: str = field(default_factory=lambda: secrets.token_hex(32))
    created: str = field(default_factory=timestamp)
    config: dict[str, Any] = field(default_factory=dict)
    host_config: dict[str, Any] = field(default_factory=dict)
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    mounts: list[MountPoint] = field(default_factory=list)
    files: FileSystem = field(default_factory=lambda: FileSystem(FileTree()))
    status: str = "created"
    pid: int = 0
    exit_code: int = 0
    oom_killed: bool = False
    error: str = ""
    started: str = NEVER
    finished: str = NEVER
    looks: int = 0
    ports: dict[str, list[dict[str, str]] | None] = field(default_factory=dict)
    log: list[LogLine] = field(default_factory=list)

    @property
    def image(self) -> MemoryImage:
        """What the container does."""
        return self.stored.image

    @property
    def running(self) -> bool:
        """Whether it has processes; those of a paused one are frozen."""
        return self.status in ("running", "paused")

    @property
    def is_due(self) -> bool:
        """Whether it has run for as long as its image says."""
        ends = self.image.exits_with is not None or self.image.oom
        return self.running and ends and self.looks >= self.image.exits_after

    def require_running(self) -> None:
        """Raise `Conflict` unless the container runs, paused or not."""
        if not self.running:
            raise Conflict(f"Container {self.id} is not running. Start it first.")

    def require_active(self) -> None:
        """Raise `Conflict` unless the container runs and is not paused."""
        self.require_running()
        if self.status == "paused":
            raise Conflict(f"Container {self.id} is paused. Unpause it first.")

    def begin(self, pid: int, ports: dict[str, list[dict[str, str]] | None]) -> None:
        """Go on to run."""
        self.status, self.pid, self.ports, self.started = "running", pid, ports, timestamp()
        self.looks, self.exit_code, self.oom_killed, self.error = 0, 0, False, ""
        self.write(self.image.logs)

    def end(self, exit_code: int, oom: bool) -> None:
        """Go on to have ended."""
        self.status, self.pid, self.ports, self.finished = "exited", 0, {}, timestamp()
        self.exit_code, self.oom_killed = exit_code, oom

    def write(self, text: bytes) -> None:
        """Add lines to the log."""
        self.log += [LogLine(time.time(), timestamp(), line) for line in text.splitlines(keepends=True)]

    def facts(self) -> dict[str, Any]:
        """Give the inspect JSON."""
        words = [*(self.config["Entrypoint"] or ()), *(self.config["Cmd"] or ())]
        return {
            "Id": self.id,
            "Created": self.created,
            "Path": words[0],
            "Args": words[1:],
            "State": self._state(),
            "Image": self.stored.id,
            "Name": f"/{self.name}",
            "RestartCount": 0,
            "Driver": "memory",
            "Platform": "linux",
            "ExecIDs": None,
            "HostConfig": self.host_config,
            "Mounts": [mount.facts() for mount in self.mounts],
            "Config": self.config,
            "NetworkSettings": self._network_settings(),
        }

    def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = {
            "Status": self.status,
            "Running": self.running,
            "Paused": self.status == "paused",
            "Restarting": False,
            "OOMKilled": self.oom_killed,
            "Dead": False,
            "Pid": self.pid,
            "ExitCode": self.exit_code,
            "Error": self.error,
            "StartedAt": self.started,
            "FinishedAt": self.finished,
        }
        test = self.config.get("Healthcheck", {}).get("Test")
        if test and test != ["NONE"] and self.started != NEVER:
            state["Health"] = {"Status": self._health(), "FailingStreak": 0, "Log": []}
        return state

    def _health(self) -> str:
        if not self.running:
            return "unhealthy"
        return "healthy" if self.looks >= self.image.healthy_after else "starting"

    def _network_settings(self) -> dict[str, Any]:
        networks = {name: endpoint.facts() for name, endpoint in self.endpoints.items()}
        # Only what the default network gives is also found at the top.
        shown = ("EndpointID", "Gateway", "IPAddress", "IPPrefixLen", "IPv6Gateway", "MacAddress")
        bridge = networks.get("bridge") or {name: 0 if name == "IPPrefixLen" else "" for name in shown}
        return {
            "Bridge": "",
            "Ports": self.ports,
            **{name: bridge[name] for name in shown},
            "Networks": networks,
        }
