"""What the tests of one resource's life share: a small project, and whether a resource is in use."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_docker_tools import locks, meeting
from pytest_docker_tools.driver import Kind
from pytest_docker_tools.testing import MemoryEngine

from ..conftest import HEADER, key

PROJECT = (
    HEADER
    + """
from pytest_docker_tools.wrappers import Container

class Other(Container):
    def ready(self):
        return super().ready()

net = network(name='the-net', labels={labels})
vol = volume(name='the-volume', initial_content={content})
it = container(
    image='app', name='the-container', network='{{net.name}}', volumes={{'{{vol.name}}': {{'bind': '/data'}}}},
    environment={environment}, files={files}, {more}
)

def test_it(it, net, vol):
    assert it.status == 'running'
"""
)
REUSED = [
    "network net (the-net): reused",
    "volume vol (the-volume): reused",
    "container it (the-container): reused",
]
MADE = [line.replace("reused", "made, as there was none") for line in REUSED]
ONE = HEADER + "it = container(image='app', name='it'{more})\n\ndef test_it(it): ..."


def write(pytester: pytest.Pytester, **changes: Any) -> None:
    """Write the project, with some of its values changed."""
    values = {"labels": {}, "content": {"a": b"1"}, "environment": {"A": "1", "B": "2"}}
    values |= {"files": {"/etc/a": b"1"}, "more": "", **changes}
    pytester.makepyfile(test_it=PROJECT.format(**values))


def write_one(pytester: pytest.Pytester, more: str = "") -> None:
    """Write a project of one container, with more keywords."""
    pytester.makepyfile(test_it=ONE.format(more=more))


def is_used(engine: MemoryEngine, kind: Kind, name: str) -> bool:
    """Tell whether a run uses a resource at this moment."""
    return bool(locks.holders(meeting.folder() / "uses" / key(engine, kind, name)))
