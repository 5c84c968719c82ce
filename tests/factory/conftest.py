"""What the tests of fixtures share: a project of a module and a conftest, and what it has made."""

from __future__ import annotations

import pytest

from pytest_docker_tools.testing import MemoryEngine

IMPORTS = "import pytest\nfrom pytest_docker_tools import *\n"


def project(pytester: pytest.Pytester, test: str, conftest: str = "") -> None:
    """Write a test module, and a conftest."""
    pytester.makepyfile(test_it=IMPORTS + test)
    pytester.makeconftest(IMPORTS + conftest)


def created(engine: MemoryEngine, verb: str = "create_container") -> int:
    """Give how many things were made."""
    return len([name for name, _ in engine.calls if name == verb])
