"""Fixtures with drivers of engines that do not answer, because they hang or are not there."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from functools import partial
from typing import Any

import pytest

from ..driver import Driver

__tracebackhide__ = True

# Opens a driver with settings.
Open = Callable[[Mapping[str, Any]], Driver]


@pytest.fixture
def choose_engine(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Have drivers that are opened from now on speak to the engine at an address such as tcp://127.0.0.1:1."""
    return partial(monkeypatch.setenv, "DOCKER_HOST")


@pytest.fixture
def hanging_driver(open_backend: Open, choose_engine: Callable[[str], None]) -> Iterator[Callable[[float], Driver]]:
    """Open a driver, of an engine that takes connections and never answers, with a default timeout in seconds."""
    with ExitStack() as opened:
        silent = opened.enter_context(socket.create_server(("127.0.0.1", 0), backlog=64))

        def hanging(timeout: float) -> Driver:
            choose_engine(f"tcp://127.0.0.1:{silent.getsockname()[1]}")
            return opened.enter_context(closing(open_backend({"timeout": timeout})))

        yield hanging


@pytest.fixture
def dead_driver(open_backend: Open, choose_engine: Callable[[str], None]) -> Iterator[Driver]:
    """A driver of an engine that is not there."""
    with closing(socket.socket()) as taken:
        # Nobody can listen on a port that is taken, so that connections to it are refused.
        taken.bind(("127.0.0.1", 0))
        choose_engine(f"tcp://127.0.0.1:{taken.getsockname()[1]}")
        with closing(open_backend({"timeout": 10})) as driver:
            yield driver
