"""What the guides quote of messages is what the code says."""

from __future__ import annotations

import ast
import inspect
import re
from functools import cache
from pathlib import Path

import pytest

from pytest_docker_tools import exceptions

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "troubleshooting.md").read_text()
SOURCES = [
    *(ROOT / "pytest_docker_tools").rglob("*.py"),
    *(ROOT / "backends").glob("pytest_docker_tools_*/*.py"),
    *(ROOT / "backends" / "podman" / "pytest_docker_tools_podman").glob("*.py"),
]
# Between backticks, in the first cell of a row.
QUOTED = [
    quoted for row in re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE) for quoted in re.findall(r"`([^`]+)`", row)
]


@cache
def messages() -> frozenset[str]:
    """Give every text in the code, as the page would quote it: … is what is put in."""
    nodes = [node for file in SOURCES for node in ast.walk(ast.parse(file.read_text()))]
    # Strings that stand alone are docstrings.
    docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    return frozenset(text for node in nodes if id(node) not in docstrings and (text := _text(node)))


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or "…" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def is_said(quoted: str) -> bool:
    """Tell whether the pieces of a quotation stand in one text of the code, in their order."""
    pattern = re.compile(".*".join(map(re.escape, quoted.split("…"))), re.DOTALL)
    return any(pattern.search(text) for text in messages())


@pytest.mark.parametrize("quoted", QUOTED)
def test_what_is_quoted(quoted: str) -> None:
    """Each message on the page is in the code, with its fixed words in their order."""
    assert is_said(quoted)


def test_a_change_would_be_seen() -> None:
    """A message that the code does not have is told from those that it has."""
    assert len(QUOTED) > 100
    assert not is_said("container() needs a picture")
    assert not is_said("not on the engine … asks for the image")


def test_every_class() -> None:
    """The page names every class of errors that is raised."""
    derived = [value for value in vars(exceptions).values() if inspect.isclass(value)]
    bases = {base for value in derived for base in value.__bases__}
    raised = {value.__name__ for value in derived if value not in bases and value.__module__ == exceptions.__name__}
    assert {name for name in raised if name not in PAGE} == set()
