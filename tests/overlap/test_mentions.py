"""What means another fixture by a name on the engine, without a reference, waits for it."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

from pytest_docker_tools import build, container, fetch, network, types, volume
from pytest_docker_tools.definition import Definition, definition_of
from pytest_docker_tools.overlap import mentions

from ..conftest import Run
from .conftest import Stage


def defined(fixture: Any) -> Definition:
    definition = definition_of(fixture)
    assert definition is not None
    return definition


@pytest.mark.parametrize(
    ("fixture", "expected"),
    [
        (container(image="app"), set()),
        (container(image="app", name="db", hostname="other"), {"db"}),
        (container(image="app", name="{prefix.value}-db"), set()),
        (container(image="app", aliases=["db", "cache"], network="n"), {"db", "cache"}),
        (container(image="app", networks={"n": types.EndpointConfig(aliases=["db"])}), {"db"}),
        (container(image="app", networks=["n"]), set()),
        (network(name="net"), {"net"}),
        (volume(name="vol"), {"vol"}),
        (build(path=".", tag="app:1.0"), {"app:1.0", "app"}),
        (build(path=".", tag="registry:5000/app"), {"registry:5000/app"}),
        (build(path=".", stages={"test": "app-test:1"}), {"app-test:1", "app-test"}),
        (fetch(repository="registry:5000/redis:7"), {"registry:5000/redis:7"}),
        (fetch(repository="redis", tag="7"), {"redis:7"}),
        (fetch(repository="redis", tag="latest"), {"redis:latest", "redis"}),
        (fetch(repository="redis"), {"redis:latest", "redis"}),
        (fetch(repository="redis", tag="{version}"), set()),
    ],
)
def test_names(fixture: Any, expected: set[str]) -> None:
    """A fixture is known by the names, aliases and tags that it gives to what it makes, as far as they are written."""
    assert mentions.of(defined(fixture)).names == expected


@pytest.mark.parametrize(
    ("fixture", "is_mentioned"),
    [
        (container(image="app", environment={"DB": "postgres://db:5432/x"}), True),
        (container(image="app", environment=["DB_HOST=db"]), True),
        (container(image="app", command=["wait-for", "db:5432"]), True),
        (container(image="app", command="psql -h db"), True),
        (container(image="app", links={"db": "alias"}), True),
        (container(image="app", network_mode="container:db"), True),
        (container(image="app", networks={"n": types.EndpointConfig(links={"db": "x"})}), True),
        (container(image="db:1"), True),
        (container(image="app", name="db"), True),
        (container(image="app", command="the db-2 of mydb, db_1 and a.db"), False),
        (container(image="app"), False),
        (container(image="dbs"), False),
    ],
)
def test_mentions(fixture: Any, is_mentioned: bool) -> None:
    """A name is mentioned wherever it is a word of its own in a keyword, at any depth."""
    assert mentions.of(defined(fixture)).has({"db", "other.name"}) == is_mentioned
    assert not mentions.of(defined(fixture)).has(set())


def test_a_name_is_no_pattern() -> None:
    """Dots in names are dots."""
    assert not mentions.of(defined(container(image="app", command="axb"))).has({"a.b"})
    assert mentions.of(defined(container(image="app", command="x a.b"))).has({"a.b"})


def test_what_cannot_be_read_is_no_error() -> None:
    """A reference to what has no name of its own is told when the fixture is set up, not before."""
    wrong = defined(container(image=fetch(repository="db"), command="db"))
    assert mentions.of(wrong).names == set()
    assert not mentions.of(wrong).has({"db"})


def test_who_was_asked_about_is_not_kept() -> None:
    """What a fixture mentions is remembered no longer than the fixture: a process may have many runs."""
    definition = defined(container(image="app", command="db"))
    mentions.of(definition)
    known = weakref.ref(definition)
    del definition
    gc.collect()
    assert known() is None


HEADER = "from io import BytesIO\nfrom stage import note, wait_for\nfrom pytest_docker_tools import *\nimport pytest\n"


@pytest.mark.parametrize("order", ["first, second, beside", "beside, first, second"])
@pytest.mark.parametrize("mode", ["ordered", "graph"])
def test_who_mentions_a_name_waits(pytester: pytest.Pytester, run: Run, engine: Stage, order: str, mode: str) -> None:
    """What comes after a container, and has its name in a keyword, is begun after it, and the rest at the same time."""
    engine.meet("create_container first", "create_container beside")
    pytester.makepyfile(
        HEADER
        + f"""
first = container(image='app', name='first')
second = container(image='app', name='second', environment={{'URL': 'http://first:80/'}})
third = container(image='app', name='third', command='ask second')
beside = container(image='app', name='beside')

def test_it({order}, third): ...
"""
    )
    run("-o", f"docker_overlap={mode}").assert_outcomes(passed=1)
    events = engine.told("create_container", "start")
    assert events.index("start first ends") < events.index("create_container second begins")
    assert events.index("start second ends") < events.index("create_container third begins")


def test_what_comes_before_is_not_waited_for_by_name(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """Only what precedes it in the test can be meant: the order without side by side is kept, and never turned."""
    engine.meet("create_container first", "create_container second")
    pytester.makepyfile(
        HEADER
        + """
first = container(image='app', name='first', environment={'URL': 'http://second:80/'})
second = container(image='app', name='second')

def test_it(first, second): ...
"""
    )
    run().assert_outcomes(passed=1)


def test_an_image_by_its_tag(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """A container of an image, by its tag, that another fixture builds is begun when that is built."""
    pytester.makepyfile(
        HEADER
        + """
built = build(fileobj=BytesIO(b'FROM scratch'), tag='built:1', scope='function')
it = container(image='built:1', name='it')
beside = container(image='app', name='beside')

def test_it(built, it, beside): ...
"""
    )
    engine.meet("build_image built:1", "create_container beside")
    run().assert_outcomes(passed=1)


def test_after_what_is_there_nobody_waits(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """What an earlier test has made is there, so that all who mention it are begun at once."""
    engine.meet("create_container second", "create_container third")
    pytester.makepyfile(
        HEADER
        + """
first = container(image='app', name='first', scope='session')
second = container(image='app', name='second', environment={'URL': 'http://first:80/'})
third = container(image='app', name='third', environment={'URL': 'http://first:80/'})

def test_one(first): ...
def test_two(first, second, third): ...
"""
    )
    run().assert_outcomes(passed=2)
