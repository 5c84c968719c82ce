"""What workers pull and build once, on a real engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pytest_docker_tools.driver import Driver

from ..conftest import Project, Push
from .conftest import EACH, IMPORTS, Events


class TestImages:
    """What is pulled, or built, is so once per run."""

    @pytest.fixture
    def pulled(self, push: Push, registry: str, driver: Driver) -> Iterator[str]:
        """The repository of an image with the tags v1 and v2, which the engine does not have."""
        repository = f"{registry}/{push('v1', 'v2')}"
        yield repository
        driver.remove("image", [f"{repository}:{tag}" for tag in ("v1", "v2")], force=True)

    def test_workers_have_the_same(self, project: Project, events: Events, no_folder_left: Path, pulled: str) -> None:
        """One of four workers pulls and builds each definition, and function-scoped ones are built by each."""
        result = project(
            IMPORTS
            + f"""
from io import BytesIO

def dockerfile():
    return BytesIO(b'FROM %s\\nARG A\\nRUN head -c 16 /dev/urandom > /random' % BASE.encode())

built, same, other = [
    build(fileobj=dockerfile(), nocache=True, labels=MARK, buildargs={{'A': a}}) for a in ('1', '1', '2')
]
# With values of their own, as BuildKit does the same step of two builds at a time once.
own = build(
    fileobj=dockerfile(), nocache=True, labels=MARK, buildargs={{'A': lambda worker_id: worker_id}}, scope='function'
)
v1, again, v2 = [fetch(repository={pulled!r}, tag=tag) for tag in ('v1', 'v1', 'v2')]

def test_session(built, same, other, v1, again, v2):
    note('session', *(image.id for image in (built, same, other, v1, again, v2)))

def test_own(own):
    note('own', own.id)
""",
            "-n4",
            EACH,
        )
        result.assert_outcomes(passed=8)
        [ids] = {tuple(event[2:]) for event in events("session")}
        built, same, other, v1, again, v2 = ids
        assert built == same != other
        assert v1 == again != v2
        assert len({event[2] for event in events("own")}) == len(events("own")) == 4
        assert len(events("build_image")) == 2 + 4
        assert len(events("pull_image")) == 2

    def test_stages_and_tags(
        self, project: Project, events: Events, no_folder_left: Path, pulled: str, named: Callable[..., str]
    ) -> None:
        """A build's stages, and all tags of a repository, are for all workers as well."""
        base = named("image", "base")
        result = project(
            IMPORTS
            + f"""
from io import BytesIO

it = build(
    fileobj=BytesIO(b'FROM %s AS base\\nLABEL base=1\\nFROM base\\nLABEL it=1' % BASE.encode()), nocache=True,
    labels=MARK, stages={{'base': {base!r}}},
)
stage = image(name={base!r}, depends_on=[it])
tags = fetch(repository={pulled!r}, all_tags=True)

def test_it(it, stage, tags):
    note('it', it.id, stage.id, *sorted(image.id for image in tags))
""",
            "-n2",
            EACH,
        )
        result.assert_outcomes(passed=2)
        [ids] = {tuple(event[2:]) for event in events("it")}
        assert len({*ids}) == 4
        assert len(events("build_image")) == 2
        assert len(events("pull_image")) == 1

    def test_one_that_was_removed_is_made_again(
        self, project: Project, events: Events, no_folder_left: Path, pulled: str
    ) -> None:
        """A worker that asks when a test has removed the image pulls, or builds, another one."""
        result = project(
            IMPORTS
            + f"""
from io import BytesIO

built = build(
    fileobj=BytesIO(b'FROM %s\\nRUN head -c 16 /dev/urandom > /random' % BASE.encode()), nocache=True, labels=MARK
)
pulled = fetch(repository={pulled!r}, tag='v1')

def test_waits():
    if WORKER == 'gw1':
        wait_for('removed')

def test_it(built, pulled, docker_client):
    note('it', built.id, pulled.id)
    if WORKER == 'gw0':
        driver_of(docker_client).remove('image', [built.id, {pulled + ":v1"!r}], force=True)
        note('removed')
""",
            "-n2",
            EACH,
        )
        result.assert_outcomes(passed=4)
        first, second = events("it")
        assert first[2] != second[2]
        assert first[3] == second[3]
        assert len(events("build_image")) == len(events("pull_image")) == 2

    def test_a_build_that_fails_is_tried_once(self, project: Project, events: Events, no_folder_left: Path) -> None:
        """A step that fails does so in one worker, and the others say whose it was, and what it said."""
        result = project(
            "it = build(nocache=True, fileobj=__import__('io').BytesIO("
            "b'FROM %s\\nRUN echo kaputt && exit 7' % BASE.encode()))\ndef test_it(it): ...",
            "-n2",
            EACH,
        )
        result.assert_outcomes(errors=2)
        result.stdout.fnmatch_lines_random(["E *BuildFailed: *", "E *FailedElsewhere: build 'it' *: BuildFailed: *"])
        assert result.stdout.str().count("kaputt") > 1
        assert len(events("build_image")) == 1
