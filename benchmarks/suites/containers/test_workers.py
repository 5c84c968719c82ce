"""A container for each test, of which there are enough for two workers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pytest_docker_tools import container

if TYPE_CHECKING:
    from pytest_docker_tools.wrappers import Container

sleeper = container(
    image="{base.id}",
    command=["sleep", "600"],
    labels={"pytest-docker-tools.benchmark": os.environ["BENCHMARK_RUN"]},
)


@pytest.mark.parametrize("number", range(40))
def test_runs(sleeper: Container, number: int) -> None:
    """The container runs."""
    assert sleeper.status == "running"
