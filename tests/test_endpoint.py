"""Which engine an address means."""

from __future__ import annotations

import pytest

from pytest_docker_tools.endpoint import Endpoint, endpoint_at, trouble


@pytest.mark.parametrize(
    ("address", "url", "host", "local"),
    [
        ("unix:///run/docker.sock", "unix:///run/docker.sock", "127.0.0.1", True),
        ("npipe:////./pipe/docker_engine", "npipe:////./pipe/docker_engine", "127.0.0.1", True),
        ("tcp://engine.example.org:2375", "tcp://engine.example.org:2375", "engine.example.org", False),
        ("tcp://[2001:db8::1]:2375", "tcp://[2001:db8::1]:2375", "2001:db8::1", False),
        ("192.0.2.1:2375", "tcp://192.0.2.1:2375", "192.0.2.1", False),
        ("ssh://me@engine:22", "ssh://me@engine:22", "engine", False),
        ("ssh://me:hunter2@engine", "ssh://me:***@engine", "engine", False),
        ("me:hunter2@engine:2375", "tcp://me:***@engine:2375", "engine", False),
        ("/run/other.sock", "unix:///run/other.sock", "127.0.0.1", True),
        ("tcp://:2375", "tcp://:2375", "127.0.0.1", False),
    ],
)
def test_endpoint_at(address: str, url: str, host: str, local: bool) -> None:
    """Ports published by an engine are reached at the host of its address, or here where it has a socket."""
    assert endpoint_at(address) == Endpoint(url=url, host=host, local=local)


@pytest.mark.parametrize(
    ("url", "said", "expected"),
    [
        ("unix:///run/docker.sock", "dial unix: connect: permission denied", "does not let your user in"),
        ("unix:///run/docker.sock", "[Errno 13] Permission denied", "does not let your user in"),
        ("unix:///run/docker.sock", "[Errno 2] No such file or directory", "does not answer"),
        ("ssh://me@engine", "me@engine: Permission denied (publickey).", "does not answer"),
    ],
)
def test_trouble(url: str, said: str, expected: str) -> None:
    """A socket that the user may not open is told from an engine that is not there, and from one that wants a key."""
    assert trouble(url, said).startswith(expected)
