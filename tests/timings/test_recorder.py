"""What is recorded of a run, of small projects on an engine in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import repeat

import pytest

from pytest_docker_tools import timings
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage
from pytest_docker_tools.timings import recorder
from pytest_docker_tools.timings.record import Fixture, Phase, Record, Span

from ..conftest import Run

CONFTEST = """
import pytest
from pytest_docker_tools import *

@pytest.fixture
def quick(db): ...

@pytest.fixture
def quicker(quick, db): ...

@pytest.fixture
def slow(net): ...

net = network(scope='module')
db = container(image='app', network='{net.name}', files={'/a': 'b'})
web = container(image='app', depends_on=['quick', 'quicker', 'slow'])
lone = container(image='app')
"""

# Seconds from which on a fixture holds up others.
SLOW = 0.01

Recorded = Callable[..., Record]


class Keeper:
    """Keeps the record of a run."""

    record: Record | None = None

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self, config: pytest.Config) -> None:
        recorder = timings.of(config)
        self.record = recorder.record if recorder else None


@pytest.fixture
def recorded(pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """Run pytest on a test module, below the conftest.py above, and give the record.

    Of fixtures of the test suite's own it is said how many seconds each of their set-ups takes: of the others none.
    """
    takes: dict[str, Iterator[float]] = {}
    holds_up = recorder.Recorder._holds_up

    def is_said_to_hold_up(self: recorder.Recorder, request: pytest.FixtureRequest, seconds: float) -> bool:
        return holds_up(self, request, next(takes.get(request.fixturename or "", repeat(0.0))))

    # How long it really takes depends on what else the machine does.
    monkeypatch.setattr(recorder.Recorder, "_holds_up", is_said_to_hold_up)

    def recorded(code: str, *arguments: str, **seconds: Sequence[float]) -> Record:
        takes.update({name: iter(several) for name, several in {"slow": [SLOW] * 9, **seconds}.items()})
        pytester.makeconftest(CONFTEST)
        pytester.makepyfile(test_it=code)
        keeper = Keeper()
        run("--docker-timings", *arguments, plugins=[keeper])
        assert keeper.record
        return keeper.record

    return recorded


def named(record: Record, name: str) -> Fixture:
    """Give the only fixture of a name."""
    [found] = [fixture for fixture in record.fixtures if fixture.name == name]
    return found


def phases(record: Record, fixture: Fixture) -> list[Phase]:
    """Give what was done for a fixture."""
    return [span.phase for span in record.spans if span.fixture is fixture]


def test_phases(recorded: Recorded) -> None:
    """What is done for a container and a network is recorded, one thing after the other, within the run."""
    record = recorded("def test_it(db): ...")
    db, net = named(record, "db"), named(record, "net")
    assert phases(record, db) == ["create", "copy", "start", "wait", "remove"]
    assert phases(record, net) == ["create", "remove"]
    moments = [moment for span in record.spans if span.fixture is db for moment in (span.begin, span.end)]
    assert [record.began, *moments, record.ended] == sorted([record.began, *moments, record.ended])
    assert (db.factory, db.scope, db.home) == ("container", "function", "test_it.py::test_it")
    assert (net.factory, net.scope, net.home) == ("network", "module", "test_it.py")
    assert not any(span.failed for span in record.spans)


def test_images(recorded: Recorded, engine: MemoryEngine, pytester: pytest.Pytester) -> None:
    """A pull, and the build of each stage, is recorded, but not what takes no work."""
    engine.registry["redis:7"] = MemoryImage()
    (pytester.mkdir("app") / "Dockerfile").write_text("FROM scratch\n")
    record = recorded("""
        from pytest_docker_tools import *
        redis = fetch(repository='redis:7')
        there = fetch(repository='app', policy='missing')
        built = build(path='app', stages={'a': 'a:1'})
        def test_it(redis, there, built): ...
    """)
    found = {name: phases(record, named(record, name)) for name in ("redis", "there", "built")}
    assert found == {"redis": ["pull"], "there": [], "built": ["build", "build"]}


def test_a_volume_is_filled(recorded: Recorded) -> None:
    """Filling a volume is copying."""
    record = recorded("""
        from pytest_docker_tools import volume
        full = volume(initial_content={'a': b'b'})
        empty = volume()
        def test_it(full, empty): ...
    """)
    assert phases(record, named(record, "full")) == ["create", "copy", "remove"]
    assert phases(record, named(record, "empty")) == ["create", "remove"]


def test_waiting_for_removals(recorded: Recorded, engine: MemoryEngine) -> None:
    """A test that could tell waits for what the one before has left, and so does the end of the run; others do not."""
    engine.removes_after = 3
    record = recorded("""
        def test_one(lone): ...
        def test_two(): ...
        def test_three(docker_client): ...
        def test_four(lone): ...
    """)
    spans = [span for span in record.spans if span.phase == "remove"]
    assert [span.where for span in spans] == ["background"] * 2
    assert record.waits
    asked = [sum(span.begin <= begin < end for begin, end in record.waits) for span in spans]
    assert all(asked)


def test_what_cannot_be_removed_in_the_background(
    recorded: Recorded, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run waits where the driver cannot do it in the background."""
    monkeypatch.setattr(MemoryDriver, "begin_removal", lambda *refs, **options: None)
    record = recorded("def test_one(lone): ...")
    [span] = [span for span in record.spans if span.phase == "remove"]
    [(begin, end)] = record.waits
    assert span.begin <= begin <= end <= span.end


