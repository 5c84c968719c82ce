"""What these suites have in common. They run as they are on this library and on the reference."""

from __future__ import annotations

import os
from collections.abc import Callable
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import pytest

from pytest_docker_tools import image

if TYPE_CHECKING:
    from pytest_docker_tools.wrappers import Container

base = image(name=os.environ["BENCHMARK_IMAGE"])


@pytest.fixture(scope="session")
def answer() -> Callable[[Container], int]:
    """Give a function that asks a container's HTTP server, and gives the status of its answer."""

    def ask(server: Container) -> int:
        host, port = server.get_addr("8080/tcp")
        connection = HTTPConnection(host, port, timeout=30)
        connection.request("GET", "/hostname")
        status = connection.getresponse().status
        connection.close()
        return status

    return ask
