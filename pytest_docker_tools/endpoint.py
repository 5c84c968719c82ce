"""Which engine it is, and where its published ports are reached."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from .credentials import hidden

__tracebackhide__ = True

_SOCKETS = ("unix", "npipe", "fd")
_HERE = "127.0.0.1"


@dataclass(frozen=True)
class Endpoint:
    """Which engine a driver speaks to.

    `url` is its address in the form of DOCKER_HOST, without a password. `host` is the name or address at which ports
    published on all interfaces are reached. `local` says whether the engine listens on a socket of this machine.
    """

    url: str
    host: str
    local: bool


def trouble(url: str, said: str) -> str:
    """Complete "the engine at ..." for one that nobody can speak to, with what to do. `said` is the client's reason."""
    if url.startswith("unix://") and "permission denied" in said.lower():
        return "does not let your user in. Join the group that its socket belongs to (and log in anew)"
    return "does not answer. Start it"


def endpoint_at(address: str) -> Endpoint:
    """Give the endpoint at an address such as unix:///run/docker.sock, tcp://host:2375 or ssh://user@host.

    Without a scheme, a path is a socket, and anything else a host.
    """
    scheme = "" if "://" in address else "unix://" if address.startswith("/") else "tcp://"
    url = f"{scheme}{address}"
    local = urlsplit(url).scheme in _SOCKETS
    return Endpoint(url=hidden(url), host=_HERE if local else urlsplit(url).hostname or _HERE, local=local)
