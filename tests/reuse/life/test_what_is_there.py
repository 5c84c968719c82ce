"""What a run finds is started and waited for; where it cannot be used, it is made anew, or told."""

from __future__ import annotations

import pytest

from pytest_docker_tools.exceptions import EngineError, EngineUnavailable
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

from ...conftest import Run
from ..conftest import HEADER, said, there, used_elsewhere, verbs
from .conftest import REUSED, is_used, write, write_one


class TestWhatIsThere:
    def test_a_stopped_one_is_started(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """A container that was stopped between the runs is started and waited for."""
        write(pytester)
        run("--reuse-containers").assert_outcomes(passed=1)
        MemoryDriver(engine).stop("the-container")
        result = run("--reuse-containers")
        result.assert_outcomes(passed=1)
        assert said(result) == REUSED

    def test_a_paused_one_goes_on(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """A container that a test left paused is used again."""
        write(pytester)
        run("--reuse-containers").assert_outcomes(passed=1)
        MemoryDriver(engine).pause("the-container")
        result = run("--reuse-containers")
        result.assert_outcomes(passed=1)
        assert said(result) == REUSED

    def test_one_that_has_ended_as_it_was_to(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """A container that was waited for until it ended is not run again."""
        engine.add_image("app", MemoryImage(exits_with=0))
        write_one(pytester, ", wait_for=__import__('pytest_docker_tools.probes').probes.Exited()")
        run("--reuse-containers").assert_outcomes(passed=1)
        verbs(engine)
        result = run("--reuse-containers")
        result.assert_outcomes(passed=1)
        assert said(result) == ["container it (it): reused"]
        assert "start" not in verbs(engine)

    def test_it_is_probed(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """One that does not get ready any more is made anew, and a line says why it could not be used."""
        write_one(pytester, ", timeout=0, wait_for=lambda container: not Path('broken').exists() or not broken()")
        with (pytester.path / "test_it.py").open("a") as file:
            file.write("\n\ndef broken():\n    Path('broken').unlink()\n    return True\n")
        run("--reuse-containers").assert_outcomes(passed=1)
        first = there(engine)
        (pytester.path / "broken").touch()
        result = run("--reuse-containers")
        result.assert_outcomes(passed=1)
        [line] = said(result)
        assert line.startswith(
            "container it (it): made anew, as what there was could not be used: Container 'it' was not ready"
        )
        assert not line.endswith(".")
        assert there(engine) != first

    def test_one_that_cannot_be_started(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """One that an engine refuses to start again is made anew."""
        write_one(pytester)
        run("--reuse-containers").assert_outcomes(passed=1)
        first = there(engine)
        MemoryDriver(engine).stop("it")
        engine.fail("start", EngineError("its network is gone.\nAnd so on."))
        result = run("--reuse-containers")
        result.assert_outcomes(passed=1)
        assert said(result) == [
            "container it (it): made anew, as what there was could not be used: its network is gone"
        ]
        assert there(engine) != first

    def test_one_that_gives_no_reason(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """An error without a text says no more than that it could not be used."""
        write_one(pytester)
        run("--reuse-containers").assert_outcomes(passed=1)
        MemoryDriver(engine).stop("it")
        engine.fail("start", EngineError(""))
        assert said(run("--reuse-containers")) == [
            "container it (it): made anew, as what there was could not be used: "
        ]

    def test_not_while_others_use_it(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """One that cannot be used here, but is in use by another run, stays, and the error says what was the matter."""
        write_one(pytester)
        run("--reuse-containers").assert_outcomes(passed=1)
        first = there(engine)
        MemoryDriver(engine).stop("it")
        engine.fail("start", EngineError("it is broken."))
        with used_elsewhere(engine, "container", "it"):
            result = run("--reuse-containers")
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(
            [
                "E  *NotReusable: container 'it' (*) makes the container 'it' anew, as what there was could not be "
                "used: it is broken. For that the container 'it' would have to be removed. Another run, or another "
                "worker of this one, is using it at this moment, so nothing was removed. *"
            ]
        )
        assert there(engine) == first

    @pytest.mark.parametrize("verb", ["inspect", "start", "ids", "remove", "create_container"])
    @pytest.mark.usefixtures("unguarded")
    def test_the_engine_goes_away(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine, verb: str) -> None:
        """An engine that goes away at any step is told, and not taken for a container that cannot be used."""
        write_one(pytester)
        run("--reuse-containers").assert_outcomes(passed=1)
        if verb in ("ids", "remove", "create_container"):
            write_one(pytester, ", labels={'new': '1'}")
        MemoryDriver(engine).stop("it")
        engine.fail(verb, EngineUnavailable("the engine is gone"))
        result = run("--reuse-containers")
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(["E  *EngineUnavailable: the engine is gone"])
        assert list(there(engine)) == ([] if verb == "create_container" else ["it"])
        assert said(result) == []
        assert not is_used(engine, "container", "it")

    def test_what_an_error_leaves(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """What was found, and then could not be asked, is not what later tests of the run have."""
        pytester.makepyfile(
            test_it=HEADER
            + "from pytest_docker_tools import ledger\nit = container(image='app', name='it')\n"
            + "def test_first(it): ...\n"
            + "def test_second(request, it):\n"
            + "    [entry] = [entry for entry in ledger.of(request.config).entries if not entry.ended]\n"
            + "    assert entry.container is it\n"
        )
        run("--reuse-containers").assert_outcomes(passed=2)
        MemoryDriver(engine).stop("it")
        engine.fail("start", EngineUnavailable("the engine is gone"))
        run("--reuse-containers").assert_outcomes(errors=1, passed=1)

    def test_a_report_of_an_error(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """What was found, and then could not be asked, is in the report of each test that has no container for that."""
        pytester.makepyfile(
            test_it=HEADER
            + "it = container(image='app', name='it', scope='session')\n"
            + "def test_first(it): ...\ndef test_second(it): ..."
        )
        run("--reuse-containers").assert_outcomes(passed=2)
        MemoryDriver(engine).stop("it")
        engine.fail("start", EngineUnavailable("the engine is gone"))
        result = run("--reuse-containers")
        result.assert_outcomes(errors=2)
        assert result.stdout.str().count("- docker container it -") == 2
