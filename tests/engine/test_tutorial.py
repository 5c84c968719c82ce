"""The tutorial shows what happens."""

from __future__ import annotations

import pytest

from ..conftest import Stage, stages_of_the_tutorial, write_stage

# Those that CI has, in place of the public ones.
IMAGES = {
    "python:3.12-slim": "localhost/pytest-docker-tools/python:latest",
    "redis:7": "localhost/pytest-docker-tools/redis:latest",
}


def with_images_of_ours(stage: Stage, mark: str) -> Stage:
    built = f'build(path="app", nocache=True, labels={{"made-for": "{mark}"}})'
    files = {}
    for name, text in stage.files.items():
        for public, ours in IMAGES.items():
            text = text.replace(public, ours)
        files[name] = text.replace('build(path="app")', built)
    return stage._replace(files=files)


@pytest.mark.parametrize("stage", list(stages_of_the_tutorial()), ids=lambda stage: stage.title)
def test_stage(stage: Stage, pytester: pytest.Pytester, backend: str, mark: str) -> None:
    """The command of a stage, in a folder with its files, writes what the page says, and fails where that shows it."""
    write_stage(with_images_of_ours(stage, mark), pytester.path)
    pytester.makeini("[pytest]\ndocker_pull_policy = missing\n")
    options = [f"--docker-backend={backend}", "-p", "no:cacheprovider", *stage.arguments]
    result = pytester.runpytest_subprocess(*options, timeout=600)
    result.stdout.fnmatch_lines(stage.seen)
    fails = any("failed in" in line for line in stage.seen)
    assert result.ret == (pytest.ExitCode.TESTS_FAILED if fails else pytest.ExitCode.OK)
