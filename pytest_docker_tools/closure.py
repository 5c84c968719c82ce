"""The fixtures behind a test, as pytest will set them up, known before it does.

pytest keeps what it has found out about a test's fixtures to itself, so this reads names that are not public.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

__tracebackhide__ = True


@dataclass(frozen=True, eq=False)
class Node:
    """A fixture as one test gets it.

    `inputs` are the fixtures that it asks for, by name, with None for one that pytest will refuse: there is none of
    that name, or it depends on itself.
    """

    fixturedef: pytest.FixtureDef[Any]
    inputs: Mapping[str, Node | None] = field(repr=False)

    @property
    def name(self) -> str:
        """The name by which the test, and other fixtures, ask for it."""
        return self.fixturedef.argname


def closure(item: pytest.Item) -> list[Node] | None:
    """Give all fixtures behind a test, in the order in which pytest sets them up, overridden ones where they are used.

    What a fixture asks for while it is set up (`getfixturevalue`) is not among them. Gives None where this pytest does
    not tell.
    """
    try:
        # Items of other plugins, which are no functions, may have no fixtures at all.
        names = getattr(item, "fixturenames", None)
        return [] if names is None else _Walk(item._fixtureinfo.name2fixturedefs).through(names)  # type: ignore[attr-defined]
    except (AttributeError, KeyError, TypeError):
        return None


class _Walk:
    """Finds fixtures as pytest does: the nearest definition of a name, and, for who has that name, the next one."""

    def __init__(self, definitions: Mapping[str, Sequence[pytest.FixtureDef[Any]]]) -> None:
        self.definitions = definitions
        self.nodes: list[Node] = []
        self._known: dict[str, Node] = {}

    def through(self, names: Sequence[str]) -> list[Node]:
        """Give the nodes of these names and of all that they depend on."""
        for name in names:
            self._visit(name, ())
        return self.nodes

    def _visit(self, name: str, asking: tuple[str, ...]) -> Node | None:
        """Give the node of a name; `asking` are those that ask for it, outermost first."""
        if name in self._known:
            return self._known[name]
        overridden = self.definitions.get(name) or ()
        level = 1 + asking.count(name)
        if level > len(overridden):
            return None
        fixturedef = overridden[-level]
        wanted = [argument for argument in fixturedef.argnames if argument != "request"]
        node = Node(fixturedef, {argument: self._visit(argument, (*asking, name)) for argument in wanted})
        self._known[name] = node
        self.nodes.append(node)
        return node
