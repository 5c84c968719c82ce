"""What is known of a test's fixtures before it runs, compared with what pytest then does."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_docker_tools.closure import Node, closure, upstream

Definition = pytest.FixtureDef[object]

PLAIN = """
import pytest

@pytest.fixture
def a(): return 'a'

@pytest.fixture
def b(a): return a + 'b'

@pytest.fixture
def c(b, a): return b + 'c'
"""
PROJECTS = {
    "overridden in a module": "@pytest.fixture\ndef a(tmp_path): return 'A'\ndef test_it(c): assert c == 'Abc'",
    "overridden in a class": """
class TestIt:
    @pytest.fixture
    def b(self, request): return 'B'
    def test_it(self, c): assert c == 'Bc'
def test_it(c): assert c == 'abc'
""",
    "asks for its own name": "@pytest.fixture\ndef b(b): return b + b\ndef test_it(c): assert c == 'ababc'",
    "asks for its own name through another": """
@pytest.fixture
def a(b): return b + 'A'
def test_it(a, c): assert (a, c) == ('abA', 'abc')
""",
    "asks for its own name in a class": """
@pytest.fixture
def b(b): return b + '1'
class TestIt:
    @pytest.fixture
    def b(self, b): return b + '2'
    def test_it(self, c): assert c == 'ab12c'
""",
    "parametrised": """
@pytest.fixture(params=['x', 'y'])
def a(request): return request.param
@pytest.mark.parametrize('turn', [1, 2])
def test_it(turn, c): assert c in ('xbc', 'ybc')
""",
    "parametrised in place of a fixture": """
@pytest.mark.parametrize('b', ['1', '2'])
def test_it(c): assert c in ('1c', '2c')
""",
    "parametrised indirectly": """
@pytest.fixture
def a(request): return request.param
@pytest.mark.parametrize('a', ['1', '2'], indirect=True)
def test_it(c): assert c in ('1bc', '2bc')
""",
    "used, and used by itself": """
@pytest.fixture(autouse=True)
def always(b): ...
pytestmark = pytest.mark.usefixtures('c')
def test_it(a): assert a == 'a'
""",
    "wider scopes": """
@pytest.fixture(scope='module')
def d(): return 'd'
@pytest.fixture(scope='session')
def e(): return 'e'
def test_it(a, d, e, c): assert (a, d, e, c) == ('a', 'd', 'e', 'abc')
""",
    "unittest": """
import unittest
class TestIt(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def give(self, c): self.c = c
    def test_it(self): assert self.c == 'abc'
""",
}

# What closure() does not tell, as some of it is asked for at run time.
AT_RUN_TIME = {
    "asked for": "def test_it(request): assert request.getfixturevalue('c') == 'abc'",
    "asked for by a fixture": """
@pytest.fixture
def d(request): return request.getfixturevalue('c') + 'd'
def test_it(d, a): assert d == 'abcd'
""",
    "asked for by a fixture that was": """
@pytest.fixture
def d(request): return request.getfixturevalue('e') + 'd'
@pytest.fixture
def e(b): return b + 'e'
def test_it(request): assert request.getfixturevalue('d') == 'abed'
""",
    "its own name": """
@pytest.fixture
def b(request): return request.getfixturevalue('b') + 'B'
def test_it(c): assert c == 'abBc'
""",
    "its own name, of three": """
@pytest.fixture
def b(b): return b + '1'
class TestIt:
    @pytest.fixture
    def b(self, request): return request.getfixturevalue('b') + '2'
    def test_it(self, request): assert request.getfixturevalue('c') == 'ab12c'
""",
    "its own name, of three, both": """
@pytest.fixture
def b(request): return request.getfixturevalue('b') + '1'
class TestIt:
    @pytest.fixture
    def b(self, request): return request.getfixturevalue('b') + '2'
    def test_it(self, c): assert c == 'ab12c'
""",
    "overridden": "@pytest.fixture\ndef b(b): return b + 'B'\n"
    "def test_it(request): assert request.getfixturevalue('c') == 'abBc'",
    "after what is overridden": """
@pytest.fixture
def a(b): return b + 'A'
def test_it(a, request): assert request.getfixturevalue('c') == 'abc'
""",
    "sessions": """
@pytest.fixture(scope='session')
def wide(): return 'w'
@pytest.fixture(scope='session')
def wider(wide): return wide + 'r'
@pytest.fixture(scope='module')
def late(wider): return wider + 'l'
def test_first(wide): ...
def test_second(wider): ...
def test_third(late): assert late == 'wrl'
def test_fourth(request): assert request.getfixturevalue('late') == 'wrl'
""",
    "parametrised": """
@pytest.fixture(params=['x', 'y'], scope='session')
def wide(request): return request.param
@pytest.fixture
def late(wide, b): return wide
def test_it(request, late): assert late in ('x', 'y')
@pytest.mark.parametrize('b', ['1'])
def test_other(request, late): assert request.getfixturevalue('late') in ('x', 'y')
""",
}


class Recorder:
    """Takes down what is told of each test's fixtures, and what pytest sets up for it and gives to whom."""

    def __init__(self) -> None:
        self.told: dict[str, list[Definition]] = {}
        self.made: dict[str, list[Definition]] = {}
        self.given: dict[Definition, set[Definition]] = {}
        self.compared: list[tuple[Definition, set[Definition], list[Definition]]] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self.test = item.nodeid
        self.made[self.test] = []
        self.told[self.test] = [node.fixturedef for node in closure(item) or []]

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Definition, request: Any) -> Iterator[None]:
        self.made[self.test].append(fixturedef)
        # pytest has set up right before what it gives.
        given = {request._fixture_defs[name] for name in fixturedef.argnames if name != "request"}
        self.given[fixturedef] = given.union(*(self.given[one] for one in given))
        self.compared.append((fixturedef, self.given[fixturedef], [node.fixturedef for node in upstream(request)]))
        return (yield)


