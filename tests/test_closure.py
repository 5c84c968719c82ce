"""What is known of a test's fixtures before it runs, compared with what pytest then does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pytest_docker_tools.closure import Node, closure

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


class Recorder:
    """Takes down what is told of each test's fixtures, and what pytest sets up for it."""

    def __init__(self) -> None:
        self.told: dict[str, list[pytest.FixtureDef[object]]] = {}
        self.made: dict[str, list[pytest.FixtureDef[object]]] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self.test = item.nodeid
        self.made[self.test] = []
        self.told[self.test] = [node.fixturedef for node in closure(item) or []]

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object]) -> Iterator[None]:
        self.made[self.test].append(fixturedef)
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
