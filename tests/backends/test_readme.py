"""The guide for authors of drivers is true."""

from __future__ import annotations

import inspect
import os
import re
from pathlib import Path

import pytest

from pytest_docker_tools.driver import CAPABILITIES, Driver
from pytest_docker_tools.testing import conformance
from pytest_docker_tools_docker_cli import DockerCLIDriver

from ..conftest import GUIDE, GUIDE_FILES, write_driver_of_the_guide

BACKENDS = Path(__file__).parents[2] / "backends"

CHECK = """
import pytest
from pytest_docker_tools.exceptions import EngineUnavailable, UnsupportedOption

def test_driver(docker_client):
    driver = docker_client.driver
    assert type(driver).__name__ == 'DockDriver'
    assert driver.recipe().backend == 'dock'
    with pytest.raises(UnsupportedOption, match='dock gives no container all rights'):
        driver.create_container({'image': 'x', 'privileged': True})
    with pytest.raises(EngineUnavailable, match=MESSAGE):
        driver.ids('container')
"""


@pytest.fixture
def written(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files that the guide shows, as an installed distribution."""
    write_driver_of_the_guide(pytester.path)
    monkeypatch.setenv("PYTHONPATH", str(pytester.path))
    return pytester.path


def test_every_file_is_written() -> None:
    """Each block of the guide is a file, but for the tree of them."""
    assert len(GUIDE_FILES) == len(re.findall(r"^```\w+$", GUIDE, re.MULTILINE))
    tree = GUIDE.partition("```\ndock-driver/\n")[2].partition("```")[0]
    shown = re.findall(r"(\w+\.\w+)\s", tree)
    assert sorted(Path(name).name for name, _ in GUIDE_FILES if name != "bin/dock") == sorted(shown)


@pytest.mark.parametrize(
    ("is_there", "message"),
    [(False, "no 'dock'.*Get dock from the team's tools"), (True, "closed.*does not answer.*DOCK_HOST")],
)
def test_the_driver_of_the_guide(
    pytester: pytest.Pytester, written: Path, monkeypatch: pytest.MonkeyPatch, is_there: bool, message: str
) -> None:
    """The files that the guide shows make a driver that is found by name, refuses its keywords, and says what lacks."""
    if is_there:
        monkeypatch.setenv("PATH", str(written / "bin"), prepend=os.pathsep)
    monkeypatch.setenv("DOCK_HOST", "closed")
    module = pytester.makepyfile(test_it=f"MESSAGE = {message!r}\n{CHECK}")
    pytester.runpytest_subprocess(module, "--docker-backend=dock").assert_outcomes(passed=1)


@pytest.mark.usefixtures("written")
def test_the_suite_in_the_guide(pytester: pytest.Pytester) -> None:
    """The module that adopts the suite has less than 40 lines, and every class of tests."""
    module = "tests/test_conformance.py"
    assert len((pytester.path / module).read_text().splitlines()) < 40
    result = pytester.runpytest_subprocess(module, "--docker-backend=dock", "--collect-only", "-q")
    assert {name for name in conformance.__all__ if f"::{name}::" not in result.stdout.str()} == set()


def test_the_table_of_modules() -> None:
    """The guide has every module of the driver that others derive from."""
    table = GUIDE.partition("| module |")[2].partition("\n\n")[0]
    modules = {path.name for path in (BACKENDS / "pytest_docker_tools_docker_cli").glob("*.py")}
    assert set(re.findall(r"`(\w+\.py)`", table)) == modules - {"__init__.py", "driver.py"}


def test_the_table_of_scripts() -> None:
    """What a driver for another script has is what the driver for docker has, too."""
    table = GUIDE.partition("| the script |")[2].partition("\n\n")[0]
    names = re.findall(r"`(\w+)(?: =.*?)?`", re.sub(r"^\| [^|]* \|", "", table, flags=re.MULTILINE))
    assert {"first_words", "prefix", "refuses"} < set(names)
    assert [name for name in names if not hasattr(DockerCLIDriver, name)] == []


def test_the_table_of_capabilities() -> None:
    """The guide has every capability of the contract."""
    assert tuple(re.findall(r"^\| `(\w+)` \|", GUIDE.partition("| capability |")[2], re.MULTILINE)) == CAPABILITIES


def test_the_table_of_verbs() -> None:
    """The guide has every verb of the contract, with what it takes and gives, and whether a driver must have it."""
    table = GUIDE.partition("| verb |")[2].partition("\n\n")[0]
    told = re.findall(r"^\| `(\w+)\((.*?)\)` \| `(.*?)` \| (must|has a default) \|", table, re.MULTILINE)
    verbs = {name: value for name, value in vars(Driver).items() if inspect.isfunction(value) and name[0] != "_"}
    assert {name: (takes, gives.replace(" or ", " | "), tier) for name, takes, gives, tier in told} == {
        name: row(name, inspect.signature(verb)) for name, verb in verbs.items()
    }


def row(name: str, signature: inspect.Signature) -> tuple[str, str, str]:
    takes = [parameter for parameter in signature.parameters if parameter not in ("self", "timeout")]
    tier = "must" if name in Driver.__abstractmethods__ else "has a default"
    return ", ".join(takes), str(signature.return_annotation), tier
