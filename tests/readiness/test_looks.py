"""How often a container is looked at, and when that asks the engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_docker_tools import probes, readiness, tasks
from pytest_docker_tools.driver import Facts
from pytest_docker_tools.exceptions import ContainerFailed
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage
from pytest_docker_tools.wrappers import Container

from .conftest import started


def test_looks_come_fast_first() -> None:
    """The first look comes after about 10 ms, the next ones at growing distances, and there is one at least."""
    assert readiness.PACE[0] <= 0.01
    assert len(list(readiness.looks(0.2))) >= 4
    assert len(list(readiness.looks(0.001))) == 1
    assert len(list(readiness.looks(0))) == 1


@pytest.fixture
def seen(engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Let processes of the engine be seen from here, and give how often a container was inspected since."""

    def still_runs(driver: MemoryDriver, container: Facts) -> bool:
        found = engine.containers.get(container["Id"])
        return found is not None and found.running and found.facts()["State"]["Pid"] == container["State"]["Pid"]

    monkeypatch.setattr(MemoryDriver, "still_runs", still_runs)

    def seen() -> int:
        count = sum(call.verb == "inspect" for call in engine.calls)
        engine.calls.clear()
        return count

    return seen


class TestLooksThatAreSaved:
    def test_while_its_process_runs(self, engine: MemoryEngine, seen: Callable[[], int]) -> None:
        """A container whose process runs is inspected once, however often it is looked at until it is ready."""
        container = started(engine, MemoryImage(listens=("80/tcp",), listens_after=4), ports={"80/tcp": None})
        seen()
        container.wait_until_ready()
        assert sum(call.verb == "listening" for call in engine.calls) >= 3
        assert seen() == 1

    def test_of_facts_of_a_moment_ago(self, engine: MemoryEngine, seen: Callable[[], int]) -> None:
        """Who has just looked says so, and it is not inspected again."""
        container = started(engine, MemoryImage(listens=("80/tcp",), listens_after=2), ports={"80/tcp": None})
        seen()
        tasks.run(readiness.reached(container, 5, has_looked=True))
        assert seen() == 0
        container.wait_until_ready()
        assert seen() == 1

    def test_where_the_process_is_not_seen(self, engine: MemoryEngine) -> None:
        """Where nobody can tell whether the process runs, every look is an inspection."""
        container = started(engine, MemoryImage(listens=("80/tcp",), listens_after=5), ports={"80/tcp": None})
        engine.calls.clear()
        tasks.run(readiness.reached(container, 5, has_looked=True))
        verbs = [call.verb for call in engine.calls]
        assert verbs.count("inspect") >= verbs.count("listening") >= 2

    def test_by_a_ready_of_the_users_own(self, engine: MemoryEngine, seen: Callable[[], int]) -> None:
        """So it is for a ready() that does not look, and for one that looks, as it wants to, each time."""

        class Third(Container):
            turns = 0

            def ready(self) -> bool:
                self.turns += 1
                return self.turns == 3

        class Looks(Third):
            def ready(self) -> bool:
                self.reload()
                return super().ready()

        for kind, count in ((Third, 1), (Looks, 3)):
            container = started(engine, MemoryImage(), kind)
            seen()
            container.wait_until_ready()
            assert seen() == count

    def test_outside_of_a_wait(self, engine: MemoryEngine, seen: Callable[[], int]) -> None:
        """Who asks by himself gets an answer of now."""
        container = started(engine, MemoryImage())
        tasks.run(readiness.reached(container, 5, has_looked=True))
        seen()
        assert container.ready()
        assert seen() == 1

    def test_after_its_end(self, engine: MemoryEngine, seen: Callable[[], int]) -> None:
        """A container that has ended since is inspected, and its exit code is told."""
        container = started(engine, MemoryImage())
        engine.end_container(container.id, 7)
        with pytest.raises(ContainerFailed, match="exit code 7"):
            tasks.run(readiness.reached(container, 5, has_looked=True))

    def test_of_one_that_is_to_end(self, engine: MemoryEngine, seen: Callable[[], int]) -> None:
        """A container that is to end is not inspected before its process has ended."""

        class Ends(Container):
            wait_for = (probes.Exited(3),)
            turns = 0

            def ready(self) -> bool:
                self.turns += 1
                if self.turns == 4:
                    engine.end_container(self.id, 3)
                return super().ready()

        container = started(engine, MemoryImage(), Ends)
        seen()
        tasks.run(readiness.reached(container, 5, has_looked=True))
        assert container.attrs["State"]["ExitCode"] == 3
        assert seen() == 1

    def test_of_one_that_was_started_anew(self, engine: MemoryEngine, seen: Callable[[], int]) -> None:
        """Another process is another look, as ports may be others."""
        container = started(engine, MemoryImage(listens=("80/tcp",)), ports={"80/tcp": None})
        container.driver.restart(container.id)
        seen()
        tasks.run(readiness.reached(container, 5, has_looked=True))
        assert seen() == 1
        [facts] = container.driver.inspect("container", [container.id])
        assert container.attrs["State"]["Pid"] == (facts or {})["State"]["Pid"]

    @pytest.mark.parametrize(
        ("place", "value"),
        [
            (("State", "Status"), "paused"),
            (("State", "Status"), "restarting"),
            (("State", "Status"), "created"),
            (("NetworkSettings", "Ports"), {}),
            (("NetworkSettings", "Networks"), {"bridge": {"IPAddress": "", "GlobalIPv6Address": ""}}),
            (("Config", "Healthcheck"), {"Test": ["CMD-SHELL", "true"]}),
        ],
    )
    def test_of_what_may_change_by_itself(
        self, engine: MemoryEngine, seen: Callable[[], int], place: tuple[str, str], value: Any
    ) -> None:
        """What is left to come is looked for, although the process is the same."""
        container = started(engine, MemoryImage(listens=("80/tcp",)), ports={"80/tcp": None})
        container.attrs[place[0]][place[1]] = value
        seen()
        tasks.run(readiness.reached(container, 5, has_looked=True))
        assert seen() == 1

    def test_of_health(self, engine: MemoryEngine, seen: Callable[[], int]) -> None:
        """What the engine's own check finds is looked for each time."""
        container = started(engine, MemoryImage(healthy_after=4), healthcheck={"test": "true"})
        container.wait_for = [probes.Healthy()]
        seen()
        container.wait_until_ready()
        assert seen() >= 3
        assert container.attrs["State"]["Health"]["Status"] == "healthy"


