"""A registry to pull from: read-only, on the loopback interface, with small images made on the fly.

It speaks what `docker pull` and its like ask for, of the OCI distribution specification: manifests and blobs.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import hashlib
import io
import json
import platform
import re
import tarfile
import threading
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

__tracebackhide__ = True

_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
_CONFIG = "application/vnd.docker.container.image.v1+json"
_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
_JSON = "application/json"
# What a held layer waits at most, so that an engine which nobody waits for is not kept for ever.
_HELD = 30.0

USERNAME, PASSWORD = "me", "hunter2-of-the-registry"
_AUTHORIZATION = f"Basic {base64.b64encode(f'{USERNAME}:{PASSWORD}'.encode()).decode()}"
ARCHITECTURE = {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())


@dataclass(frozen=True)
class Published:
    """An image in the registry. `digest` is that of its manifest, `labels` are the image's."""

    repository: str
    tag: str
    digest: str
    labels: Mapping[str, str] = field(default_factory=dict)
    held: threading.Event = field(default_factory=threading.Event, compare=False)

    @property
    def reference(self) -> str:
        """Give the name by its tag."""
        return f"{self.repository}:{self.tag}"

    @property
    def by_digest(self) -> str:
        """Give the name by its digest."""
        return f"{self.repository}@{self.digest}"

    def release(self) -> None:
        """Let a held layer go."""
        self.held.set()


@dataclass(frozen=True)
class _Blob:
    content: bytes
    kind: str = "application/octet-stream"
    released: threading.Event | None = None

    @property
    def digest(self) -> str:
        return f"sha256:{hashlib.sha256(self.content).hexdigest()}"


class Registry:
    """A registry that serves, in threads, while its context is open. `address` is host and port.

    A `private` one wants `USERNAME` and `PASSWORD`. One with a `status`, such as 500, answers nothing else.
    """

    def __init__(self, *, private: bool = False, status: int | None = None) -> None:
        self.private = private
        self.status = status
        self.blobs: dict[str, _Blob] = {}
        self.tags: dict[str, dict[str, str]] = {}
        self._server = _Server(self)
        self.address = f"127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Registry:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def publish(
        self,
        *,
        repository: str | None = None,
        tag: str = "latest",
        labels: Mapping[str, str] | None = None,
        held: bool = False,
        platforms: Sequence[str] = (),
    ) -> Published:
        """Add an image that no other is like, in a new repository or as one more tag of one published before.

        The layer of one that is `held` comes when it is released. With `platforms` such as "linux/arm64" there is an
        image for each; else it is one for this machine, whichever is asked for.
        """
        unique = uuid.uuid4().hex
        name = repository.partition("/")[2] if repository else f"pytest-docker-tools/{unique[:12]}"
        labels, released = {**(labels or {}), "unique": unique}, threading.Event()
        layer = _layer(unique)
        packed = self._add(gzip.compress(layer, mtime=0), _LAYER, released if held else None)
        made = {
            platform: self._add_image(_config(layer, labels, platform), packed)
            for platform in platforms or (f"linux/{ARCHITECTURE}",)
        }
        manifest = self._add_json(_index(made), _LIST) if platforms else next(iter(made.values()))
        self.tags.setdefault(name, {})[tag] = manifest.digest
        return Published(f"{self.address}/{name}", tag, manifest.digest, labels, released)

    def _add_image(self, config: Mapping[str, Any], layer: _Blob) -> _Blob:
        return self._add_json(_manifest(self._add_json(config, _CONFIG), layer), _MANIFEST)

    def _add_json(self, content: Mapping[str, Any], kind: str) -> _Blob:
        return self._add(json.dumps(content).encode(), kind)

    def _add(self, content: bytes, kind: str, released: threading.Event | None = None) -> _Blob:
        blob = _Blob(content, kind, released)
        self.blobs[blob.digest] = blob
        return blob

    def answer(self, path: str) -> tuple[int, _Blob]:
        """Give status and content of what a path means, below /v2/."""
        if self.status:
            return self.status, _error("TOOMANYREQUESTS" if self.status == 429 else "UNAVAILABLE")
        found = re.fullmatch(r"(.+)/(manifests|blobs|tags)/(.+)", path)
        if not path or not found:
            return (404 if path else 200), _error("NAME_UNKNOWN") if path else _Blob(b"{}", _JSON)
        name, what, ref = found.groups()
        tags = self.tags.get(name)
        if tags is None:
            return 404, _error("NAME_UNKNOWN")
        if what == "tags":
            return 200, _Blob(json.dumps({"name": name, "tags": list(tags)}).encode(), _JSON)
        blob = self.blobs.get(tags.get(ref, ref))
        return (200, blob) if blob else (404, _error("MANIFEST_UNKNOWN" if what == "manifests" else "BLOB_UNKNOWN"))


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, registry: Registry) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.registry = registry


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    # With it, what does not begin as HTTP is answered with a status line: by that, BuildKit knows that it is no TLS.
    default_request_version = "HTTP/1.0"

    def do_GET(self) -> None:
        blob = self._answer()
        if blob.released:
            blob.released.wait(_HELD)
        # An engine that was told to give up does not listen any more.
        with contextlib.suppress(OSError):
            self.wfile.write(blob.content)

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> _Blob:
        is_allowed = not self.server.registry.private or self.headers.get("Authorization") == _AUTHORIZATION
        path = self.path.partition("?")[0].removeprefix("/v2/")
        status, blob = self.server.registry.answer(path) if is_allowed else (401, _error("UNAUTHORIZED"))
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="registry"')
        self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
        self.send_header("Docker-Content-Digest", blob.digest)
        self.send_header("Content-Type", blob.kind)
        self.send_header("Content-Length", str(len(blob.content)))
        self.end_headers()
        return blob

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _layer(text: str) -> bytes:
    """Give a layer with one file."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        member = tarfile.TarInfo("unique")
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text.encode()))
    return packed.getvalue()


def _config(layer: bytes, labels: Mapping[str, str], platform: str) -> dict[str, Any]:
    """Give the configuration of an image."""
    return {
        **_platform(platform),
        "config": {"Cmd": ["/unique"], "Labels": dict(labels)},
        "rootfs": {"type": "layers", "diff_ids": [_Blob(layer).digest]},
    }


def _manifest(config: _Blob, layer: _Blob) -> dict[str, Any]:
    """Give what an image consists of."""
    parts = {"config": _described(config), "layers": [_described(layer)]}
    return {"schemaVersion": 2, "mediaType": _MANIFEST, **parts}


def _index(manifests: Mapping[str, _Blob]) -> dict[str, Any]:
    """Give the list of the images for several platforms."""
    listed = [{**_described(blob), "platform": _platform(platform)} for platform, blob in manifests.items()]
    return {"schemaVersion": 2, "mediaType": _LIST, "manifests": listed}


def _described(blob: _Blob) -> dict[str, Any]:
    return {"mediaType": blob.kind, "size": len(blob.content), "digest": blob.digest}


def _platform(text: str) -> dict[str, str]:
    return dict(zip(("os", "architecture", "variant"), text.split("/"), strict=False))


def _error(code: str) -> _Blob:
    text = code.replace("_", " ").lower()
    return _Blob(json.dumps({"errors": [{"code": code, "message": text, "detail": None}]}).encode(), _JSON)
