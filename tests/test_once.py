"""Pulls and builds that the workers of xdist do once per run, on an engine in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from pytest_docker_tools import meeting
from pytest_docker_tools.exceptions import BuildFailed, UsageError
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

from .conftest import Run, RunWorkers

HEADER = "from io import BytesIO\nimport pytest\nfrom pytest_docker_tools import *\n"
TEST = """
def test_it(it):
    with open('ids', 'a') as ids:
        for image in it if isinstance(it, list) else [it]:
            print(image.id, file=ids)
"""
FETCH = HEADER + "it = fetch(repository='registry.example/app')\n" + TEST
BUILD = HEADER + "it = build(fileobj=BytesIO(b'FROM scratch'), tag='built')\n" + TEST


@pytest.fixture(autouse=True)
def images(engine: MemoryEngine) -> None:
    """There is an image to pull, and each build gives another one."""
    built: list[Mapping[str, Any]] = []

    def build(options: Mapping[str, Any]) -> MemoryImage:
        built.append(options)
        return MemoryImage(labels={"number": str(len(built))})

    engine.on_build(build)
    for tag in ("latest", "v1", "v2"):
        engine.registry[f"registry.example/app:{tag}"] = MemoryImage(labels={"tag": tag})


def asked(engine: MemoryEngine) -> list[str]:
    """Give the pulls and builds that the engine did."""
    return [verb for verb, _ in engine.calls if verb in ("pull_image", "build_image")]


def ids(pytester: pytest.Pytester) -> list[str]:
    return (pytester.path / "ids").read_text().split()


def passes(run_workers: RunWorkers, *arguments: str, **options: Any) -> None:
    _, workers = run_workers(3, *arguments, **options)
    for worker in workers:
        worker.assert_outcomes(passed=1)


@pytest.mark.parametrize(("project", "verb"), [(FETCH, "pull_image"), (BUILD, "build_image")])
def test_workers_do_it_once(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine, project: str, verb: str
) -> None:
    """All workers get the image that one of them has pulled or built."""
    pytester.makepyfile(test_it=project)
    passes(run_workers)
    assert asked(engine) == [verb]
    assert len(ids(pytester)) == 3
    assert len({*ids(pytester)}) == 1


def test_workers_whose_environment_is_another_one(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers meet where their controller was told to, whatever their own environment says by then."""
    pytester.makepyfile(test_it=FETCH)
    passes(run_workers, before=lambda number: monkeypatch.setenv("XDG_CACHE_HOME", str(pytester.path / str(number))))
    assert asked(engine) == ["pull_image"]