def test_turns(recorded: Recorded) -> None:
    """pytest asks for one fixture after the other, and has it when all is done for it."""
    record = recorded("def test_it(db): ...")
    turns = [fixture.turn for name in ("net", "db") if (fixture := named(record, name)).turn]
    assert [turn and turn[0] for turn in turns] == sorted(turn[0] for turn in turns if turn)
    for name in ("net", "db"):
        fixture = named(record, name)
        assert fixture.turn
        made = [span for span in record.spans if span.fixture is fixture and span.phase != "remove"]
        assert max(span.end for span in made) <= fixture.turn[1] + 0.001


def test_needs(recorded: Recorded) -> None:
    """A fixture needs those before it, also through quick ones of the suite's own, each once."""
    record = recorded("def test_it(web, lone): ...")
    needs = {fixture.name: [needed.name for needed in fixture.needs] for fixture in record.fixtures}
    assert needs.pop("lone") == []
    assert needs["web"] == ["db", "slow"]
    assert needs["slow"] == needs["db"] == ["net"]
    assert "quick" not in needs


@pytest.mark.parametrize(("seconds", "needs"), [(SLOW, ["slow"]), (0.99 * SLOW, ["net"])])
def test_how_long_a_slow_one_takes(recorded: Recorded, seconds: float, needs: list[str]) -> None:
    """A fixture of the suite's own is one to be needed if it takes so long that somebody could see it."""
    record = recorded(
        """
        from pytest_docker_tools import container
        it = container(image='app', depends_on=['slow'])
        def test_it(it): ...
    """,
        slow=[seconds],
    )
    assert [needed.name for needed in named(record, "it").needs] == needs


def test_needs_are_those_of_the_same_test(recorded: Recorded) -> None:
    """Of a fixture that is made anew for each test, what needs it in the second test needs the second one."""
    record = recorded("def test_one(web): ...\ndef test_two(web): ...")
    webs = [fixture for fixture in record.fixtures if fixture.name == "web"]
    assert [[needed.test for needed in web.needs] for web in webs] == [[web.test, web.test] for web in webs]
    nets = {needed for fixture in record.fixtures if fixture.name == "db" for needed in fixture.needs}
    assert nets == {named(record, "net")}


def test_the_client_is_needed_by_all(recorded: Recorded) -> None:
    """A client that takes long is a fixture of the suite's own, but nothing that is said of each other one."""
    record = recorded(
        """
        import pytest
        @pytest.fixture(scope='session')
        def docker_client(docker_client):
            return docker_client
        def test_it(lone): ...
    """,
        docker_client=[0, SLOW],
    )
    assert named(record, "docker_client").factory == ""
    assert named(record, "lone").needs == []


