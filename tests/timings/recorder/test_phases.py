"""What is recorded of making, waiting, removing, and of tests."""

from __future__ import annotations

import pytest

from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

from .conftest import Recorded, named, phases


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
