"""The end of a run: the section on the terminal, the page, and what workers hand over."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ..conftest import Run, RunWorkers
from .conftest import Parser

TESTS = """
from pytest_docker_tools import container, network
net = network(scope='session')
db = container(image='app', network='{net.name}')
def test_one(db): ...
def test_two(db): ...
"""


@pytest.fixture(autouse=True)
def project(pytester: pytest.Pytester) -> None:
    """A project with two tests that have a container each, and a network in common."""
    pytester.makepyfile(test_it=TESTS)


def test_the_table(run: Run) -> None:
    """--docker-timings adds a section to the end, with what was made, and how often, and no page."""
    result = run("--docker-timings")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [
            "*= docker timings =*",
            "seconds * made *total *create *start *wait *remove",
            "*db (container) * 2 *",
            "all * 3 *",
            "The engine did this within * s of the run's * s, * things at a time.",
            "Tests waited *",
        ]
    )
    assert "generated" not in result.stdout.str()


def test_without_the_option(run: Run) -> None:
    """Nothing is said that nobody asked for."""
    assert "timings" not in run().stdout.str()


def test_verbose(pytester: pytest.Pytester, run: Run) -> None:
    """More than ten fixtures are listed with -v only."""
    names = [f"n{number}" for number in range(11)]
    made = "\n".join(f"{name} = network()" for name in names)
    pytester.makepyfile(
        test_it=f"from pytest_docker_tools import network\n{made}\ndef test_it({', '.join(names)}): ..."
    )
    assert "\n1 more " in run("--docker-timings").stdout.str()
    assert "1 more" not in run("--docker-timings", "-v").stdout.str()


def test_the_page(pytester: pytest.Pytester, run: Run) -> None:
    """--docker-timings-page writes a page, below where pytest was started, makes folders, and says where it is."""
    result = run("--docker-timings-page=out/timings.html")
    file = pytester.path / "out" / "timings.html"
    result.stdout.fnmatch_lines([f"*- generated docker timings: {file} -*"])
    assert "docker timings =" not in result.stdout.str()
    titles = [row["data-title"] for row in Parser(file.read_text("utf-8")).of_class("row") if "id" in row]
    assert titles == ["net", "db", "db"]


def test_the_page_follows_no_change_of_folder(pytester: pytest.Pytester, run: Run) -> None:
    """A test that changes the working directory does not take the page along."""
    pytester.makepyfile(test_cd="def test_cd(tmp_path):\n    import os\n    os.chdir(tmp_path)")
    run("--docker-timings-page=timings.html")
    assert (pytester.path / "timings.html").exists()


def test_a_page_of_before_is_replaced(pytester: pytest.Pytester, run: Run) -> None:
    """The file has the last run alone."""
    file = pytester.path / "timings.html"
    file.write_text("before" * 100_000)
    run(f"--docker-timings-page={file}")
    assert "before" * 3 not in file.read_text("utf-8")


@pytest.mark.parametrize("arguments", [["--docker-plan"], ["--collect-only"], ["--setup-plan"], ["--fixtures"]])
def test_without_a_run(pytester: pytest.Pytester, run: Run, arguments: list[str]) -> None:
    """Where no test runs nothing is said and nothing is written."""
    result = run("--docker-timings", "--docker-timings-page=out/timings.html", *arguments)
    assert result.ret == 0
    assert "docker timings" not in result.stdout.str()
    assert not (pytester.path / "out").exists()


@pytest.mark.parametrize("workers", [[], ["-n1"]])
def test_a_run_without_containers(pytester: pytest.Pytester, workers: list[str]) -> None:
    """A run that has not even factories says so, and has a page, in place of one of before."""
    pytester.makepyfile(test_it="def test_it(): ...")
    page = pytester.path / "timings.html"
    page.write_text("old")
    result = pytester.runpytest_subprocess("--docker-timings", "--docker-timings-page=timings.html", *workers)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["The engine did nothing for a fixture in this run."])
    assert page.read_text() != "old"


@pytest.mark.parametrize("place", ["folder", "file/timings.html"])
def test_no_place_for_a_page(pytester: pytest.Pytester, run: Run, place: str) -> None:
    """A folder, and a path below a file, is refused before anything is run."""
    pytester.mkdir("folder")
    (pytester.path / "file").write_text("")
    result = run(f"--docker-timings-page={place}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*--docker-timings-page takes a file that can be written, not *{place}'."])
    assert "INTERNALERROR" not in result.stdout.str() + result.stderr.str()


@pytest.mark.parametrize("is_there", [True, False])
def test_what_may_not_be_written(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    """A file, or else the nearest folder that there is, has to be one that this user may write."""
    asked: list[Path] = []

    def access(path: Path, mode: int) -> bool:
        asked.append(path)
        return mode != os.W_OK

    place = pytester.path / "new" / "timings.html" if not is_there else pytester.path / "timings.html"
    if is_there:
        place.write_text("")
    monkeypatch.setattr("pytest_docker_tools.timings.ending.os.access", access)
    assert run(f"--docker-timings-page={place}").ret == pytest.ExitCode.USAGE_ERROR
    assert asked == [place if is_there else pytester.path]


def test_a_folder_that_may_not_be_searched(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody says whether the file is there it is refused as well."""
    closed, exists = pytester.mkdir("closed"), Path.exists

    def ask(path: Path) -> bool:
        if closed in path.parents:
            raise PermissionError(13, "Permission denied", str(path))
        return exists(path)

    # It cannot be closed to root, as whom tests may run.
    monkeypatch.setattr(Path, "exists", ask)
    result = run("--docker-timings-page=closed/new/timings.html")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--docker-timings-page takes a file that can be written, not *timings.html'."])
    assert "INTERNALERROR" not in result.stdout.str() + result.stderr.str()


