"""What is installed is what is here."""

from __future__ import annotations

import configparser
import os
import re
import sys
from importlib.metadata import requires, version
from pathlib import Path

import pytest

import pytest_docker_tools
import pytest_docker_tools_podman

ROOT = Path(__file__).parents[1]


@pytest.mark.skipif("TOX_ENV_NAME" not in os.environ, reason="outside of tox, developers install what they edit")
def test_what_is_installed_is_tested() -> None:
    """Under tox, the library and its drivers are those of the wheels, not those of the checkout."""
    for package in (pytest_docker_tools, pytest_docker_tools_podman):
        assert Path(str(package.__file__)).is_relative_to(sys.prefix)


def test_the_version_has_one_place() -> None:
    """Distributions have the version of their package; all here are released together, and the changelog says so."""
    release = pytest_docker_tools.__version__
    assert version("pytest-docker-tools") == release
    assert version("pytest-docker-tools-podman") == pytest_docker_tools_podman.__version__ == release
    assert f"pytest-docker-tools<5,>={release}" in (requires("pytest-docker-tools-podman") or [])
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == re.sub(r"\.dev\d+$", "", release)


def packages_in(folder: Path) -> set[str]:
    files = folder.glob("pytest_docker_tools*/**/__init__.py")
    return {".".join(file.parent.relative_to(folder).parts) for file in files}


def test_the_list_of_packages_is_whole() -> None:
    """setup.cfg names every package of the library and of the drivers beside it."""
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg")
    listed = set(settings["options"]["packages"].split())
    assert listed == packages_in(ROOT) | packages_in(ROOT / "backends")


def test_every_top_level_package_is_typed() -> None:
    """Each top-level package tells type checkers that it has annotations."""
    for package in (ROOT / "pytest_docker_tools", *(ROOT / "backends").glob("pytest_docker_tools*")):
        assert (package / "py.typed").exists(), package


# They hold no values: what they have is names, or the one frame that tracebacks are to end at.
SHOWN = {"exceptions.py", "fixture_function.py", "__init__.py"}


def test_tracebacks_hide_our_frames() -> None:
    """Every module hides its frames: pytest shows their arguments, which may be secrets, where an error passes them."""
    files = [*ROOT.glob("pytest_docker_tools/**/*.py"), *ROOT.glob("backends/pytest_docker_tools*/*.py")]
    # But for the shipped tests, whose own frames are what a failure is to show.
    code = {file: file.read_text() for file in files if file.name not in SHOWN and file.parent.name != "conformance"}
    without = {file.name for file, text in code.items() if "\n__tracebackhide__ = True\n" not in text}
    assert without == set()
