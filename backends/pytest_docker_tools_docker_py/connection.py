"""Where the engine is: as the environment, a context, a recipe or a client says."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docker import APIClient
from docker.constants import MINIMUM_DOCKER_API_VERSION as _OLDEST
from docker.errors import DockerException
from docker.tls import TLSConfig
from docker.utils import kwargs_from_env

from pytest_docker_tools.endpoint import Endpoint, endpoint_at

from .errors import EngineUnavailable

__tracebackhide__ = True

_SOCKETS = ("unix", "npipe")
_HERE = "127.0.0.1"
_DEFAULT = "npipe:////./pipe/docker_engine" if os.name == "nt" else "unix:///var/run/docker.sock"
_VARIABLES = ("DOCKER_HOST", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_CONTEXT", "DOCKER_CONFIG")
_FOLDERS = ("DOCKER_CERT_PATH", "DOCKER_CONFIG")


@dataclass(frozen=True)
class Connection:
    """An address in the form of DOCKER_HOST, and the arguments of docker-py's `TLSConfig`, None for no TLS.

    `is_complete` says whether that is all that another process needs.
    """

    url: str
    tls: Mapping[str, Any] | None = None
    is_complete: bool = True

    @property
    def endpoint(self) -> Endpoint:
        """The engine at this address."""
        return endpoint_at(self.url)

    def open(self, timeout: float) -> APIClient:
        """Give docker-py's client, which has not asked the engine for its version. Raises what docker-py raises."""
        tls = False if self.tls is None else TLSConfig(**self.tls)
        return APIClient(base_url=self.url, tls=tls, timeout=timeout, version=_OLDEST)  # type: ignore[arg-type]


def environment() -> dict[str, str]:
    """Give what decides about the engine in the environment of this moment, independent of the working directory."""
    found = {name: os.environ[name] for name in _VARIABLES if name in os.environ}
    folders = {name: os.path.abspath(found[name]) for name in _FOLDERS if found.get(name)}
    # A default, so that the dictionary is never empty: docker-py would take the environment in its place.
    return {"DOCKER_CONFIG": os.path.join(os.path.expanduser("~"), ".docker"), **found, **folders}


def from_environment(environment: Mapping[str, str]) -> Connection:
    """Give the connection that `docker.from_env` would make. Raises `EngineUnavailable` where there is none."""
    try:
        arguments = kwargs_from_env(environment)
    except DockerException as error:
        raise EngineUnavailable(
            f"DOCKER_TLS_VERIFY or DOCKER_CERT_PATH ask for TLS, which cannot be had. docker-py said: {error}"
        ) from None
    tls = _settings_of(arguments["tls"]) if "tls" in arguments else None
    if "base_url" in arguments:
        return Connection(arguments["base_url"], tls)
    context = _from_context(environment)
    return Connection(context.url, tls or context.tls)


def _settings_of(tls: TLSConfig) -> dict[str, Any]:
    return {"client_cert": tls.cert and list(tls.cert), "ca_cert": tls.ca_cert, "verify": tls.verify}


def _from_context(environment: Mapping[str, str]) -> Connection:
    """Give what the chosen context says.

    docker-py would look in another folder where the chosen one has no config.json, and use the default engine where
    there is no such context.
    """
    folder = Path(environment["DOCKER_CONFIG"])
    name = environment.get("DOCKER_CONTEXT") or _current_context(folder)
    if name == "default":
        return Connection(_DEFAULT)
    digest = hashlib.sha256(name.encode()).hexdigest()
    try:
        facts = json.loads((folder / "contexts" / "meta" / digest / "meta.json").read_text())["Endpoints"]["docker"]
    except (OSError, ValueError, KeyError, TypeError):
        raise EngineUnavailable(
            f"There is no usable context {name!r} in {str(folder)!r}. Choose one with DOCKER_HOST, DOCKER_CONTEXT or "
            "'docker context use'."
        ) from None
    return Connection(facts.get("Host") or _DEFAULT, _context_tls(folder / "contexts" / "tls" / digest, facts))


def _current_context(folder: Path) -> str:
    try:
        return str(json.loads((folder / "config.json").read_text()).get("currentContext") or "default")
    except (OSError, ValueError, AttributeError):
        return "default"


def _context_tls(folder: Path, facts: Mapping[str, Any]) -> dict[str, Any] | None:
    ca, certificate, key = (folder / "docker" / f"{name}.pem" for name in ("ca", "cert", "key"))
    if not (ca.exists() or certificate.exists() or facts.get("SkipTLSVerify")):
        return None
    return {
        "client_cert": [str(certificate), str(key)] if certificate.exists() else None,
        "ca_cert": str(ca) if ca.exists() else None,
        "verify": not facts.get("SkipTLSVerify"),
    }


def of_client(api: APIClient) -> Connection:
    """Give where a client that somebody else has made is connected to."""
    adapter: Any = getattr(api, "_custom_adapter", None)
    if hasattr(adapter, "socket_path"):
        return Connection(f"unix://{adapter.socket_path}")
    if hasattr(adapter, "npipe_path"):
        return Connection(f"npipe://{adapter.npipe_path}")
    if hasattr(adapter, "ssh_host"):
        return Connection(f"ssh://{adapter.ssh_host}", is_complete=False)
    scheme, _, address = api.base_url.partition("://")
    if scheme != "https":
        return Connection(f"tcp://{address}", is_complete=scheme == "http")
    ca = os.path.abspath(api.verify) if isinstance(api.verify, str) else None
    pair = api.cert if isinstance(api.cert, (tuple, list)) else None
    files = pair and [os.path.abspath(path) for path in pair]
    tls = {"client_cert": files, "ca_cert": ca, "verify": bool(api.verify)}
    return Connection(f"tcp://{address}", tls, is_complete=pair is not None or api.cert is None)
