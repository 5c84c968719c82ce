"""What was not made to its end does not stay; where it did, the next run makes it anew."""

from __future__ import annotations

import pytest

from pytest_docker_tools import labels
from pytest_docker_tools.driver import Kind
from pytest_docker_tools.exceptions import EngineError
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

from ...conftest import Run
from ..conftest import HEADER, create, said, there, verbs
from .conftest import MADE, REUSED, is_used, write

FILLED = HEADER + "it = volume(name='it', initial_content={'a': b'1'})\ndef test_it(it): ..."


class TestHalfMade:
    def test_a_container_that_was_never_started(
        self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine
    ) -> None:
        """A container that a run left before it got its files, and perhaps networks, is made anew in the next one."""
        write(pytester)
        run("--reuse-containers").assert_outcomes(passed=1)
        driver = MemoryDriver(engine)
        created = [arguments["options"] for verb, arguments in engine.calls if verb == "create_container"]
        [made] = [options for options in created if options.get("name") == "the-container"]
        driver.remove("container", ["the-container"], force=True)
        driver.create_container(made)
        engine.calls.clear()
        result = run("--reuse-containers")
        assert said(result) == [*REUSED[:2], "container it (the-container): made anew, as it was left half-made"]
        done = verbs(engine)
        assert done.index("remove") < done.index("create_container") < done.index("put_archive")

    def test_a_volume_that_was_being_filled(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """A volume beside which there is a mark is made anew, once, and the mark goes."""
        pytester.makepyfile(test_it=FILLED)
        run("--reuse-containers").assert_outcomes(passed=1)
        create(engine, "volume", "it.unfinished", labels={labels.UNFINISHED: "it"})
        assert said(run("--reuse-containers")) == ["volume it (it): made anew, as it was left half-made"]
        assert list(there(engine)) == ["it"]
        assert said(run("--reuse-containers")) == ["volume it (it): reused"]

    def test_a_mark_alone(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """A mark beside which there is no volume does not keep one from being made."""
        create(engine, "volume", "it.unfinished", labels={labels.UNFINISHED: "it"})
        pytester.makepyfile(test_it=FILLED)
        assert said(run("--reuse-containers")) == ["volume it (it): made, as there was none"]
        assert list(there(engine)) == ["it"]

    def test_a_volume_of_somebody_else(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """A volume that has the name of a mark is none, is let alone, and is told where a mark is needed."""
        create(engine, "volume", "it.unfinished")
        pytester.makepyfile(test_it=FILLED)
        result = run("--reuse-containers")
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(["E  *Conflict: There is a volume 'it.unfinished' on the engine already, *"])
        assert list(there(engine)) == ["it.unfinished"]

    def test_a_volume_that_is_not_filled(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """A volume that is to have nothing in it has all of that, and needs no mark."""
        pytester.makepyfile(test_it=f"{HEADER}it = volume(name='it')\ndef test_it(it): ...")
        create(engine, "volume", "it.unfinished")
        run("--reuse-containers").assert_outcomes(passed=1)
        assert said(run("--reuse-containers")) == ["volume it (it): reused"]
        assert list(there(engine)) == ["it", "it.unfinished"]


class TestWhatIsNew:
    def test_a_failing_one_does_not_stay(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """A container that never got ready is not kept for the next run, and what it needs is."""
        engine.add_image("app", MemoryImage(exits_with=1))
        write(pytester)
        result = run("--reuse-containers")
        result.assert_outcomes(errors=1)
        assert list(there(engine)) == ["the-net", "the-volume"]
        assert said(result) == MADE[:2]
        assert not is_used(engine, "container", "the-container")
        engine.add_image("app", MemoryImage())
        assert said(run("--reuse-containers")) == [*REUSED[:2], MADE[2]]

    @pytest.mark.parametrize("after", [False, True])
    @pytest.mark.parametrize("verb", ["create_container", "put_archive", "start", "create_volume", "create_network"])
    @pytest.mark.parametrize("error", [EngineError("it broke"), KeyboardInterrupt("it broke")])
    def test_nothing_half_made_stays(
        self,
        pytester: pytest.Pytester,
        run: Run,
        engine: MemoryEngine,
        verb: str,
        error: BaseException,
        after: bool,
    ) -> None:
        """What fails or is interrupted while it is made does not stay, is not in use, and is made by the next run."""
        write(pytester)
        engine.fail(verb, error, after=after)
        assert run("--reuse-containers").ret != 0
        left = list(there(engine))
        assert left == [name for name in ("the-net", "the-volume") if name in left]
        kinds: list[tuple[Kind, str]] = [
            ("network", "the-net"),
            ("volume", "the-volume"),
            ("container", "the-container"),
        ]
        assert not any(is_used(engine, kind, name) for kind, name in kinds)
        result = run("--reuse-containers")
        result.assert_outcomes(passed=1)
        assert said(result) == [
            reused if name in left else made
            for name, reused, made in zip(["the-net", "the-volume", "the-container"], REUSED, MADE, strict=True)
        ]

    @pytest.mark.parametrize("kind", ["container", "volume"])
    def test_one_that_is_kept_for_a_failed_test(
        self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch, kind: str
    ) -> None:
        """With --docker-keep=failed a failing one stays to be looked at, and the next run makes it anew."""
        monkeypatch.setattr(MemoryDriver, "client_command", lambda self: ("memory",))
        text = f"{HEADER}it = {kind}(name='it', {{}})\ndef test_it(it): ..."
        if kind == "container":
            pytester.makepyfile(test_it=text.format("image='app'"))
            engine.add_image("app", MemoryImage(exits_with=1))
        else:
            pytester.makepyfile(test_it=text.format("initial_content={'a': b''}"))
            engine.fail("put_archive", EngineError("it broke"))
        result = run("--reuse-containers", "--docker-keep=failed")
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines([f"  {kind} it: it"])
        assert "it" in there(engine)
        engine.add_image("app", MemoryImage())
        result = run("--reuse-containers", "--docker-keep=failed")
        result.assert_outcomes(passed=1)
        [line] = said(result)
        assert line.startswith(f"{kind} it (it): made anew, as ")
        assert list(there(engine)) == ["it"]
        assert said(run("--reuse-containers")) == [f"{kind} it (it): reused"]
