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


# They hold no values: what they have is names, or the one frame that tracebacks are to end at.
SHOWN = {"exceptions.py", "fixture_function.py", "__init__.py"}


def test_tracebacks_hide_our_frames() -> None:
    """Every module hides its frames: pytest shows their arguments, which may be secrets, where an error passes them."""
    files = [*ROOT.glob("pytest_docker_tools/**/*.py"), *ROOT.glob("backends/pytest_docker_tools*/*.py")]
    # But for the shipped tests, whose own frames are what a failure is to show.
    code = {file: file.read_text() for file in files if file.name not in SHOWN and file.parent.name != "conformance"}
    without = {file.name for file, text in code.items() if "\n__tracebackhide__ = True\n" not in text}
    assert without == set()
