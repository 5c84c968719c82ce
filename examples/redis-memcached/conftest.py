"""Two services: one for the whole run, which has to be emptied, and one for each test, which is always empty."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator

import pytest

from pytest_docker_tools import container, fetch, wrappers

Ask = Callable[[str], str]

redis_image = fetch(repository=os.environ.get("REDIS_IMAGE", "redis:7"), policy="missing")
memcached_image = fetch(repository=os.environ.get("MEMCACHED_IMAGE", "memcached:1"), policy="missing")

redis_server = container(image="{redis_image.id}", ports={"6379/tcp": None}, scope="session")
memcached_server = container(image="{memcached_image.id}", ports={"11211/tcp": None})


def ask(server: wrappers.Container, port: str, request: str) -> str:
    """Send a line, and give the first line of the answer. Both servers speak in lines."""
    with socket.create_connection(server.get_addr(port), timeout=30) as connection:
        connection.sendall(f"{request}\r\n".encode())
        return connection.makefile().readline().rstrip()


@pytest.fixture
def redis(redis_server: wrappers.Container) -> Iterator[Ask]:
    yield lambda request: ask(redis_server, "6379/tcp", request)
    ask(redis_server, "6379/tcp", "FLUSHALL")


@pytest.fixture
def memcached(memcached_server: wrappers.Container) -> Ask:
    return lambda request: ask(memcached_server, "11211/tcp", request)