def test_workers_that_cannot_meet(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no folder for workers to meet in, each does it."""
    monkeypatch.setattr(meeting, "folder", Mock(side_effect=UsageError("there is none")))
    pytester.makepyfile(test_it=FETCH)
    passes(run_workers)
    assert asked(engine) == ["pull_image"] * 3


@pytest.mark.parametrize(("project", "verb"), [(FETCH, "pull_image"), (BUILD, "build_image")])
def test_each_run_does_it(
    pytester: pytest.Pytester, run_workers: RunWorkers, run: Run, engine: MemoryEngine, project: str, verb: str
) -> None:
    """What one run has done is nothing that another one, with workers or without, takes for its own."""
    pytester.makepyfile(test_it=project)
    passes(run_workers)
    passes(run_workers, before=lambda number: run().assert_outcomes(passed=1))
    assert asked(engine) == [verb] * 5


def test_all_tags(pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine) -> None:
    """Images that are pulled by their repository, of which none is "latest", are the same for all workers."""
    del engine.registry["registry.example/app:latest"]
    pytester.makepyfile(
        test_it=HEADER + "it = fetch(repository='registry.example/app', all_tags=True)\n" + TEST,
    )
    passes(run_workers)
    assert asked(engine) == ["pull_image"]
    assert len(ids(pytester)) == 6
    assert len({*ids(pytester)}) == 2


def test_stages(pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine) -> None:
    """The stages of a build are built with it, once, and other stages are another build."""
    stages = "it, other = [build(fileobj=b'FROM scratch', stages={'base': tag}) for tag in ['one', 'two']]\n"
    pytester.makepyfile(test_it=HEADER + stages + TEST + "def test_other(other): ...")
    _, workers = run_workers(2)
    for worker in workers:
        worker.assert_outcomes(passed=2)
    built = [arguments["options"] for verb, arguments in engine.calls if verb == "build_image"]
    assert [options.get("target") for options in built] == ["base", None, "base", None]


@pytest.mark.parametrize(
    "definitions",
    [
        "build(fileobj=b'FROM scratch'), build(fileobj=b'FROM app')",
        "build(fileobj=b'FROM scratch', buildargs={'A': '1'}), build(fileobj=b'FROM scratch', buildargs={'A': '2'})",
        "fetch(repository='registry.example/app', tag='v1'), fetch(repository='registry.example/app', tag='v2')",
    ],
)
def test_other_definitions_are_done_each(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine, definitions: str
) -> None:
    """Two fixtures whose definitions differ are two pulls or builds."""
    pytester.makepyfile(test_it=f"{HEADER}it, other = {definitions}\n{TEST}\ndef test_other(other): ...")
    _, workers = run_workers(2)
    for worker in workers:
        worker.assert_outcomes(passed=2)
    assert len(asked(engine)) == 2


def test_values_of_each_worker_are_done_each(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine
) -> None:
    """A build with something of the worker's own is that worker's."""
    pytester.makepyfile(
        test_it=HEADER
        + "@pytest.fixture(scope='session')\n"
        + "def who(pytestconfig):\n    return pytestconfig.workerinput['workerid']\n"
        + "it = build(fileobj=b'FROM scratch', buildargs={'WHO': '{who}'})\n"
        + TEST
    )
    passes(run_workers)
    assert asked(engine) == ["build_image"] * 3
    assert len({*ids(pytester)}) == 3


def test_without_workers_each_fixture_asks(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """Two fixtures with one definition are two builds where there are no workers, and nothing is noted of them."""
    two = "it, same = [build(fileobj=b'FROM scratch') for _ in range(2)]\n"
    pytester.makepyfile(test_it=HEADER + two + TEST + "def test_same(same): ...")
    run().assert_outcomes(passed=2)
    assert len(asked(engine)) == 2
    assert [*meeting.folder().rglob("images")] == []


def test_each_engine_is_asked(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One definition on two engines is one build on each of them."""
    other = MemoryEngine()
    monkeypatch.setattr(MemoryEngine, "other", other, raising=False)
    other_client = """
from pytest_docker_tools.client import Client
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

@pytest.fixture(scope='session')
def docker_client():
    with Client(MemoryDriver(MemoryEngine.other)) as client:
        yield client
"""
    build = "it = build(fileobj=BytesIO(b'FROM scratch'), tag='built')\ndef test_it(it): ..."
    pytester.makepyfile(test_here=HEADER + build, test_there=HEADER + other_client + build)
    _, workers = run_workers(3)
    for worker in workers:
        worker.assert_outcomes(passed=2)
    assert asked(engine) == asked(other) == ["build_image"]


@pytest.mark.parametrize("definition", ["fetch(repository='registry.example/app', ", "build(fileobj=b'FROM scratch', "])
def test_a_shorter_scope_asks_each_time(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine, definition: str
) -> None:
    """A fixture of a shorter scope pulls, or builds, as often as pytest sets it up."""
    pytester.makepyfile(
        test_it=f"{HEADER}it = {definition}scope='function')\n"
        "@pytest.mark.parametrize('turn', range(2))\ndef test_it(it, turn): ..."
    )
    _, workers = run_workers(2)
    for worker in workers:
        worker.assert_outcomes(passed=2)
    assert len(asked(engine)) == 4


@pytest.mark.parametrize("project", [FETCH, BUILD])
def test_an_image_that_was_removed_is_made_again(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine, project: str
) -> None:
    """A worker that finds the image gone, as a test has removed it, pulls or builds it again."""
    pytester.makepyfile(test_it=project)

    def before(number: int) -> None:
        if number == 1:
            MemoryDriver(engine).remove("image", ids(pytester), force=True)

    passes(run_workers, before=before)
    assert len(asked(engine)) == 2
    assert len(ids(pytester)) == 3


def test_an_unfinished_answer_counts_for_nothing(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that ends while it notes what it has built leaves nothing that another one would take for an image."""
    pytester.makepyfile(test_it=BUILD)
    write = meeting.write

    def write_half(file: Any, text: str) -> None:
        file.with_name("half.unfinished").write_text(text[:5])
        monkeypatch.setattr(meeting, "write", write)
        raise KeyboardInterrupt

    monkeypatch.setattr(meeting, "write", write_half)
    _, (first, *others) = run_workers(3)
    assert first.ret == pytest.ExitCode.INTERRUPTED
    for worker in others:
        worker.assert_outcomes(passed=1)
    assert len(asked(engine)) == 2


def test_a_failure_is_told_to_the_others(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine
) -> None:
    """A build that fails is tried once, and the other workers say whose it was, and what it said."""
    pytester.makepyfile(test_it=BUILD)

    def fail(options: Mapping[str, Any]) -> MemoryImage:
        raise BuildFailed("Step 2 has failed.", log="step 1\nstep 2\n")

    engine.on_build(fail)
    _, (first, *others) = run_workers(3)
    first.stdout.fnmatch_lines(["E *BuildFailed: Step 2 has failed."])
    for worker in others:
        worker.assert_outcomes(errors=1)
        worker.stdout.fnmatch_lines(
            ["E *FailedElsewhere: build 'it' (*test_it.py:4) *this run's worker gw0: BuildFailed: Step 2 has failed."]
        )
        worker.stdout.no_fnmatch_line("*contextlib*")
    assert len(asked(engine)) == 1


def names(files: Sequence[str]) -> set[str]:
    """Give the names of files for images, each of which is given with its content."""
    return {
        Path(path).name for path in (file.partition("\n")[0] for file in files) if Path(path).parent.name == "images"
    }


def test_secrets_are_in_no_file(pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine) -> None:
    """Neither the names nor the contents of files that workers leave for each other have a secret of a definition.

    Nor does a name tell that two runs have the same.
    """
    pytester.makepyfile(
        test_it=HEADER
        + "it = build(fileobj=b'FROM scratch', secrets={'a': 'hunter2'}, buildargs={'B': 'hunter2'})\n"
        + "pulled = fetch(repository='registry.example/app', auth_config={'username': 'u', 'password': 'hunter2'})\n"
        + "def test_it(it, pulled): ..."
    )
    engine.logins["registry.example/app"] = ("u", "hunter2")
    seen: list[str] = []

    def before(number: int) -> None:
        for file in meeting.folder().rglob("*"):
            seen.append(f"{file}\n{file.read_text() if file.is_file() else ''}")

    passes(run_workers, before=before)
    assert asked(engine) == ["build_image", "pull_image"]
    of_first = names(seen)
    passes(run_workers, before=before)
    assert len(of_first) == 4
    assert len(names(seen)) == 8
    assert "hunter2" not in "\n".join(seen)
