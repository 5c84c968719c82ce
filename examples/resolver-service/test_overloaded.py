"""A module may redefine one service: those that depend on it then use the new one."""

from __future__ import annotations

import json
from http.client import HTTPConnection

from pytest_docker_tools import container

fakedns = container(
    image="{fakedns_image.id}",
    environment={"DNS_EXAMPLE_COM__A": "192.168.192.168"},
    ports={"53/udp": None},
)


def test_answer_of_redefined_dns(apiclient: HTTPConnection) -> None:
    """The API sees the records of the DNS server that this module defines."""
    apiclient.request("GET", "/")
    assert json.load(apiclient.getresponse()) == {"result": "192.168.192.168"}
