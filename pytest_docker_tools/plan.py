"""What `pytest --docker-plan` prints: the fixtures of factories behind each test, and what would make them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from .closure import Node, closure
from .definition import definition_of, of_factories
from .driver import Driver
from .exceptions import DockerToolsError, EngineUnavailable, UsageError
from .intention import intention
from .terminal import writing

__tracebackhide__ = True

# More tests than these are listed by their files.
_FEW = 10
_LEGEND = "{fixture.attribute} is what a fixture will have, *** is not shown. No engine was asked."


@dataclass
class _Graph:
    """The fixtures of factories behind some tests, in their order."""

    nodes: Sequence[Node]
    tests: list[str] = field(default_factory=list)


def show(session: pytest.Session, driver: Driver) -> int:
    """Print the plan of all tests, and give the number of fixtures that cannot be made as they are written."""
    plan = _Plan(session.config, driver)
    lines = "\n".join(plan.lines(session.items)).split("\n")
    reporter = writing.reporter_of(session.config)
    if reporter is not None:
        reporter.section("docker plan")
        for line in lines:
            reporter.write_line(writing.printable(line))
    return plan.errors


class _Plan:
    """The lines of a plan, in which the same fixture is shown once."""

    def __init__(self, config: pytest.Config, driver: Driver) -> None:
        self.config, self.driver = config, driver
        self.errors = 0
        self._shown: set[object] = set()

    def lines(self, items: Sequence[pytest.Item]) -> Iterator[str]:
        """Give the lines: tests that have the same fixtures, and below them these."""
        graphs, unknown = _graphs(items)
        without = sum(len(graph.tests) for graph in graphs if not graph.nodes)
        for graph in graphs:
            if graph.nodes:
                yield from _listed(graph.tests, is_whole=self.config.getoption("verbose", 0) > 0)
                for node in graph.nodes:
                    yield from self._fixture(node)
                yield ""
        if without:
            yield f"{_counted(without, 'test')} without a fixture of a factory."
        if unknown:
            yield f"{_counted(unknown, 'test')} whose fixtures this pytest does not tell before they are set up."
        yield _LEGEND

    def _fixture(self, node: Node) -> Iterator[str]:
        definition = definition_of(node.fixturedef.func)
        assert definition is not None, "a graph has fixtures of factories only"
        place = definition.site.seen_from(self.config.invocation_params.dir)
        if _key(node) in self._shown:
            yield f"  {node.name}: see above ({place})"
            return
        self._shown.add(_key(node))
        shared = ", shared by all workers" if definition.shared else ""
        title = f"  {node.name}: {definition.factory}, {node.fixturedef.scope} scope{shared} ({place})"
        try:
            needs = definition.references
            yield f"{title}{', needs ' if needs else ''}{', '.join(needs)}"
            _require(node)
            lines = intention(definition, node.name, self.driver, self.config)
        except EngineUnavailable:
            # What the driver itself needs is not there.
            raise
        except DockerToolsError as error:
            self.errors += 1
            lines = [f"error: {error}"]
        yield from (f"    {line}" for line in lines)


def _graphs(items: Sequence[pytest.Item]) -> tuple[list[_Graph], int]:
    """Give the graphs of tests, and the number of tests whose fixtures are not known."""
    graphs: dict[object, _Graph] = {}
    unknown = 0
    for item in items:
        found = closure(item)
        if found is None:
            unknown += 1
            continue
        nodes = of_factories(found)
        graphs.setdefault(tuple(map(_key, nodes)), _Graph(nodes)).tests.append(item.nodeid)
    return list(graphs.values()), unknown


def _key(node: Node) -> object:
    """Give what is the same for a fixture that is the same in two tests."""
    return node.fixturedef, tuple(name for name, found in node.inputs.items() if found is None)


def _require(node: Node) -> None:
    for name, found in node.inputs.items():
        if found is None:
            raise UsageError(
                f"it asks for a fixture {name!r}, which cannot be had here: none has this name, or it asks for itself."
            )


def _listed(tests: Sequence[str], *, is_whole: bool) -> list[str]:
    """Name tests, many of them by the number that a file has."""
    if is_whole or len(tests) <= _FEW:
        return list(tests)
    files = Counter(test.partition("::")[0] for test in tests)
    return [f"{file}: {_counted(number, 'test')}" for file, number in files.items()]


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