def test_a_page_that_cannot_be_written_in_the_end(pytester: pytest.Pytester, run: Run) -> None:
    """What has come in between is said in place of where the page is, and does not fail the run."""
    pytester.makepyfile(test_cd="def test_cd():\n    import pathlib\n    pathlib.Path('timings.html').mkdir()")
    result = run("--docker-timings-page=timings.html")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["*- no docker timings, as '*timings.html' cannot be written: Is a directory -*"])


def test_workers(pytester: pytest.Pytester, run_workers: RunWorkers) -> None:
    """The controller has one table and one page of what all workers did, of whom none writes a page."""
    file = pytester.path / "timings.html"
    seen = []
    result, _ = run_workers(
        2, "--docker-timings", f"--docker-timings-page={file}", before=lambda number: seen.append(file.exists())
    )
    result.stdout.fnmatch_lines(["*db (container) * 4 *", "Tests (of 2 workers, *"])
    assert seen == [False, False]
    found = Parser(file.read_text("utf-8"))
    assert [*found.text("h3")] == ["gw0", "gw1"]
    assert len([row for row in found.of_class("row") if "id" in row]) == 6


def test_where_the_page_goes_is_no_business_of_workers(pytester: pytest.Pytester, run_workers: RunWorkers) -> None:
    """A worker runs where the page could not be written, as it may be on another machine."""
    _, [worker] = run_workers(1, "--docker-timings-page=page", before=lambda number: pytester.mkdir("page"))
    worker.assert_outcomes(passed=2)


def test_workers_of_xdist(pytester: pytest.Pytester) -> None:
    """With pytest-xdist the page has the lanes of its workers, by their names and in their order."""
    pytester.makeconftest("""
        import pytest
        from pytest_docker_tools.client import Client
        from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

        @pytest.fixture(scope='session')
        def docker_client():
            engine = MemoryEngine()
            engine.add_image('app', MemoryImage())
            with Client(MemoryDriver(engine)) as client:
                yield client
    """)
    result = pytester.runpytest_subprocess("-n2", "--dist=each", "--docker-timings", "--docker-timings-page=t.html")
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["*= docker timings =*", "*db (container) * 4 *", "*- generated docker timings: *"])
    found = Parser((pytester.path / "t.html").read_text("utf-8"))
    assert [*found.text("h3")] == ["gw0", "gw1"]


def test_a_run_that_is_interrupted(pytester: pytest.Pytester, run: Run) -> None:
    """What was done until then is told of."""
    pytester.makepyfile(test_z="def test_z():\n    raise KeyboardInterrupt")
    result = run("--docker-timings", "--docker-timings-page=timings.html")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*db (container) * 2 *", "*- generated docker timings: *"])
