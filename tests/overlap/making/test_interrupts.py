"""Ctrl-C among what is made side by side ends the run, and leaves nothing, in whole runs of pytest."""

from __future__ import annotations

import _thread
import gc
import itertools
from collections.abc import Iterator

import pytest

from pytest_docker_tools.overlap import conductor
from pytest_docker_tools.overlap.workers import Workers
from pytest_docker_tools.tasks import Call

from ...conftest import Run
from ..conftest import Stage, join
from .conftest import HEADER, RAISES, THREE


@pytest.fixture(autouse=True)
def _no_garbage() -> Iterator[None]:
    """Let no garbage be collected meanwhile: Python ignores an interrupt that comes in a callback of that."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def removals(engine: Stage, pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> list[conductor.Conductor]:
    """Who has removed something; each time is noted."""
    end = conductor.Conductor.end
    ended: list[conductor.Conductor] = []

    def noted(self: conductor.Conductor, *, is_last: bool = False) -> None:
        # These tests themselves are set up by one as well.
        if self.config is pytestconfig:
            end(self, is_last=is_last)
            return
        ended.append(self)
        number = len(ended)
        engine.note(f"removal {number}")
        end(self, is_last=is_last)
        engine.note(f"removal {number} is over")

    monkeypatch.setattr(conductor.Conductor, "end", noted)
    return ended


@pytest.fixture
def noted_work(engine: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each call that is to be made in a thread is noted with its number, and each that is not made after all."""
    submit, withdraw, numbers = Workers.submit, Workers.withdraw, itertools.count(1)

    def submit_and_note(self: Workers, one: Call[object]) -> None:
        submit(self, one)
        engine.note(f"submitted {next(numbers)}")

    def withdraw_and_note(self: Workers, one: Call[object]) -> bool:
        if found := withdraw(self, one):
            engine.note("withdrawn")
        return found

    monkeypatch.setattr(Workers, "submit", submit_and_note)
    monkeypatch.setattr(Workers, "withdraw", withdraw_and_note)


@pytest.mark.usefixtures("noted_work")
def test_an_interrupt(
    pytester: pytest.Pytester,
    run: Run,
    engine: Stage,
    monkeypatch: pytest.MonkeyPatch,
    removals: list[conductor.Conductor],
) -> None:
    """Ctrl-C while one is taken, two are being made, and others wait, ends the run, and leaves nothing."""
    monkeypatch.setattr(conductor, "WORKERS", 2)

    def interrupt() -> None:
        engine.wait_for("create_container cc begins")
        engine.wait_for("submitted 3")
        _thread.interrupt_main()
        engine.wait_for("withdrawn")

    engine.holds["create_container bb"] = interrupt
    engine.after("create_container cc", "withdrawn")
    pytester.makepyfile(
        HEADER
        + THREE
        + """
d = container(image='app', name='dd')
e = container(image='app', name='ee', environment={'B': '{b.id}'})

@pytest.fixture
def plain(a): ...

def test_it(plain, b, c, d, e): ...
def test_never(): ...
"""
    )
    result = run()
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*KeyboardInterrupt*"])
    assert sorted(engine.made()) == ["aa", "bb", "cc"]
    assert removals[-1]._begun == []


def test_an_interrupt_in_user_code(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """An interrupt inside `ready()`, while something else is being made, ends the run, and leaves nothing."""
    engine.after("start aa", "ready bb")
    pytester.makepyfile(
        HEADER + THREE + RAISES.format(body="raise KeyboardInterrupt") + "def test_it(a, b, c): ...\ndef test_b(): ..."
    )
    result = run()
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.no_fnmatch_line("*was never awaited*")


def test_an_interrupt_of_what_is_alone(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """An interrupt of the call of what is made alone is one of that call, which the engine's driver can end."""

    def interrupt() -> None:
        del engine.holds["start aa"]
        raise KeyboardInterrupt

    engine.holds["start aa"] = interrupt
    pytester.makepyfile(HEADER + THREE + "def test_it(a): ...\ndef test_b(): ...")
    assert run().ret == pytest.ExitCode.INTERRUPTED


def test_a_second_interrupt(
    pytester: pytest.Pytester,
    run: Run,
    engine: Stage,
    monkeypatch: pytest.MonkeyPatch,
    removals: list[conductor.Conductor],
) -> None:
    """A second Ctrl-C does not wait for what the engine still does; what was made is removed as the session ends."""
    monkeypatch.setattr(conductor, "_GRACE", 1000)

    def interrupt() -> None:
        engine.wait_for("ww waits")
        for number in (1, 2):
            _thread.interrupt_main()
            engine.wait_for(f"removal {number}")
        engine.wait_for("removal 2 is over")
        engine.wait_for("over")

    engine.holds["create_container bb"] = interrupt
    pytester.makepyfile(
        HEADER
        + THREE
        + "w = container(image='app', name='ww', wait_for=lambda container: note('ww waits'))\n"
        + "def test_it(a, w, b): ..."
    )
    assert run().ret == pytest.ExitCode.INTERRUPTED
    assert "removal 2" in engine.events
    assert not engine.containers
    engine.note("over")
    join()
    assert [container.name for container in engine.containers.values()] == ["bb"]
    engine.containers.clear()
