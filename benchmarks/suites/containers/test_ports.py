"""A container with a published port for each test."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from pytest_docker_tools import container

if TYPE_CHECKING:
    from pytest_docker_tools.wrappers import Container

server = container(
    image="{base.id}",
    command=["httpd", "-f", "-p", "8080", "-h", "/etc"],
    ports={"8080/tcp": None},
    labels={"pytest-docker-tools.benchmark": os.environ["BENCHMARK_RUN"]},
)


@pytest.mark.parametrize("number", range(20))
def test_answers(server: Container, answer: Callable[[Container], int], number: int) -> None:
    """The server answers."""
    assert answer(server) == 200
