"""What is installed is what is here."""

from __future__ import annotations

import configparser
from pathlib import Path

ROOT = Path(__file__).parents[1]


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