def test_a_fixture_that_was_slow_once(recorded: Recorded) -> None:
    """A fixture of the suite's own that was slow for one test is not what another test waited for."""
    record = recorded(
        """
        import pytest
        from pytest_docker_tools import container
        @pytest.fixture
        def sometimes(): ...
        it = container(image='app', depends_on=['sometimes'])
        def test_one(it): ...
        def test_two(it): ...
    """,
        sometimes=[SLOW, 0],
    )
    its = [fixture for fixture in record.fixtures if fixture.name == "it"]
    assert [[needed.name for needed in it.needs] for it in its] == [["sometimes"], []]


def test_fixtures_of_other_tests_are_none_of_its_business(recorded: Recorded) -> None:
    """Of a test without containers nothing is recorded, however slow."""
    record = recorded("""
        import pytest
        @pytest.fixture
        def slow(): ...
        def test_slow(slow): ...
    """)
    assert (record.fixtures, record.spans, record.bodies) == ([], [], [])


def test_overridden_fixtures_are_two(recorded: Recorded) -> None:
    """A fixture, and the one of the same name that it overrides, are not taken for each other."""
    record = recorded("""
        from pytest_docker_tools import container
        db = container(image='app', labels={'net': '{db.name}'})
        def test_it(db): ...
    """)
    outer, inner = sorted((one for one in record.fixtures if one.name == "db"), key=lambda one: len(one.needs[0].needs))
    assert inner.needs == [outer]
    assert phases(record, outer) == ["create", "copy", "start", "wait", "remove"]
    assert phases(record, inner) == ["start", "wait", "remove"]


def test_bodies(recorded: Recorded) -> None:
    """The function of each test is recorded that has a container, also one of a wider scope, and no skipped one."""
    record = recorded("""
        import pytest
        def test_one(net): ...
        def test_two(net): assert False
        def test_none(): ...
        @pytest.mark.skip
        def test_skipped(net): ...
    """)
    assert [body.test for body in record.bodies] == ["test_it.py::test_one", "test_it.py::test_two"]
    assert record.bodies[0].begin <= record.bodies[0].end <= record.bodies[1].begin


def test_during_which_test(recorded: Recorded) -> None:
    """What lives longer is made during its first test and removed during its last."""
    record = recorded("def test_one(net): ...\ndef test_two(net): ...")
    assert [span.test for span in record.spans] == ["test_it.py::test_one", "test_it.py::test_two"]


def test_what_was_held_up(recorded: Recorded) -> None:
    """What could have been begun but for a plain fixture before it is recorded with that, and nothing else is."""
    record = recorded("""
        import pytest
        from pytest_docker_tools import container
        first = container(image='app')
        second = container(image='app')
        third = container(image='app', labels={'second': '{second.id}'})
        wide = container(image='app', scope='session')
        @pytest.fixture
        def plain(): ...
        def test_it(wide, first, plain, second, third): ...
        def test_again(plain, wide): ...
    """)
    assert {one.name: one.held_by for one in record.fixtures if one.held_by} == {"second": ["plain"]}


def test_failures(recorded: Recorded, engine: MemoryEngine) -> None:
    """What fails is recorded as such, with its removal, which does not."""
    engine.add_image("broken", MemoryImage(exits_with=3))
    record = recorded("""
        from pytest_docker_tools import container
        it = container(image='broken')
        none = container(image='nowhere')
        def test_it(it): ...
        def test_none(none): ...
    """)
    assert [(span.fixture.name, span.phase) for span in record.spans if span.failed] == [
        ("it", "wait"),
        ("none", "start"),
    ]
    assert phases(record, named(record, "it"))[-1] == "remove"
    assert named(record, "it").failed
    assert named(record, "none").failed


def test_a_skip_is_no_failure(recorded: Recorded) -> None:
    """A fixture that skips its test has not failed."""
    record = recorded("""
        import time, pytest
        from pytest_docker_tools import container, wrappers
        class Skipping(wrappers.Container):
            def ready(self): pytest.skip('no')
        it = container(image='app', wrapper_class=Skipping)
        def test_it(it): ...
    """)
    assert not named(record, "it").failed
    assert [span for span in record.spans if span.failed] == []


