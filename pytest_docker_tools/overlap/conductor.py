"""The work on the resources of a test: what is begun early, what pytest waits for, and what nobody took."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any

import pytest

from .. import timings
from ..closure import Instance, asked_for, closure
from ..definition import Definition, of_factories
from ..driver import KINDS
from ..exceptions import UsageError
from ..tasks import Call, Pause
from ..terminal import summary
from .forecast import Forecast, Foreseen
from .known import Known
from .making import Making
from .workers import Workers

__tracebackhide__ = True

# Calls of the engine at the same time.
WORKERS = 8
# Seconds after which an interrupt, and what was reported by a call, are seen to at the latest.
_GLANCE = 0.2
# Seconds for calls to end that nobody waits for any more.
_GRACE = 10.0
_CONDUCTOR = pytest.StashKey["Conductor"]()


class Conductor:
    """The work on the fixtures of a run, which goes on while one of them is set up."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.mode = str(config.getini("docker_overlap"))
        self.known = Known()
        self._workers = Workers(WORKERS)
        self._forecast: Forecast | None = None
        # What pytest is setting up, the innermost one last.
        self._asked: list[pytest.FixtureDef[Any]] = []
        # What was begun and not handed over, in that order.
        self._begun: list[Making] = []
        # How long calls are waited for that nobody needs, from the first one on until there is none.
        self._patience: Pause | None = None
        # Whether somebody did not want to wait for them.
        self._is_hurried = False

    # What the hooks of pytest tell

    def begin(self, item: pytest.Item) -> None:
        """Forecast the setup of a test, which begins."""
        if self.mode == "off" or self.config.getoption("setupplan", False):
            return
        nodes = closure(item)
        if nodes is None:
            self._say_that_nothing_is_foreseen()
        elif of_factories(nodes):
            self._forecast = Forecast(item, nodes, is_patient=self.mode == "ordered")

    def around(
        self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
    ) -> Generator[None, object, object]:
        """Begin what can be begun before the setup of any fixture, around which this goes, and note what that gives."""
        self._asked.append(fixturedef)
        try:
            self._advance()
            value = yield
        except BaseException:
            self.known.remember_failure(fixturedef, request)
            raise
        finally:
            self._asked.pop()
        self.known.remember(fixturedef, request, value)
        return value

    def end(self, *, is_last: bool = False) -> None:
        """Remove what nobody took, as the setup of a test is over, or goes on in another way than was foreseen.

        No thread is left after this, unless it makes a call that takes too long. What that makes is taken by the next
        test, if that asks for the same, or removed the next time. The last time, which `is_last`, what would have to be
        removed is waited for, for as long as the driver allows its calls.
        """
        for node, by in self._forecast.held if self._forecast else ():
            timings.held(self.config, by, fixture=node.name, fixturedef=node.fixturedef)
        self._forecast = None
        left = [making for making in self._begun if not making.task.is_running]
        for making in left:
            # Nothing else is begun while calls that are made are waited for.
            self._withdraw(making)
        patience = self._patience = self._patience or Pause(_GRACE)
        try:
            for making in reversed(left):
                if self._let_end(making, None if is_last and self._is_to_be_removed(making) else patience):
                    making.undo()
                    self._begun.remove(making)
            self._workers.join(patience.left)
        except KeyboardInterrupt:
            # One more of them: what was made is still removed when the session ends, which is now.
            self._patience, self._is_hurried = Pause(0), True
            raise
        if not self._begun:
            self._patience = None

    # What pytest asks for

    def obtain(self, definition: Definition, fixtures: Mapping[str, Any]) -> Any:
        """Give the value of a fixture, which pytest asks for with the values of others."""
        request: pytest.FixtureRequest = fixtures["request"]
        making = self._foreseen(fixtures) or self._begin(self._asked[-1], definition, asked_for(request), fixtures)
        while not making.task.is_done:
            self._advance()
            self._work()
        self._begun.remove(making)
        return making.hand_over(request)

    def _foreseen(self, fixtures: Mapping[str, Any]) -> Making | None:
        """Give what was begun of what pytest asks for. What was foreseen with other values is dropped, and all else."""
        begun = [making for making in self._begun if making.fixturedef is self._asked[-1]]
        found = next((making for making in begun if making.agrees(fixtures)), None)
        if found and (found.task.is_running or found.fixturedef in self._asked[:-1]):
            raise UsageError(
                f"{found.setup.title} is asked for at run time while it is made. What needs it is to have it as an "
                "argument, or in depends_on=, so that it is not begun before."
            )
        if begun and not found:
            self.end()
        return found

    def _advance(self) -> None:
        """Begin what can be begun now."""
        # Beginning with one may lead to the setup of others, so the rest is to be seen anew.
        while startable := self._startable():
            definition, instance, inputs = startable[0]
            self._go_on(self._begin(instance.fixturedef, definition, instance, inputs))

    def _startable(self) -> list[Foreseen]:
        """Give what can be begun now, unless that is only what pytest asks for now."""
        if self._forecast is None:
            return []
        tasks = {making.fixturedef: making.task for making in self._begun}
        found = list(self._forecast.startable(self.known, tasks))
        is_its_turn = [one.instance.fixturedef for one in found] == self._asked[-1:]
        return [] if is_its_turn else found

    def _begin(
        self, fixturedef: object, definition: Definition, instance: Instance, inputs: Mapping[str, Any]
    ) -> Making:
        self._begun.append(Making.of(fixturedef, definition, instance, self.config, inputs))
        return self._begun[-1]

    def _unfinished(self) -> list[Making]:
        return [making for making in self._begun if not making.task.is_done and not making.task.is_running]

    def _work(self) -> None:
        """Go on with all that can go on, in the order in which it was begun, or wait for some of it."""
        unfinished = self._unfinished()
        able = [making for making in unfinished if making.task.can_go_on]
        for making in able:
            self._go_on(making, is_alone=len(unfinished) == 1)
        if not able:
            self._wait([making.task.waits_for for making in unfinished])

    def _go_on(self, making: Making, *, is_alone: bool = False) -> None:
        # Work on another one may have led to this.
        if not making.task.can_go_on:
            return
        making.task.go_on()
        waits_for = making.task.waits_for
        if isinstance(waits_for, Call):
            if is_alone:
                # Nothing else could go on meanwhile.
                waits_for.be_done()
            else:
                self._workers.submit(waits_for)

    def _wait(self, things: Sequence[Call[Any] | Pause | None]) -> None:
        """Wait for the first of some things, or a moment, and report what was said meanwhile."""
        pauses = [thing.left for thing in things if isinstance(thing, Pause)]
        self._workers.changed.wait(min([_GLANCE, *pauses]))
        self._workers.changed.clear()
        for thing in things:
            if isinstance(thing, Call):
                thing.tell()

    # What nobody took

    def _withdraw(self, making: Making) -> None:
        waits_for = making.task.waits_for
        if isinstance(waits_for, Call) and self._workers.withdraw(waits_for):
            making.task.give_up()

    def _is_to_be_removed(self, making: Making) -> bool:
        """Say whether what is being made would stay on the engine if nobody waited for it."""
        return making.setup.definition.factory in KINDS and not self._is_hurried

    def _let_end(self, making: Making, patience: Pause | None) -> bool:
        """Wait for a call that is being made, and say whether it has ended. What the engine has made is noted then."""
        waits_for = making.task.waits_for
        if not isinstance(waits_for, Call):
            return True
        while not waits_for.is_done and not (patience and patience.is_done):
            self._wait([waits_for, patience])
        if waits_for.is_done:
            making.task.go_on()
        return waits_for.is_done

    def _say_that_nothing_is_foreseen(self) -> None:
        summary.add(
            self.config,
            "docker fixtures",
            "They were made one after the other, as this version of pytest does not say what a test needs.",
        )


def of(config: pytest.Config) -> Conductor:
    """Give what conducts the work of a run."""
    if _CONDUCTOR not in config.stash:
        config.stash[_CONDUCTOR] = Conductor(config)
    return config.stash[_CONDUCTOR]


def obtain(definition: Definition, fixtures: Mapping[str, Any]) -> Any:
    """Give the value of a fixture of a factory, which pytest asks for with the values of others."""
    return of(fixtures["request"].config).obtain(definition, fixtures)
