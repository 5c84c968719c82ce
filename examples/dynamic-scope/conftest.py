"""A scope that is chosen when pytest starts: a container for each test, or one for all of them."""

from __future__ import annotations

import os
from typing import Literal

import pytest

from pytest_docker_tools import container, fetch


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--once", action="append", default=[], metavar="FIXTURE", help="make it once for all tests")


def chosen(fixture_name: str, config: pytest.Config) -> Literal["session", "function"]:
    return "session" if fixture_name in config.getoption("--once") else "function"


redis_image = fetch(repository=os.environ.get("REDIS_IMAGE", "redis:7"), policy="missing")

redis = container(image="{redis_image.id}", ports={"6379/tcp": None}, scope=chosen)
