"""A container for each of many tests."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pytest_docker_tools import container, image

if TYPE_CHECKING:
    from pytest_docker_tools.wrappers import Container

base = image(name=os.environ["BENCHMARK_IMAGE"])

sleeper = container(
    image="{base.id}",
    command=["sleep", "600"],
    labels={"pytest-docker-tools.benchmark": os.environ["BENCHMARK_RUN"]},
)


@pytest.mark.parametrize("number", range(200))
def test_runs(sleeper: Container, number: int) -> None:
    """The container runs."""
    assert sleeper.status == "running"
