"""The examples of the README, and of the pages in docs, are true, and their links lead somewhere."""

from __future__ import annotations

import pkgutil
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from pytest_docker_tools.driver import ExecResult
from pytest_docker_tools.testing import MemoryEngine, MemoryImage

from .conftest import Run

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]
OTHER_PAGES = [
    ROOT / name
    for name in ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "backends/README.md", "benchmarks/README.md")
]
OTHER_PAGES += [ROOT / "backends" / "podman" / "README.md", *sorted((ROOT / "examples").rglob("README.md"))]
LINK = re.compile(r"\]\((?!https?:)([^)\s]+)\)")
BLOCK = re.compile(r"(?:<!-- from: (?P<source>\S+) -->\n)?```python\n# (?P<name>\S+)\n(?P<code>.*?)```", re.DOTALL)
LOGIN = ("me", "hunter2")
PONG = ExecResult(0, b"PONG\n", b"")


class Example(NamedTuple):
    """A piece of Python, the file that it stands in on its page, and where else it stands to the letter."""

    page: Path
    name: str
    code: str
    source: str | None

    @property
    def title(self) -> str:
        return f"{self.page.name}-{self.name}"


EXAMPLES = [
    Example(page, block["name"], block["code"], block["source"])
    for page in PAGES
    for block in BLOCK.finditer(page.read_text())
]
QUOTED = [example for example in EXAMPLES if example.source]
# test_tutorial.py runs the tutorial's.
RUN = [example for example in EXAMPLES if not example.source and example.page.name != "tutorial.md"]


def test_every_example_is_checked() -> None:
    """Every piece of Python in the pages is one that is quoted or run."""
    assert sum(page.read_text().count("```python") for page in PAGES) == len(EXAMPLES)
    assert QUOTED
    assert RUN


@pytest.mark.parametrize("page", [*PAGES, *OTHER_PAGES], ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Each link to a file of this project has a file, and the heading that it names."""
    for link in LINK.findall(page.read_text()):
        name, _, heading = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), link
        assert not heading or heading in headings(target) or is_described(heading, target), link


def is_described(name: str, page: Path) -> bool:
    """Say whether a page has the docstring of something in Python that is there."""
    places = re.findall(r"^::: (\S+)$", page.read_text(), re.MULTILINE)
    return any(f"{name}.".startswith(f"{place}.") for place in places) and bool(pkgutil.resolve_name(name))


def test_the_modules() -> None:
    """CONTRIBUTING.md has every module that stands in no folder of the library, once."""
    table = (ROOT / "CONTRIBUTING.md").read_text().partition("| about | modules |\n")[2].partition("\n\n")[0]
    told = [name for line in table.splitlines()[1:] for name in re.findall("`(.*?)`", line.split("|")[2])]
    modules = {path.stem for path in (ROOT / "pytest_docker_tools").glob("*.py")} - {"__init__"}
    assert sorted(told) == sorted(modules)


def test_the_places_of_a_keyword() -> None:
    """CONTRIBUTING.md has every file that has to be changed for one more keyword, and no other."""
    keyword = "cpu_rt_" + "runtime"
    table = (ROOT / "CONTRIBUTING.md").read_text().partition("## A keyword more")[2].partition("\n\nPodman")[0]
    told = {
        place for line in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for place in re.findall("`(.*?)`", line)
    }
    files = [
        path for folder in ("backends", "docs", "pytest_docker_tools", "tests") for path in (ROOT / folder).rglob("*")
    ]
    read = [path for path in files if path.suffix in (".md", ".py") and "build" not in path.parts]
    assert told == {str(path.relative_to(ROOT)) for path in read if keyword in path.read_text()}


def test_the_readme_leads_everywhere() -> None:
    """The README names every page in docs, but for those of the site."""
    text = (ROOT / "README.md").read_text()
    pages = {page.name for page in PAGES if page.parent.name == "docs"} - {"index.md"}
    assert {name for name in pages if f"](docs/{name})" not in text} == set()


def test_the_site_begins_as_the_readme() -> None:
    """The first page of the site and the README say with the same words what this is."""
    readme, index = ((ROOT / name).read_text().split("\n\n") for name in ("README.md", "docs/index.md"))
    assert readme[:2] == index[:2]


def headings(page: Path) -> set[str]:
    """Give the headings of a page as links name them."""
    found = re.findall("^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("example", QUOTED, ids=lambda example: example.source)
def test_quoted_code_is_in_the_example(example: Example) -> None:
    """What a page shows of an example stands in it to the letter."""
    assert example.source
    assert example.code.strip() in (ROOT / example.source).read_text()


@pytest.mark.parametrize(
    "example", [example for example in RUN if example.name != "conftest.py"], ids=lambda example: example.title
)
def test_code_runs(
    example: Example,
    pytester: pytest.Pytester,
    run: Run,
    engine: MemoryEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A test module of a page passes, together with the conftest.py that precedes it."""
    monkeypatch.delenv("IMAGE_ID", raising=False)
    for variable, value in zip(("REGISTRY_USER", "REGISTRY_PASSWORD"), LOGIN, strict=True):
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("INDEX_TOKEN", "hunter2")
    engine.registry["redis:7"] = MemoryImage(listens=("6379/tcp",), logs=b"Ready to accept connections\n")
    engine.registry["registry.example.org/team/app:1"] = MemoryImage()
    engine.logins["registry.example.org/team/app"] = LOGIN
    engine.add_image("redis:7", engine.registry["redis:7"])
    engine.add_image("migrate:1", MemoryImage(logs=b"migrated\n", exits_with=0))
    engine.on_execute(lambda container, words: PONG if words == ["redis-cli", "ping"] else None)
    (pytester.mkdir("app") / "Dockerfile").write_text("FROM scratch\n")
    before = RUN[: RUN.index(example)]
    for other in before:
        if other.name == "conftest.py" and other.page == example.page:
            pytester.makeconftest(other.code)
    pytester.makepyfile(**{example.name.removesuffix(".py"): example.code})
    result = run()
    assert result.ret == 0
    assert "passed" in result.parseoutcomes()
