"""What the tests of sections in reports share: images whose containers say something, and the beginning of a module."""

from __future__ import annotations

import pytest

from pytest_docker_tools.testing import MemoryEngine, MemoryImage

HEADER = "from pytest_docker_tools import *\nimport pytest\n"


@pytest.fixture(autouse=True)
def images(engine: MemoryEngine) -> None:
    engine.add_image("db", MemoryImage(logs=b"db says \xff\x1b[31m hello\n"))
    engine.add_image("broken", MemoryImage(logs=b"no config found\n", exits_with=4))
