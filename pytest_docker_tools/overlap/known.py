"""What the fixtures that are set up at present gave, as the hooks of pytest tell."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from ..closure import Node

__tracebackhide__ = True

# What has no parameter.
NONE = object()


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a fixture gave, or that it failed, for one parameter."""

    param: object
    value: Any = None
    failed: bool = False


class Known:
    """The outcomes of fixtures, from their setup to their end."""

    def __init__(self) -> None:
        self._outcomes: dict[object, Outcome] = {}

    def remember(self, fixturedef: object, request: pytest.FixtureRequest, value: Any) -> None:
        """Note what a fixture gave."""
        self._outcomes[fixturedef] = Outcome(getattr(request, "param", NONE), value)

    def remember_failure(self, fixturedef: object, request: pytest.FixtureRequest) -> None:
        """Note that a fixture failed, which pytest tells to all tests of its scope."""
        self._outcomes[fixturedef] = Outcome(getattr(request, "param", NONE), failed=True)

    def forget(self, fixturedef: object) -> None:
        """Note that a fixture is over, which pytest may tell more than once."""
        self._outcomes.pop(fixturedef, None)

    def of(self, fixturedef: object) -> Outcome | None:
        """Give what a fixture gave, None where it is not set up."""
        return self._outcomes.get(fixturedef)


def stays(outcome: Outcome, node: Node, params: Mapping[str, Any], staying: Collection[object]) -> bool:
    """Say whether pytest will give a test, which has these parameters, what was given before.

    What has another parameter is set up anew, and so is what depends on that; `staying` are the fixtures that stay.
    """
    inputs = [found.fixturedef for found in node.inputs.values() if found is not None]
    return outcome.param is params.get(node.name, NONE) and all(one in staying for one in inputs)
