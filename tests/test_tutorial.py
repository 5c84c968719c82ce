"""The tutorial is whole: what it shows is enough, and is what pytest and this library take."""

from __future__ import annotations

import re

import pytest

from .conftest import TUTORIAL, TUTORIAL_BLOCK, Stage, stages_of_the_tutorial, write_stage

STAGES = list(stages_of_the_tutorial())


def test_it_has_stages() -> None:
    """Each section with a number ends in something to see, and nothing on the page is of a kind that is not tried."""
    page = TUTORIAL.read_text()
    titles = re.findall(r"^## (\d\. .*)$", page, re.MULTILINE)
    assert list(dict.fromkeys(stage.title for stage in STAGES)) == titles
    assert {block["language"] for block in TUTORIAL_BLOCK.finditer(page)} == {
        "python",
        "dockerfile",
        "console",
    }


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.title)
def test_stage(stage: Stage, pytester: pytest.Pytester) -> None:
    """With the files of a stage, pytest finds the tests that its command names, with a plan for each."""
    write_stage(stage, pytester.path)
    arguments = {*stage.arguments} - {"-v", "--docker-plan"}
    result = pytester.runpytest_subprocess("--docker-plan", "-p", "no:cacheprovider", *sorted(arguments))
    assert result.ret == 0
    is_plan = "--docker-plan" in stage.arguments
    tests = [line.partition(" ")[0] for line in stage.seen if line.startswith("test_")]
    # Where a page shows a failure in place of names, the file of the command has a test.
    tests = tests or [f"{name}::test_*" for name in arguments]
    assert tests
    result.stdout.fnmatch_lines(stage.seen if is_plan else tests)
