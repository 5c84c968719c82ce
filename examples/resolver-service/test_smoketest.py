"""The API by itself: it answers, also after a restart."""

from __future__ import annotations

import json
from http.client import HTTPConnection

from pytest_docker_tools import wrappers


def test_answer(apiclient: HTTPConnection) -> None:
    """The API answers with the address that the fake DNS server has for example.com."""
    apiclient.request("GET", "/")
    response = apiclient.getresponse()
    assert response.status == 200
    assert json.load(response) == {"result": "127.0.0.1"}


def test_answer_after_restart(apiserver: wrappers.Container) -> None:
    """A restarted API answers as before, at the address that it has now."""
    apiserver.restart()

    # The engine chooses a new port at every start, so an address from before is of no use.
    client = HTTPConnection(*apiserver.get_addr("8080/tcp"), timeout=30)
    try:
        client.request("GET", "/")
        assert json.load(client.getresponse()) == {"result": "127.0.0.1"}
    finally:
        client.close()
