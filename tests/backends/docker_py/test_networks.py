"""Networks, on an engine of canned answers."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from pytest_docker_tools.exceptions import (
    UnsupportedOption,
)
from pytest_docker_tools_docker_py.driver import DockerPyDriver

from .conftest import FakeEngine, body_of, respond


class TestNetworks:
    def test_a_taken_name_is_asked_for(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """The engine is told to look for another network of that name, which older ones do not by themselves."""
        sent: list[Any] = []

        def create(handler: BaseHTTPRequestHandler) -> None:
            sent.append(json.loads(body_of(handler)))
            respond(handler, {"Id": "n"}, 201)

        engine.answers["POST /networks/create"] = create
        assert driver.create_network({"name": "x"}) == "n"
        assert sent[0]["CheckDuplicate"] is True

    def test_a_mac_address(self, driver: DockerPyDriver) -> None:
        """What engines take without heeding it is refused, with where they heed it."""
        with pytest.raises(UnsupportedOption, match="'networking_config'"):
            driver.connect("n", "x", {"mac_address": "02:42:ac:11:00:99"})
