"""What an image of the engine in memory has in it, and what its containers do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from typing import Any

from ...listening import Socket

__tracebackhide__ = True

NEVER = "0001-01-01T00:00:00Z"


@dataclass(frozen=True)
class MemoryImage:
    """What an image says, and what a container of it does once it runs.

    Time passes by looks: each `inspect` of a running container, and each `listening`, is one look. `listens_after`
    looks have to be made before its sockets are open, `healthy_after` before its health check succeeds, and
    `exits_after` before it ends with `exits_with` (None: it does not end by itself). Each start counts anew. `wait`
    and `follow` do not look: they let a container that is to end do so at once.

    `listens` are ports such as "6379/tcp" or "127.0.0.1:6379/tcp", or None where nobody can tell what listens.
    `logs` is what a container writes to stdout when it starts. `oom` says that it ends for want of memory. With a
    `start_error` it never starts. The others are the image's configuration, `files` its content by absolute path.
    """

    listens: Sequence[str] | None = ()
    listens_after: int = 0
    healthy_after: int = 0
    exits_with: int | None = None
    exits_after: int = 0
    oom: bool = False
    start_error: str | None = None
    logs: bytes = b""
    env: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    cmd: Sequence[str] = ("/bin/sh",)
    entrypoint: Sequence[str] = ()
    exposed: Sequence[str] = ()
    volumes: Sequence[str] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    user: str = ""
    working_dir: str = ""
    healthcheck: Mapping[str, Any] | None = None

    def sockets(self) -> frozenset[Socket] | None:
        """Give what listens in a container once its time has come."""
        return None if self.listens is None else frozenset(_socket(text) for text in self.listens)


def _socket(text: str) -> Socket:
    address, _, port = text.rpartition(":")
    number, _, protocol = port.partition("/")
    return Socket(protocol or "tcp", address or "0.0.0.0", int(number))


@dataclass
class StoredImage:
    """An image that the engine has. Its names are the engine's business."""

    id: str
    image: MemoryImage
    digests: list[str] = field(default_factory=list)
    created: str = field(default_factory=lambda: timestamp())

    def facts(self, tags: Sequence[str]) -> dict[str, Any]:
        """Give the inspect JSON."""
        return {
            "Id": self.id,
            "RepoTags": list(tags),
            "RepoDigests": list(self.digests),
            "Parent": "",
            "Comment": "",
            "Created": self.created,
            "Author": "",
            "Config": self._config(),
            "Architecture": "amd64",
            "Os": "linux",
            "Size": sum(len(content) for content in self.image.files.values()),
            "RootFS": {"Type": "layers", "Layers": [self.id]},
        }

    def _config(self) -> dict[str, Any]:
        image = self.image
        config: dict[str, Any] = {
            "User": image.user,
            "Env": [f"{name}={value}" for name, value in image.env.items()],
            "Cmd": list(image.cmd) or None,
            "Volumes": {path: {} for path in image.volumes} or None,
            "WorkingDir": image.working_dir,
            "Entrypoint": list(image.entrypoint) or None,
            "OnBuild": None,
            "Labels": dict(image.labels) or None,
        }
        if image.exposed:
            config["ExposedPorts"] = {port: {} for port in image.exposed}
        if image.healthcheck:
            config["Healthcheck"] = dict(image.healthcheck)
        return config


def content_id(*parts: object) -> str:
    """Give the id that an image with this content has, whoever makes it."""
    plain = [asdict(part) if isinstance(part, MemoryImage) else part for part in parts]
    text = json.dumps(plain, default=_canonical, sort_keys=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _canonical(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def timestamp() -> str:
    """Give the time as an engine writes it, in nanoseconds."""
    return f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%S.%f}000Z"