def test_no_value_is_recorded(recorded: Recorded) -> None:
    """Of keywords, and of what a parametrised fixture is, nothing is in a record."""
    record = recorded("""
        from pytest_docker_tools import container
        it = container(image='app', environment={'A': 'hunter2'}, command='hunter2', name='hunter2')
        def test_it(it): ...
    """)
    assert "hunter2" not in repr(record)


def test_errors_end_where_they_did(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """The report of an error has no frames of what measures."""
    engine.add_image("broken", MemoryImage(exits_with=3))
    pytester.makepyfile(
        "from pytest_docker_tools import container\nit = container(image='broken', name='it')\ndef test_it(it): ..."
    )

    def entries(*arguments: str) -> list[str]:
        return [line for line in run(*arguments).stdout.lines if ".py:" in line]

    assert entries("--docker-timings") == entries()


@pytest.mark.parametrize(
    "arguments", [[], ["--docker-timings", "--setup-plan"], ["--docker-timings", "--collect-only"]]
)
def test_nothing_is_recorded(pytester: pytest.Pytester, run: Run, arguments: list[str]) -> None:
    """Without the option, and where nothing is set up, there is no recorder."""
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile("def test_it(db): ...")
    keeper = Keeper()
    assert run(*arguments, plugins=[keeper]).ret == 0
    assert keeper.record is None


class TestFeeding:
    """What the parts of the library that make and remove call."""

    @pytest.fixture
    def feed(self, recorded: Recorded, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Record]:
        """Run a test whose function has some lines about `timings` and the configuration."""

        def feed(code: str) -> Record:
            return recorded(f"""
                import threading
                from pytest_docker_tools import ledger, timings
                def test_it(pytestconfig, lone):
                    config = pytestconfig
                    [entry] = ledger.of(config).entries
                    {code}
            """)

        return feed

    def test_a_thread(self, feed: Callable[[str], Record]) -> None:
        """A span may be in another thread, which is noted, and may be of a fixture that pytest never asks for."""
        record = feed("""
                    def work():
                        with timings.span(config, 'start', fixture='db', factory='container'): ...
                    thread = threading.Thread(target=work)
                    thread.start()
                    thread.join()
        """)
        [span] = [span for span in record.spans if span.fixture.name == "db"]
        assert (span.phase, span.where, span.test) == ("start", "thread", "test_it.py::test_it")
        assert (span.fixture.turn, span.fixture.factory) == (None, "container")
        assert {other.where for other in record.spans if other is not span} == {"main", "background"}

    def test_the_background(self, feed: Callable[[str], Record]) -> None:
        """A removal in the background is noted when that is known, for the fixture that made it."""
        record = feed("timings.note(config, entry, 5.0, 7.5, failed=True)")
        [span] = [span for span in record.spans if span.where == "background" and span.begin == 5.0]
        assert span == Span(named(record, "lone"), "remove", "test_it.py::test_it", 5.0, 7.5, "background", failed=True)

    def test_what_was_held(self, feed: Callable[[str], Record]) -> None:
        """What a fixture waited for without needing it is noted."""
        record = feed("timings.held(config, 'tmp_path', fixture='lone', fixturedef=entry.fixturedef)")
        assert named(record, "lone").held_by == ["tmp_path"]

    def test_without_a_recorder(self, pytestconfig: pytest.Config) -> None:
        """Where nothing is recorded, feeding is fine, and does nothing."""
        if timings.of(pytestconfig) is None:
            with timings.span(pytestconfig, "start", fixture="db", factory="container"):
                timings.held(pytestconfig, "tmp_path", fixture="db")
        assert timings.of(pytestconfig) is None


def test_many_threads() -> None:
    """Threads that begin with the same fixture have it in common."""
    recorder = timings.recorder.Recorder("main")
    found: list[Fixture] = []
    barrier = threading.Barrier(8)

    def ask() -> None:
        barrier.wait()
        found.extend(recorder.fixture(f"f{number}", "test", None) for number in range(200))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == len(recorder.record.fixtures) == 200
