"""A service may be a parameter: each test then runs once with every variant of it."""

from __future__ import annotations

import json
from http.client import HTTPConnection

import pytest

from pytest_docker_tools import container, wrappers

dns_of_one_site = container(
    image="{fakedns_image.id}",
    environment={"DNS_EXAMPLE_COM__A": "192.168.192.168"},
    ports={"53/udp": None},
)

dns_of_another_site = container(
    image="{fakedns_image.id}",
    environment={"DNS_EXAMPLE_COM__A": "10.11.12.13"},
    ports={"53/udp": None},
)


@pytest.fixture(params=["dns_of_one_site", "dns_of_another_site"])
def fakedns(request: pytest.FixtureRequest) -> wrappers.Container:
    chosen: wrappers.Container = request.getfixturevalue(request.param)
    return chosen


def test_answer_of_each_dns(apiclient: HTTPConnection, fakedns: wrappers.Container) -> None:
    """The API answers with the record of whichever DNS server it was given."""
    apiclient.request("GET", "/")
    environment = dict(variable.split("=", 1) for variable in fakedns.attrs["Config"]["Env"])
    assert json.load(apiclient.getresponse()) == {"result": environment["DNS_EXAMPLE_COM__A"]}