class TestPace:
    """How often a container is looked at."""

    @pytest.fixture
    def pauses(self, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        """The seconds of the pauses that are made, which take no time."""
        made: list[float] = []

        def pause(seconds: float) -> tasks.Pause:
            made.append(seconds)
            return tasks.Pause(0)

        monkeypatch.setattr(tasks, "pause", pause)
        return made

    @pytest.mark.parametrize(("seen", "first", "longest"), [(True, 0.001, 0.05), (False, 0.01, 0.25)])
    def test_of_looks(
        self,
        engine: MemoryEngine,
        pauses: list[float],
        monkeypatch: pytest.MonkeyPatch,
        seen: bool,
        first: float,
        longest: float,
    ) -> None:
        """A container is looked at sooner and more often where that asks nobody."""
        monkeypatch.setattr(MemoryDriver, "still_runs", lambda driver, facts: seen)
        container = started(engine, MemoryImage(listens=("80/tcp",), listens_after=40), ports={"80/tcp": None})
        tasks.run(readiness.reached(container, 5, has_looked=True))
        assert (pauses[0], max(pauses)) == (first, longest)

    @pytest.mark.parametrize("more", ["wait_for", "ready"])
    def test_of_more_than_looks(
        self, engine: MemoryEngine, pauses: list[float], monkeypatch: pytest.MonkeyPatch, more: str
    ) -> None:
        """What the user asks besides is not asked that often."""
        monkeypatch.setattr(MemoryDriver, "still_runs", lambda driver, facts: True)
        answers = iter([*[False] * 20, *[True] * 20])

        class Own(Container):
            if more == "wait_for":
                wait_for = (probes.Check(lambda container: next(answers)),)
            else:

                def ready(self) -> bool:
                    return next(answers)

        container = started(engine, MemoryImage(), Own)
        tasks.run(readiness.reached(container, 5, has_looked=True))
        assert max(pauses) == 0.25
