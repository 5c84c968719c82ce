"""Which engine an address in the form of DOCKER_HOST means."""

from __future__ import annotations

from urllib.parse import urlsplit

from pytest_docker_tools.driver import Endpoint

__tracebackhide__ = True

_SOCKETS = ("unix", "npipe", "fd")
_HERE = "127.0.0.1"


def endpoint_at(address: str) -> Endpoint:
    """Give the endpoint at an address such as unix:///run/docker.sock, tcp://host:2375 or ssh://user@host.

    Without a scheme, a path is a socket, and anything else a host.
    """
    scheme = "" if "://" in address else "unix://" if address.startswith("/") else "tcp://"
    url = f"{scheme}{address}"
    local = urlsplit(url).scheme in _SOCKETS
    return Endpoint(url=url, host=_HERE if local else urlsplit(url).hostname or _HERE, local=local)