@pytest.mark.parametrize("project", PROJECTS.values(), ids=PROJECTS)
def test_is_what_pytest_sets_up(pytester: pytest.Pytester, project: str) -> None:
    """The fixtures are told before a test, each in the definition that is used, in the order of their setup."""
    pytester.makeconftest(PLAIN)
    pytester.makepyfile("import pytest\n" + project)
    recorder = Recorder()
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", plugins=[recorder])
    assert set(result.parseoutcomes()) == {"passed"}
    assert recorder.made == recorder.told
    assert all(recorder.told.values())


@pytest.mark.parametrize("project", [*PROJECTS.values(), *AT_RUN_TIME.values()], ids=[*PROJECTS, *AT_RUN_TIME])
def test_upstream_is_what_pytest_gives(pytester: pytest.Pytester, project: str) -> None:
    """While a fixture is set up, itself is told, first, and all that pytest gave it, directly or not, each once."""
    pytester.makeconftest(PLAIN)
    pytester.makepyfile("import pytest\n" + project)
    recorder = Recorder()
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", plugins=[recorder])
    assert set(result.parseoutcomes()) == {"passed"}
    assert recorder.compared
    for fixturedef, given, told in recorder.compared:
        assert told[0] is fixturedef
        assert len(told) == len({*told})
        assert {*told[1:]} == given


@pytest.mark.parametrize("missing", ["_arg2fixturedefs", "_pyfuncitem", "_get_fixturestack"])
def test_no_upstream_without_what_pytest_tells(pytester: pytest.Pytester, missing: str) -> None:
    """Where a name that is not public is gone, nothing is upstream."""
    pytester.makeconftest(PLAIN)
    [item] = pytester.getitems("def test_it(a): ...")
    [node] = closure(item) or []
    request: Any = SimpleNamespace(
        fixturename="a",
        _arg2fixturedefs={"a": [node.fixturedef]},
        _pyfuncitem=item,
        _get_fixturestack=lambda: [node.fixturedef],
    )
    assert [node.fixturedef for node in upstream(request)] == [node.fixturedef]
    delattr(request, missing)
    assert upstream(request) == []


def nodes_of(pytester: pytest.Pytester, test: str) -> list[Node] | None:
    """Give what is told of a test in a module of its own."""
    [item] = pytester.getitems("import pytest\n" + test)
    return closure(item)


def test_inputs(pytester: pytest.Pytester) -> None:
    """A node has the nodes that it asks for, by name; what pytest itself gives is none."""
    pytester.makeconftest(PLAIN)
    nodes = nodes_of(pytester, "@pytest.fixture\ndef a(request, a): ...\ndef test_it(b): ...")
    assert nodes is not None
    outer, inner, b = nodes[1], nodes[0], nodes[2]
    assert [node.name for node in nodes] == ["a", "a", "b"]
    assert (dict(inner.inputs), dict(outer.inputs), dict(b.inputs)) == ({}, {"a": inner}, {"a": outer})


@pytest.mark.parametrize(
    "definitions",
    [
        "@pytest.fixture\ndef a(nothing): ...",
        "@pytest.fixture\ndef a(nothing): ...\n@pytest.fixture\ndef nothing(a): ...",
    ],
    ids=["missing", "recursive"],
)
def test_what_pytest_will_refuse(pytester: pytest.Pytester, definitions: str) -> None:
    """A fixture that is missing, or depends on itself, has no node where it cannot be had."""
    nodes = nodes_of(pytester, definitions + "\ndef test_it(a): ...")
    assert nodes is not None
    assert [name for node in nodes for name, found in node.inputs.items() if found is None] in (["nothing"], ["a"])
    assert nodes[-1].name == "a"


def test_an_item_without_fixtures(pytester: pytest.Pytester) -> None:
    """What is collected from other files than Python's has none."""
    pytester.makeconftest("""
        import pytest

        class Item(pytest.Item):
            def runtest(self): ...

        class File(pytest.File):
            def collect(self):
                yield Item.from_parent(self, name="it")

        def pytest_collect_file(file_path, parent):
            return File.from_parent(parent, path=file_path) if file_path.suffix == ".txt" else None
    """)
    file = pytester.maketxtfile(test_it="")
    items, _ = pytester.inline_genitems(file)
    assert [closure(item) for item in items] == [[]]


def test_a_pytest_that_does_not_tell(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a name that is not public is gone, nothing is told."""
    [item] = pytester.getitems("def test_it(tmp_path): ...")
    assert closure(item)
    monkeypatch.delattr(item, "_fixtureinfo")
    assert closure(item) is None
