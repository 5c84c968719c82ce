"""Which resources of a test can be made before pytest asks for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest

from ..closure import Instance, Node, with_inputs
from ..definition import ALWAYS, Definition, definition_of
from ..exceptions import TemplateError
from ..tasks import Task
from . import mentions
from .known import Known, stays

__tracebackhide__ = True


class Foreseen(NamedTuple):
    """A fixture of a factory that pytest will set up, and the values of those that it asks for."""

    definition: Definition
    instance: Instance
    inputs: Mapping[str, Any]


class Forecast:
    """What pytest will set up for a test, in its order.

    Where it `is_patient`, nothing is begun before the plain fixtures that precede it are set up: one of them may skip
    the test, or prepare what the others need.
    """

    def __init__(self, item: pytest.Item, nodes: list[Node], *, is_patient: bool) -> None:
        self.item, self.nodes, self.is_patient = item, nodes, is_patient
        #: What could have been begun but for a plain fixture, and the name of that.
        self.held: list[tuple[Node, str]] = []
        self._params: Mapping[str, Any] = getattr(getattr(item, "callspec", None), "params", {})

    def startable(self, known: Known, begun: Mapping[object, Task[Any]]) -> Iterator[Foreseen]:
        """Give what can be begun now.

        `begun` has those on which work goes on, or is done. What comes after a failure is not begun, nor what mentions
        by name what comes before it, and is not there yet.
        """
        values: dict[Any, Any] = {}
        staying: set[object] = set()
        missing: set[str] = set()
        for node in self.nodes:
            fixturedef, outcome = node.fixturedef, known.of(node.fixturedef)
            definition = definition_of(fixturedef.func)
            if outcome is not None and stays(outcome, node, self._params, staying):
                if outcome.failed:
                    return
                staying.add(fixturedef)
                values[fixturedef] = outcome.value
            elif fixturedef in begun:
                task = begun[fixturedef]
                if task.error is not None:
                    return
                if task.is_done:
                    values[fixturedef] = task.result()
                elif definition is not None:
                    missing |= mentions.of(definition).names
            elif node.is_argument and node.name in self._params:
                values[fixturedef] = self._params[node.name]
            elif definition is None:
                if self.is_patient:
                    self._note_held(node, known, values)
                    return
            else:
                inputs = _inputs(node, values)
                is_first = outcome is None and not mentions.of(definition).has(missing)
                if is_first and len(inputs) == len(node.inputs) and self._can_be_made(node, definition):
                    yield Foreseen(definition, self._instance(node), inputs)
                missing |= mentions.of(definition).names

    def _note_held(self, by: Node, known: Known, values: Mapping[Any, Any]) -> None:
        for node in self.nodes[self.nodes.index(by) + 1 :]:
            is_held = definition_of(node.fixturedef.func) and known.of(node.fixturedef) is None
            is_new = (node, by.name) not in self.held and by.name not in ALWAYS
            if is_held and is_new and len(_inputs(node, values)) == len(node.inputs):
                self.held.append((node, by.name))

    def _instance(self, node: Node) -> Instance:
        """Give what pytest will call that fixture."""
        scope = node.fixturedef.scope
        return Instance(
            node.name, scope, self._scope_node(scope), node.fixturedef, self.item, lambda: with_inputs(node)
        )

    def _can_be_made(self, node: Node, definition: Definition) -> bool:
        """Say whether all is known of a fixture that pytest will know."""
        try:
            asks_for_request = "request" in definition.references
        except TemplateError:
            return False
        return not asks_for_request and self._scope_node(node.fixturedef.scope) is not None

    def _scope_node(self, scope: str) -> object:
        """Give the node of pytest that a fixture lives as long as, None where that takes more than the test to tell."""
        nodes: dict[str, Any] = {
            "function": self.item,
            "class": self.item.getparent(pytest.Class) or self.item,
            "module": self.item.getparent(pytest.Module),
            "session": self.item.session,
        }
        return nodes.get(scope)


def _inputs(node: Node, values: Mapping[Any, Any]) -> dict[str, Any]:
    """Give what a fixture asks for, as far as it is there."""
    return {name: values[one.fixturedef] for name, one in node.inputs.items() if one and one.fixturedef in values}
