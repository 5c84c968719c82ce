"""What the tests of witnesses share: fixtures of several scopes, and how things were removed."""

from __future__ import annotations

import pytest

from pytest_docker_tools.driver import Kind
from pytest_docker_tools.testing import MemoryEngine, MemoryImage

HEADER = """
import pytest
from pytest_docker_tools import *
from pytest_docker_tools import types

@pytest.fixture
def plain(): return 'text'

@pytest.fixture(scope='session')
def wide_plain(): return 'text'

img = image(name='app')
net = network()
data = volume()
db = container(image='app')
wide_net = network(scope='session')
wide_data = volume(scope='session')
wide_db = container(image='app', scope='session')
"""
TEST = "\ndef test_it(it): ..."
LATER, AT_ONCE = "begin_removal", "remove"


@pytest.fixture
def engine(engine: MemoryEngine) -> MemoryEngine:
    """An engine whose image `app` listens on some ports."""
    engine.add_image("app", MemoryImage(listens=["80/tcp", "81/tcp"]))
    return engine


def how(engine: MemoryEngine, kind: Kind) -> set[str]:
    """Give how things of a kind were removed."""
    return {call.verb for call in engine.calls if call.verb in (LATER, AT_ONCE) and call.arguments["kind"] == kind}
