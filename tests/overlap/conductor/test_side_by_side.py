"""What is made at the same time, and what not, in whole runs of pytest."""

from __future__ import annotations

import threading

import pytest

from pytest_docker_tools.driver import ExecResult
from pytest_docker_tools.overlap import conductor
from pytest_docker_tools.testing import MemoryImage

from ...conftest import Run
from ..conftest import HEADER, OFF, TWO, Stage


def test_two_are_made_at_the_same_time(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """What does not depend on each other is created, and started, side by side; what depends on both, after both."""
    engine.meet("create_container aa", "create_container bb")
    engine.meet("start aa", "start bb")
    pytester.makepyfile(
        HEADER
        + TWO
        + "c = container(image='app', name='cc', environment={'A': '{a.id}', 'B': '{b.id}'})\n"
        + "def test_it(c, a, b):\n    assert c.env['A'] == a.id"
    )
    run().assert_outcomes(passed=1)
    events = engine.told()
    begins = events.index("create_container cc begins")
    assert begins > max(events.index("start aa ends"), events.index("start bb ends"))
    assert [event for event in events if event.startswith("remove") and event.endswith("begins")] == [
        "remove cc begins",
        "remove bb begins",
        "remove aa begins",
    ]


@pytest.mark.parametrize("wait_for", ["probes.Exec('true')", "probes.LogLine('hello')", "None"])
def test_two_are_looked_at_at_the_same_time(
    pytester: pytest.Pytester, run: Run, engine: Stage, monkeypatch: pytest.MonkeyPatch, wait_for: str
) -> None:
    """Whether they are ready is asked of both side by side, where that takes a call of the engine."""
    verb = {"E": "execute", "L": "logs", "N": "listening"}[wait_for.removeprefix("probes.")[0]]
    engine.meet(f"{verb} aa", f"{verb} bb")
    ports = "ports={'80/tcp': None}, " if verb == "listening" else ""
    engine.add_image("app:latest", MemoryImage(logs=b"hello", listens=("80/tcp",) if ports else ()))
    engine.on_execute(lambda container, words: ExecResult(0, b"", b""))
    options = f"{ports}wait_for={wait_for}"
    pytester.makepyfile(
        HEADER
        + "from pytest_docker_tools import probes\n"
        + "".join(f"{name} = container(image='app', name='{name * 2}', {options})\n" for name in "ab")
        + "def test_it(a, b): ..."
    )
    run().assert_outcomes(passed=1)


def test_all_steps_are_made_at_the_same_time(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """Of what takes several calls, each goes on beside those of others."""
    engine.meet("build_image a-stage", "build_image b-stage")
    engine.meet("build_image a", "build_image b")
    pytester.makepyfile(
        HEADER
        + "from io import BytesIO\n"
        + "".join(
            f"{name} = build(fileobj=BytesIO(b'FROM scratch AS x'), tag='{name}', stages={{'x': '{name}-stage'}})\n"
            for name in "ab"
        )
        + "def test_it(a, b): ..."
    )
    run().assert_outcomes(passed=1)


def test_what_has_all_it_needs_is_begun(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """While pytest waits for one container, another one is begun as soon as what that needs is there."""
    engine.after("create_container aa", "create_container cc begins")
    pytester.makepyfile(
        HEADER + TWO + "c = container(image='app', name='cc', environment={'B': '{b.id}'})\ndef test_it(a, b, c): ..."
    )
    run().assert_outcomes(passed=1)


def test_every_kind_takes_part(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """Pulls, builds, networks, volumes and their files, and containers, go on at the same time."""
    engine.registry["registry.example/db:latest"] = MemoryImage()
    engine.meet(
        "pull_image registry.example/db",
        "build_image built",
        "create_network net",
        "create_volume vol",
        "create_container aa",
    )
    pytester.makepyfile(
        HEADER
        + """
from io import BytesIO

pulled = fetch(repository='registry.example/db', scope='function')
built = build(fileobj=BytesIO(b'FROM scratch'), tag='built', scope='function')
net = network(name='net')
vol = volume(name='vol', initial_content={'file': b'content'})
a = container(image='app', name='aa')
db = container(image='{pulled.id}', network='{net.name}', volumes={'{vol.name}': {'bind': '/data', 'mode': 'rw'}})

def test_it(pulled, built, net, vol, a, db):
    assert db.get_text('/data/file') == 'content'
"""
    )
    run().assert_outcomes(passed=1)


def test_so_many_calls_at_the_same_time(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """There is a bound on the calls that go on at the same time, up to which they do."""
    names = [f"cc{number}" for number in range(conductor.WORKERS + 3)]
    engine.meet(*(f"create_container {name}" for name in names[: conductor.WORKERS]))
    fixtures = "".join(f"{name} = container(image='app', name='{name}')\n" for name in names)
    pytester.makepyfile(HEADER + fixtures + f"def test_it({', '.join(names)}): ...")
    run().assert_outcomes(passed=1)
    going_on, most = 0, 0
    for event in engine.told():
        going_on += 1 if event.endswith("begins") else -1
        most = max(most, going_on)
    assert most == conductor.WORKERS


@pytest.mark.usefixtures("unguarded")
def test_off(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """With docker_overlap = off all is made in pytest's order, one after the other, in its thread."""
    pytester.makepyfile(
        HEADER
        + TWO
        + """
@pytest.fixture
def plain():
    note('plain')

def test_it(b, plain, a):
    note('test')
"""
    )
    run(*OFF).assert_outcomes(passed=1)
    verbs = ["create_container", "start"]
    expected = [f"{verb} {name * 2} {how}" for name in "ba" for verb in verbs for how in ("begins", "ends")]
    expected[4:4] = ["plain"]
    expected += ["test", *(f"remove {name * 2} {how}" for name in "ab" for how in ("begins", "ends"))]
    assert engine.told(*verbs, "remove", "plain", "test") == expected
    assert {*engine.threads.values()} == {threading.main_thread().name}
