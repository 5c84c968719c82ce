"""The tutorial is whole: what it shows is enough, and is what pytest and this library take."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
DELETED = re.compile(r"Delete `(\S+)`")


class Stage(NamedTuple):
    """What a reader has done up to some command, and what is seen then."""

    title: str
    files: dict[str, str]
    arguments: list[str]
    #: In order, what lines begin with and go on with; a star is anything.
    seen: list[str]


def stages() -> Iterator[Stage]:
    """Give a stage for each command of pytest."""
    files: dict[str, str] = {}
    for section in PAGE.read_text().split("\n## ")[1:]:
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


STAGES = list(stages())


def test_it_has_stages() -> None:
    """Each section with a number ends in something to see, and nothing on the page is of a kind that is not tried."""
    titles = re.findall(r"^## (\d\. .*)$", PAGE.read_text(), re.MULTILINE)
    assert list(dict.fromkeys(stage.title for stage in STAGES)) == titles
    assert {block["language"] for block in BLOCK.finditer(PAGE.read_text())} == {"python", "dockerfile", "console"}


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.title)
def test_stage(stage: Stage, pytester: pytest.Pytester) -> None:
    """With the files of a stage, pytest finds the tests that its command names, with a plan for each."""
    written(stage, pytester.path)
    arguments = {*stage.arguments} - {"-v", "--docker-plan"}
    result = pytester.runpytest_subprocess("--docker-plan", "-p", "no:cacheprovider", *sorted(arguments))
    assert result.ret == 0
    is_plan = "--docker-plan" in stage.arguments
    tests = [line.partition(" ")[0] for line in stage.seen if line.startswith("test_")]
    result.stdout.fnmatch_lines(stage.seen if is_plan else tests or ["*"])
