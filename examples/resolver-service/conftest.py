"""The services of the example: a DNS server that the tests control, and an API that asks it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from pytest_docker_tools import build, container, wrappers

python_image = os.environ.get("PYTHON_IMAGE", "python:3.12-slim")

fakedns_image = build(
    path="dns",
    buildargs={"PYTHON_IMAGE": python_image},
)

fakedns = container(
    image="{fakedns_image.id}",
    environment={"DNS_EXAMPLE_COM__A": "127.0.0.1"},
    # Nobody uses the published port: it makes the fixture wait until the server listens.
    ports={"53/udp": None},
)

apiserver_image = build(
    path="api",
    buildargs={"PYTHON_IMAGE": python_image},
)

apiserver = container(
    image="{apiserver_image.id}",
    ports={"8080/tcp": None},
    dns=["{fakedns.ips.primary}"],
)


@pytest.fixture
def apiclient(apiserver: wrappers.Container) -> Iterator[HTTPConnection]:
    client = HTTPConnection(*apiserver.get_addr("8080/tcp"), timeout=30)
    yield client
    client.close()
