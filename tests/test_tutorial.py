"""The tutorial is whole: what it shows is enough, and is what pytest and this library take."""

from __future__ import annotations

import re

import pytest

from .guides import BLOCK, DOCS, Stage, stages, written

PAGE = DOCS / "tutorial.md"
STAGES = stages(PAGE)


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
