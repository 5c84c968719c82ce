"""The guide for authors of drivers is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_docker_tools.driver import CAPABILITIES
from pytest_docker_tools.testing import conformance

from ..conftest import write_distribution

BACKENDS = Path(__file__).parents[2] / "backends"
GUIDE = (BACKENDS / "README.md").read_text()
BLOCKS = re.findall(r"`([\w./]+)`[^`]*\n\n```(?:python|ini)\n(.*?)```", GUIDE, re.DOTALL)

CHECK = """
import pytest
from pytest_docker_tools.exceptions import EngineUnavailable, UnsupportedOption

def test_driver(docker_client):
    driver = docker_client.driver
    assert type(driver).__name__ == 'MyDriver'
    assert driver.recipe().backend == 'mine'
    with pytest.raises(UnsupportedOption, match='links'):
        driver.create_container({'image': 'x', 'links': {'a': 'b'}})
    with pytest.raises(EngineUnavailable, match="no 'my-client'.*Install my-client"):
        driver.ids('container')
"""


@pytest.fixture
def written(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files that the guide shows, as an installed distribution."""
    assert len(BLOCKS) == GUIDE.count("```python") + GUIDE.count("```ini")
    for name, content in BLOCKS:
        path = pytester.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    settings = (pytester.path / "setup.cfg").read_text()
    entry_point = re.search(r"pytest_docker_tools.drivers =\n\s+(.*)", settings)
    assert entry_point
    write_distribution(pytester.path, entry_point[1])
    monkeypatch.setenv("PYTHONPATH", str(pytester.path))


@pytest.mark.usefixtures("written")
def test_the_driver_of_the_guide(pytester: pytest.Pytester) -> None:
    """The files that the guide shows make a driver that is found by name, refuses its keywords, and says what lacks."""
    module = pytester.makepyfile(test_it=CHECK)
    pytester.runpytest_subprocess(module, "--docker-backend=mine").assert_outcomes(passed=1)


@pytest.mark.usefixtures("written")
def test_the_suite_in_the_guide(pytester: pytest.Pytester) -> None:
    """The module that adopts the suite has less than 40 lines, and every class of tests."""
    module = "tests/test_conformance.py"
    assert len((pytester.path / module).read_text().splitlines()) < 40
    result = pytester.runpytest_subprocess(module, "--docker-backend=mine", "--collect-only", "-q")
    assert {name for name in conformance.__all__ if f"::{name}::" not in result.stdout.str()} == set()


def test_the_table_of_modules() -> None:
    """The guide has every module of the driver that others derive from."""
    table = GUIDE.partition("| module |")[2].partition("\n\n")[0]
    modules = {path.name for path in (BACKENDS / "pytest_docker_tools_docker_cli").glob("*.py")}
    assert set(re.findall(r"`(\w+\.py)`", table)) == modules - {"__init__.py", "driver.py"}


def test_the_table_of_capabilities() -> None:
    """The guide has every capability of the contract."""
    assert tuple(re.findall(r"^\| `(\w+)` \|", GUIDE.partition("| capability |")[2], re.MULTILINE)) == CAPABILITIES
