"""A hook of MkDocs: takes pages into the site that are kept outside of docs, and leads links to and from them.

All links are written as the repository has them. There `docs/addresses.md` says `../SECURITY.md`; the root of the site is
docs, so that it is `SECURITY.md` there.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
OUTSIDE = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "backends/**/README.md", "examples/*/README.md")
LINK = re.compile(r"(?<=\]\()(?!https?:)[^)\s#]+")
LANGUAGES = {"Dockerfile": "docker", ".ini": "ini", ".py": "python", ".sh": "bash", ".toml": "toml", ".yml": "yaml"}


def on_files(files: Files, *, config: Any) -> Files:
    """Take the pages in."""
    for pattern in OUTSIDE:
        for page in sorted(ROOT.glob(pattern)):
            files.append(File.generated(config, _uri(page), abs_src_path=str(page)))
    return files


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Lead a page's links, and show the files of an example below what it says of itself."""
    source = Path(page.file.abs_src_path)
    text = LINK.sub(lambda link: _led(link[0], source), markdown)
    return text + "".join(map(_shown, _files(source.parent))) if ROOT / "examples" in source.parents else text


def _led(link: str, source: Path) -> str:
    """Give a link of a page as it is on the site. What leads nowhere stays, for MkDocs to report."""
    target = Path(os.path.normpath(source.parent / link))
    if not target.exists():
        return link
    if target.is_dir():
        target /= "README.md"
    if target == ROOT / "README.md":
        target = DOCS / "index.md"
    return os.path.relpath(_uri(target), os.path.dirname(_uri(source)) or ".")


def _uri(file: Path) -> str:
    return file.relative_to(DOCS if DOCS in file.parents else ROOT).as_posix()


def _files(example: Path) -> list[Path]:
    return sorted(file for file in example.rglob("*") if file.suffix in LANGUAGES or file.name in LANGUAGES)


def _shown(file: Path) -> str:
    example = next(parent for parent in file.parents if parent.parent == ROOT / "examples")
    language = LANGUAGES.get(file.suffix) or LANGUAGES[file.name]
    return f"\n\n## `{file.relative_to(example).as_posix()}`\n\n```{language}\n{file.read_text().rstrip()}\n```\n"
