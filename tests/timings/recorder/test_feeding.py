"""What feeds the recorder, and when and of what nothing is recorded."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from pytest_docker_tools import timings
from pytest_docker_tools.testing import MemoryEngine, MemoryImage
from pytest_docker_tools.timings.record import Fixture, Record, Span

from ...conftest import Run
from .conftest import CONFTEST, Keeper, Recorded, named


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
