"""What can be told of the site of the documentation without building it."""

from __future__ import annotations

import inspect
import os
import pkgutil
import re
import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
HOOK = runpy.run_path(str(ROOT / "scripts" / "site_pages.py"))
TABLES = runpy.run_path(str(ROOT / "scripts" / "reference_pages.py"))
PAGES: list[Path] = [*sorted(DOCS.glob("**/*.md")), *HOOK["outside"]()]
URIS = [HOOK["uri"](page) for page in PAGES]
# What is described on a page.
DIRECTIVE = re.compile(r"^::: (\S+)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
every_page = pytest.mark.parametrize("page", PAGES, ids=URIS)


def prose(page: Path) -> str:
    """Give the text of a page without its code blocks."""
    return FENCED.sub("", page.read_text())


@pytest.mark.parametrize("name", TABLES["PAGES"])
def test_generated_pages_are_up_to_date(name: str) -> None:
    """Each page that scripts/reference_pages.py writes is what it writes now."""
    assert (REFERENCE / name).read_text() == TABLES["PAGES"][name]()


def test_every_page_is_in_the_navigation_once() -> None:
    """The navigation names every page of the site, each once, and no other."""
    _, _, navigation = (ROOT / "mkdocs.yml").read_text().partition("\nnav:\n")
    assert sorted(re.findall(r"^ *- (?:[^:\n]+: )?(\S+\.md)$", navigation, re.MULTILINE)) == sorted(URIS)


@every_page
def test_a_page_has_one_title(page: Path) -> None:
    """A page begins with its title, and has no other."""
    assert page.read_text().startswith("# ")
    assert len(re.findall("^# ", prose(page), re.MULTILINE)) == 1


@every_page
def test_links_lead_to_pages_of_the_site(page: Path) -> None:
    """What a page links to is on the site as well, wherever it is in the repository."""
    for link in HOOK["LINK"].findall(page.read_text()):
        place, _, _ = HOOK["led"](link, page).partition("#")
        assert os.path.normpath(os.path.join(os.path.dirname(HOOK["uri"](page)), place)) in URIS, link


@pytest.mark.parametrize(
    ("link", "page", "expected"),
    [
        ("../SECURITY.md", "docs/addresses.md", "SECURITY.md"),
        ("../../backends/README.md", "docs/reference/driver.md", "../backends/README.md"),
        ("docs/cleanup.md", "SECURITY.md", "cleanup.md"),
        ("../README.md", "backends/README.md", "../index.md"),
        ("../examples/resolver-service", "docs/index.md", "examples/resolver-service/README.md"),
        (
            "../examples/resolver-service/dns/server.py",
            "docs/index.md",
            "examples/resolver-service/README.md#dnsserverpy",
        ),
        ("gone.md", "docs/index.md", "gone.md"),
    ],
)
def test_links_of_the_repository_are_led(link: str, page: str, expected: str) -> None:
    """A link as the repository has it becomes one of the site."""
    assert HOOK["led"](link, ROOT / page) == expected


@every_page
def test_tables_are_read_alike(page: Path) -> None:
    """No code in a table has a bar in it, which the repository's pages have to escape and the site's must not."""
    assert re.findall(r"^\|.*`[^`|\n]*\\\|.*$", prose(page), re.MULTILINE) == []


def test_every_public_name_is_described() -> None:
    """The page that the list of public names links to has the docstring of each, or of its module."""
    for name, _, page in TABLES["public"]():
        places = DIRECTIVE.findall((REFERENCE / page).read_text())
        assert name in places or name.rpartition(".")[0] in places, name


def described() -> list[str]:
    return [place for page in sorted(REFERENCE.glob("*.md")) for place in DIRECTIVE.findall(page.read_text())]


@pytest.mark.parametrize("name", described())
def test_what_is_described_has_docstrings(name: str) -> None:
    """What the reference describes is there, and it and all its public methods say what they are for."""
    thing: Any = pkgutil.resolve_name(name)
    names = [key for key in dir(thing) if not key.startswith("_")] if isinstance(thing, type) else []
    assert inspect.getdoc(thing)
    assert [key for key in names if callable(getattr(thing, key)) and not inspect.getdoc(getattr(thing, key))] == []


def test_every_variable_is_listed() -> None:
    """Each environment variable that the library asks for is in the table of variables."""
    asked = re.compile(r'environ(?:\.get\(|\[)"(\w+)"|variables(?: = \[|\.append\()"(\w+)"')
    code = "".join(file.read_text() for file in (ROOT / "pytest_docker_tools").glob("**/*.py"))
    assert {"".join(names) for names in asked.findall(code)} == set(TABLES["VARIABLES"])
