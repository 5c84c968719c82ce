"""The virtual environments that commands run in, all with the same pytest. They are made once and kept."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".cache" / "benchmarks"
PYTEST = "pytest==9.2.0"
XDIST = "pytest-xdist==3.8.0"
DOCKER_PY = "docker==7.2.0"
REFERENCE = "pytest-docker-tools==3.1.10"

# What this library is built from.
_SOURCES = ("pytest_docker_tools", "backends", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")


def make() -> dict[str, Path]:
    """Make the environments as far as they are not there, and give the folders of their programs."""
    bare = _make("bare", [PYTEST, XDIST])
    reference = _make("reference", [PYTEST, XDIST, DOCKER_PY, REFERENCE])
    ours = _make("ours", [PYTEST, XDIST, DOCKER_PY])
    _install_ours(ours)
    return {"bare": bare, "reference": reference, "ours": ours}


def _make(name: str, requirements: Sequence[str]) -> Path:
    folder = FOLDER / name
    stamp = folder / "made-with.txt"
    wanted = "\n".join([sys.version, *requirements])
    if not stamp.exists() or stamp.read_text() != wanted:
        _run(sys.executable, "-m", "venv", "--clear", str(folder))
        _pip(folder / "bin", "install", *requirements)
        stamp.write_text(wanted)
    return folder / "bin"


def _install_ours(programs: Path) -> None:
    """Install the library as it is now, and as users have it: what is installed to be edited starts more slowly."""
    copy = FOLDER / "source"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for name in _SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("build", "__pycache__", "*.egg-info"))
        else:
            shutil.copy(source, copy)
    # Without this, a version that is called the same would stay.
    _pip(programs, "uninstall", "--yes", "pytest-docker-tools")
    _pip(programs, "install", str(copy))


def _pip(programs: Path, *arguments: str) -> None:
    # Isolated, as what PYTHONPATH names is not what is installed here.
    _run(str(programs / "python"), "-I", "-m", "pip", "--quiet", *arguments)


def _run(*command: str) -> None:
    """Run a command, whose output goes where it does not mix with the tables."""
    subprocess.run(command, check=True, stdout=sys.stderr)
