"""Reading a guide: what its reader writes into files, and types, one after the other."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

DOCS = Path(__file__).parents[1] / "docs"
BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
DELETED = re.compile(r"Delete `(\S+)`")


class Stage(NamedTuple):
    """What a reader has done up to some command, and what is seen then."""

    title: str
    files: dict[str, str]
    arguments: list[str]
    #: In order, what lines begin with and go on with; a star is anything.
    seen: list[str]


def stages(page: Path) -> list[Stage]:
    """Give a stage for each command of pytest on a page."""
    return list(_stages(page))


def _stages(page: Path) -> Iterator[Stage]:
    files: dict[str, str] = {}
    for section in page.read_text().split("\n## ")[1:]:
        for block in BLOCK.finditer(section):
            first, _, rest = block["text"].partition("\n")
            if block["language"] == "console":
                arguments = shlex.split(first.removeprefix("$ pytest"))
                seen = [_pattern(line) for line in rest.splitlines()]
                yield Stage(section.partition("\n")[0], dict(files), arguments, seen)
            else:
                files[first.removeprefix("# ")] = rest
        for name in DELETED.findall(section):
            del files[name]


def _pattern(line: str) -> str:
    return line.replace("[", "[[]").replace("…", "*")


def written(stage: Stage, folder: Path) -> None:
    """Write the files of a stage."""
    for name, text in stage.files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
