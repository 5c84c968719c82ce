"""The making of one fixture's value, which may begin before pytest asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from .. import ledger
from ..closure import Instance
from ..definition import Definition, Setup, require_session
from ..exceptions import DeadlineExceeded, DriverError, EngineError
from ..tasks import Task
from ..terminal import summary

__tracebackhide__ = True

_TITLE = "docker fixtures"


@dataclass(frozen=True, eq=False)
class Making:
    """The work on a fixture, which has the values of those that it asks for."""

    fixturedef: object
    setup: Setup
    inputs: Mapping[str, Any] = field(repr=False)
    task: Task[Any] = field(repr=False)

    @classmethod
    def of(
        cls,
        fixturedef: object,
        definition: Definition,
        instance: Instance,
        config: pytest.Config,
        inputs: Mapping[str, Any],
    ) -> Making:
        """Give the work on a fixture, of which nothing is done yet."""
        setup = Setup(definition, instance, config, inputs["docker_client"], {})
        return cls(fixturedef, setup, inputs, Task(_made(setup, inputs)))

    def agrees(self, fixtures: Mapping[str, Any]) -> bool:
        """Say whether this is what pytest asks for, with these values of others."""
        same_node = self.setup.instance.node is fixtures["request"].node
        return same_node and all(
            self.inputs.get(name, self) is value for name, value in fixtures.items() if name != "request"
        )

    def hand_over(self, request: pytest.FixtureRequest) -> Any:
        """Give the value, or raise what was raised, and leave the end of it to pytest."""
        self._tell()
        for finalizer in self.setup.finalizers:
            request.addfinalizer(finalizer)
        return self.task.result()

    def undo(self) -> None:
        """End the work where it is, and remove what was made. If it has failed, why is noted for a report."""
        self._tell()
        known = ledger.of(self.setup.config)
        if isinstance(self.task.error, (Exception, pytest.fail.Exception)):
            # The last one is undone first.
            known.failed_besides.insert(0, (self.setup.title, self.task.error))
        try:
            self.task.give_up()
            while self.setup.finalizers:
                self.setup.finalizers.pop()()
        except Exception as error:
            line = f"{self.setup.title} was not needed, and could not be removed: {error}"
            summary.add(self.setup.config, _TITLE, line)
        else:
            known.forget_removed(self.setup.instance)

    def _tell(self) -> None:
        for title, line in self.setup.notes:
            summary.add(self.setup.config, title, line)


async def _made(setup: Setup, inputs: Mapping[str, Any]) -> Any:
    definition = setup.definition
    # What is wrong could not be told to pytest before.
    definition.check()
    setup.options.update(definition.resolve(inputs))
    require_session(setup.title, definition.shared, setup.instance.scope)
    known = ledger.of(setup.config)
    try:
        value = await definition.make(setup)
    except (DriverError, KeyboardInterrupt) as error:
        known.has_engine |= isinstance(error, (EngineError, DeadlineExceeded))
        known.is_in_doubt |= not isinstance(error, DriverError) or error.is_in_doubt
        raise
    known.has_engine = True
    return value
