"""The fixtures behind a test, as pytest will set them up, known before it does.

pytest keeps what it has found out about a test's fixtures to itself, so this reads names that are not public.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

    # Those of a name, the nearest one last.
    Definitions = Sequence[pytest.FixtureDef[Any]]

__tracebackhide__ = True

# Where pytest's fixtures are that stand for the arguments of a parametrised test.
_ARGUMENTS = "_pytest.python"


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

    @property
    def is_argument(self) -> bool:
        """Whether it is no fixture of anybody's, but stands for an argument that `parametrize` gives to the test."""
        return self.fixturedef.func.__module__ == _ARGUMENTS


@dataclass(frozen=True, eq=False)
class Instance:
    """A fixture that is set up for a test, and may serve others after it.

    It lives as long as `node`, which is one of pytest's. `fixturedef` and `item` are None where pytest does not tell.
    """

    name: str
    scope: str
    node: object
    fixturedef: object
    item: pytest.Item | None
    find: Callable[[], list[Node]] = field(repr=False)

    @cached_property
    def upstream(self) -> list[Node]:
        """The fixture, first, and all that it needs, directly or through others, each once."""
        return self.find()


def asked_for(request: pytest.FixtureRequest) -> Instance:
    """Give the fixture that a request sets up."""
    private: Any = request
    fixturedef, item = getattr(private, "_fixturedef", None), getattr(private, "_pyfuncitem", None)
    find = partial(upstream, request)
    return Instance(str(request.fixturename), str(request.scope), request.node, fixturedef, item, find)


def closure(item: pytest.Item) -> list[Node] | None:
    """Give all fixtures behind a test, in the order in which pytest sets them up, overridden ones where they are used.

    What a fixture asks for while it is set up (`getfixturevalue`) is not among them. Gives None where this pytest does
    not tell.
    """
    try:
        # Items of other plugins, which are no functions, may have no fixtures at all.
        names = getattr(item, "fixturenames", None)
        return [] if names is None else _Walk(item._fixtureinfo.name2fixturedefs.get).through(names)  # type: ignore[attr-defined]
    except (AttributeError, KeyError, TypeError):
        return None


def upstream(request: pytest.FixtureRequest) -> list[Node]:
    """Give the fixture that a request sets up, first, and all that it needs, directly or through others, each once.

    It may itself have been asked for by `getfixturevalue`; what the others ask for in that way is not among them. There
    are none where this pytest does not tell.
    """
    try:
        node = _node_of(request)
    except (AttributeError, KeyError, TypeError):
        node = None
    return with_inputs(node) if node else []


def with_inputs(node: Node, *, leaving_out: Collection[str] = ()) -> list[Node]:
    """Give a fixture, first, and all that it needs, directly or through others, each once.

    Fixtures of these names are left out, and what only they need.
    """
    found = [node]
    for node in found:
        inputs = [other for name, other in node.inputs.items() if name not in leaving_out]
        found += [other for other in inputs if other is not None and other not in found]
    return found


def _node_of(request: Any) -> Node | None:
    walk = _Walk(partial(_definitions, request))
    walk.through(request._pyfuncitem.fixturenames)
    # Others may be asking for it, some of them at run time.
    return walk.visit(request.fixturename, [fixturedef.argname for fixturedef in request._get_fixturestack()[:-1]])


def _definitions(request: Any, name: str) -> Definitions | None:
    known: Definitions | None = request._arg2fixturedefs.get(name)
    # Of what is asked for at run time pytest 8.0 takes note there.
    return request._fixturemanager.getfixturedefs(name, request._pyfuncitem) if known is None else known


class _Walk:
    """Finds fixtures as pytest does: the nearest definition of a name, and, for who has that name, the next one."""

    def __init__(self, definitions: Callable[[str], Definitions | None]) -> None:
        self.definitions = definitions
        self._nodes: dict[pytest.FixtureDef[Any], Node] = {}

    def through(self, names: Sequence[str]) -> list[Node]:
        """Give the nodes of these names and of all that they depend on."""
        for name in names:
            self.visit(name, [])
        return [*self._nodes.values()]

    def visit(self, name: str, asking: Sequence[str]) -> Node | None:
        """Give the node of a name; `asking` are those that ask for it, outermost first."""
        overridden = self.definitions(name) or ()
        level = 1 + asking.count(name)
        if level > len(overridden):
            return None
        fixturedef = overridden[-level]
        if fixturedef not in self._nodes:
            wanted = [argument for argument in fixturedef.argnames if argument != "request"]
            inputs = {argument: self.visit(argument, [*asking, name]) for argument in wanted}
            self._nodes[fixturedef] = Node(fixturedef, inputs)
        return self._nodes[fixturedef]
