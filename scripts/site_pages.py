"""A hook of MkDocs: takes pages into the site that are kept outside of docs, and leads links to and from them.

All links are written as the repository has them. There `docs/addresses.md` says `../SECURITY.md`; on the site, whose
root is docs, that is `SECURITY.md`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.structure.files import Files

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
EXAMPLES = ROOT / "examples"
OUTSIDE = (
    *("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"),
    *("backends/README.md", "backends/*/README.md", "examples/README.md", "examples/*/README.md"),
)
LINK = re.compile(r"(?<=\]\()(?!https?:)[^)\s#]+")
LANGUAGES = {
    "Dockerfile": "docker",
    ".cfg": "ini",
    ".css": "css",
    ".html": "html",
    ".ini": "ini",
    ".py": "python",
    ".sh": "bash",
    ".toml": "toml",
    ".yml": "yaml",
}


def outside() -> list[Path]:
    """Give the pages that are taken in."""
    return [page for pattern in OUTSIDE for page in sorted(ROOT.glob(pattern))]


def on_files(files: Files, *, config: Any) -> Files:
    """Take the pages in."""
    from mkdocs.structure.files import File

    for page in outside():
        files.append(File.generated(config, uri(page), abs_src_path=str(page)))
    return files


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Lead a page's links, and show the files of an example below what it says of itself."""
    source = Path(page.file.abs_src_path)
    if source.name == "CHANGELOG.md":
        # It has a word on everything, and would be found before what explains it.
        page.meta["search"] = {"exclude": True}
    text = LINK.sub(lambda link: led(link[0], source), markdown)
    files = _files(source.parent) if source.parent.parent == EXAMPLES else []
    return text + "".join(map(_shown, files))


def led(link: str, source: Path) -> str:
    """Give a link of a page as it is on the site. What leads nowhere stays, for MkDocs to report."""
    target = Path(os.path.normpath(source.parent / link))
    if not target.exists():
        return link
    if target.is_dir():
        target /= "README.md"
    if target == ROOT / "README.md":
        target = DOCS / "index.md"
    anchor = ""
    if EXAMPLES in target.parents and target.name != "README.md":
        anchor = "#" + re.sub(r"[^\w-]", "", _name(target).lower())
        target = _example(target) / "README.md"
    return os.path.relpath(uri(target), os.path.dirname(uri(source)) or ".") + anchor


def uri(file: Path) -> str:
    """Give the place of a page below the root of the site."""
    return file.relative_to(DOCS if DOCS in file.parents else ROOT).as_posix()


def _files(example: Path) -> list[Path]:
    found = [file for file in example.rglob("*") if file.suffix in LANGUAGES or file.name in LANGUAGES]
    return sorted(found, key=lambda file: (file.parent != example, file))


def _shown(file: Path) -> str:
    language = LANGUAGES.get(file.suffix) or LANGUAGES[file.name]
    return f"\n\n## `{_name(file)}`\n\n```{language}\n{file.read_text().rstrip()}\n```\n"


def _name(file: Path) -> str:
    return file.relative_to(_example(file)).as_posix()


def _example(file: Path) -> Path:
    return next(parent for parent in file.parents if parent.parent == EXAMPLES)
