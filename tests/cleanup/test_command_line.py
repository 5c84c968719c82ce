"""`pytest --docker-cleanup` on the command line, in place of a run and beside others."""

from __future__ import annotations

import uuid

import pytest

from pytest_docker_tools import meeting
from pytest_docker_tools.exceptions import Conflict, DeadlineExceeded, DriverError, EngineUnavailable, Forbidden
from pytest_docker_tools.runs import Run as PytestRun
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

from ..conftest import Run
from .conftest import SHOP, Make, names


@pytest.fixture
def opens(engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plugin opens the engine in memory."""
    monkeypatch.setattr("pytest_docker_tools.drivers.open_driver", lambda backend, settings: MemoryDriver(engine))


TOUCHING = "open('was-run', 'w')\ndef test_it(): assert False"


@pytest.mark.usefixtures("opens")
@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["-q"],
        ["-v"],
        ["-n", "2"],
        ["-n", "2", "--dist=loadscope"],
        ["-p", "no:terminal"],
        ["-s"],
        ["--docker-plan"],
        ["--reuse-containers"],
        ["--docker-keep=failed"],
        ["--collect-only"],
        ["--lf"],
        ["test_it.py", "nowhere"],
    ],
    ids=" ".join,
)
def test_no_test_is_run(pytester: pytest.Pytester, engine: MemoryEngine, arguments: list[str]) -> None:
    """Nothing is collected, nor run, whatever other options there are."""
    pytester.makepyfile(test_it=TOUCHING)
    result = pytester.runpytest_inprocess(*arguments, "--docker-cleanup")
    assert result.ret == 0
    assert result.outlines == [f"nothing of this library is on the engine at {engine.url}"]
    assert not (pytester.path / "was-run").exists()


@pytest.mark.usefixtures("opens")
def test_options_of_the_project(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """What the project adds to each command line changes nothing."""
    pytester.makeini("[pytest]\naddopts = -n 2 --dist=loadfile --docker-plan -ra\n")
    pytester.makepyfile(test_it=TOUCHING)
    assert run("--docker-cleanup=all").outlines == [f"nothing of this library is on the engine at {engine.url}"]


@pytest.mark.usefixtures("opens")
@pytest.mark.parametrize("option", ["--help", "-h", "--version", "-VV"])
def test_a_question_is_answered(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, option: str) -> None:
    """Who asks for help gets that, and nothing is removed."""
    assert run(option, "--docker-cleanup").ret == 0
    assert engine.calls == []


@pytest.mark.usefixtures("opens")
@pytest.mark.parametrize("given", ["=some", "=", " test_it.py"])
def test_what_follows_the_option(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, given: str) -> None:
    """A value that it does not have, for which a path is taken that follows, is an error that says so."""
    pytester.makepyfile(test_it=TOUCHING)
    result = run(*f"--docker-cleanup{given}".split(" "))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    value = given.lstrip("= ")
    result.stderr.fnmatch_lines([f"*--docker-cleanup: takes no tests*no value but 'all', not {value!r}"])
    assert engine.calls == []


@pytest.mark.usefixtures("opens")
@pytest.mark.parametrize("error", [EngineUnavailable("no engine"), DeadlineExceeded("too late"), Forbidden("not you")])
def test_no_engine(run: Run, engine: MemoryEngine, error: DriverError) -> None:
    """An engine that is not there, or does not say what it has, is a sentence, and an exit code of its own."""
    engine.fail("ids", error)
    result = run("--docker-cleanup")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.outlines == []
    assert [line for line in result.errlines if line] == [f"ERROR: {error}"]


@pytest.mark.usefixtures("opens")
def test_an_interrupt(make: Make, pytester: pytest.Pytester, engine: MemoryEngine, run: Run) -> None:
    """Ctrl-C ends it with pytest's code for that, without a traceback; what was being removed is."""
    ended = PytestRun(meeting.folder(), uuid.uuid4().hex, "main")
    for name in "ab":
        make(ended, "volume", name)
    ended.close()
    engine.fail("remove", KeyboardInterrupt())
    result = run("--docker-cleanup")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert result.outlines == result.errlines == []
    assert names(engine) == ["b"]


def test_no_driver(run: Run) -> None:
    """A backend that is not installed is a sentence, too."""
    result = run("--docker-cleanup", "--docker-backend=nothing")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: There is no docker backend named 'nothing'. Installed: *"])


@pytest.mark.usefixtures("opens")
def test_a_conftest_that_cannot_be_imported(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """It is pytest's error, before anything is removed; --noconftest does without."""
    pytester.makeconftest("import nowhere")
    result = run("--docker-cleanup")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*No module named 'nowhere'"])
    assert engine.calls == []
    assert run("--docker-cleanup", "--noconftest").ret == 0


@pytest.mark.usefixtures("opens")
def test_what_a_run_could_not_remove(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """What a run has left, as the engine did not remove it then, is removed; what cannot be gives an exit code of 1."""
    pytester.makepyfile(SHOP + "def test_it(db): ...")
    for _ in range(3):
        engine.fail("remove", Conflict("not now"))
    images = MemoryDriver(engine).ids("image")
    assert run().ret == pytest.ExitCode.TESTS_FAILED
    engine.fail("remove", Conflict("not now either"))
    result = run("--docker-cleanup")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["failed   container * not now either"])
    assert run("--docker-cleanup").ret == 0
    assert names(engine) == []
    assert MemoryDriver(engine).ids("image") == images


@pytest.mark.usefixtures("opens")
@pytest.mark.parametrize("option", ["--reuse-containers", "--docker-keep=failed"])
def test_what_a_run_keeps(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, option: str) -> None:
    """What a run has kept for the next one, or for its failed tests, goes only with all."""
    pytester.makepyfile(SHOP + "def test_it(db): assert False")
    run(option).assert_outcomes(failed=1)
    assert names(engine) == ["shop-data", "shop-db", "shop-net"]
    assert run("--docker-cleanup").outlines[-1] == f"3 kept on the engine at {engine.url}"
    assert run("--docker-cleanup=all").outlines[-1] == f"3 removed on the engine at {engine.url}"
    assert names(engine) == []


@pytest.mark.usefixtures("opens")
@pytest.mark.parametrize("option", ["-q", "--reuse-containers", "--docker-keep=failed"])
def test_a_run_keeps_what_it_has(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, option: str) -> None:
    """While a run goes on, nothing of it is removed."""
    pytester.makepyfile(
        SHOP
        + "def test_it(db, docker_client):\n"
        + "    from pytest_docker_tools import cleanup\n"
        + "    cleanup.run(docker_client.driver, print, everything=True)"
    )
    result = run(option, "-s")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines_random(
        [f"*kept  *{name}*its run goes on" for name in ("shop-db", "shop-net", "shop-data")]
    )
