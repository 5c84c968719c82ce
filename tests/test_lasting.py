"""What outlives its fixture, and how it is found."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from pytest_docker_tools import labels, lasting, signature, tasks
from pytest_docker_tools.driver import Kind
from pytest_docker_tools.exceptions import Conflict, EngineError
from pytest_docker_tools.items import Item
from pytest_docker_tools.lasting import Wanted
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

from .conftest import Run

HEADER = "from pytest_docker_tools import *\n"
FILLED = HEADER + "it = volume(name='it', initial_content={'a': b'1'})\ndef test_it(it): ..."
MARK = "it.unfinished"


def wanted(engine: MemoryEngine, kind: Kind, name: str = "it", **definition: str) -> Wanted:
    setup: Any = SimpleNamespace(driver=MemoryDriver(engine))
    return Wanted(setup, kind, {"name": name, "environment": {"PASSWORD": "hunter2"}}, definition, [])


def made(definition: dict[str, str] | None, found: str | None = None) -> Item:
    known = {} if definition is None else {labels.DEFINITION: signature.written(definition)}
    return Item("volume", {"Name": "it", "Labels": {labels.SIGNATURE: found or "old", **known}})


def test_its_key_is_its_own(engine: MemoryEngine) -> None:
    """Resources of another engine, kind or name have another key, drivers of the same engine have the same."""
    other = MemoryEngine()
    keys = [
        wanted(engine, "volume").key,
        wanted(other, "volume").key,
        wanted(engine, "network").key,
        wanted(engine, "volume", "other").key,
    ]
    assert len({*keys}) == 4
    assert lasting.key(MemoryDriver(engine), "volume", "it") == keys[0]
    assert all(key.isalnum() for key in keys)


def test_no_value_is_shown(engine: MemoryEngine) -> None:
    """What shows a wanted resource does not show its options, which may have secrets."""
    assert "hunter2" not in repr(wanted(engine, "container", environment="1"))


def test_what_has_changed(engine: MemoryEngine) -> None:
    """What is not as wanted is told by keywords, where they are known; nothing is told of what has not changed."""
    it = wanted(engine, "volume", driver="1", labels="2")
    assert it.changed(made({"driver": "x"}, it.signature)) is None
    assert it.changed(made({"driver": "0", "labels": "2"})) == "driver"
    assert it.changed(made({"driver": "0", "container db": "5"})) == "container db, driver, labels"
    assert it.changed(made(None)) == "what it is made from"
    assert it.changed(Item("volume", {"Name": "it", "Labels": None})) == "what it is made from"


@pytest.mark.parametrize("kind", ["container", "network", "volume"])
def test_where_there_is_nothing(engine: MemoryEngine, kind: Kind) -> None:
    """What is not there is not half-made either, also where there is what marks a volume."""
    MemoryDriver(engine).create_volume({"name": MARK})
    assert tasks.run(lasting.look(wanted(engine, kind))) == (None, False)


def test_a_container_is_half_made_until_it_is_started(engine: MemoryEngine) -> None:
    """A container that was never started may lack something; one that has ended does not."""
    driver = MemoryDriver(engine)
    ref = driver.create_container({"image": "app", "name": "it"})
    found, is_half_made = tasks.run(lasting.look(wanted(engine, "container")))
    assert found is not None
    assert (found.ref, is_half_made) == (ref, True)
    driver.start("it")
    assert tasks.run(lasting.look(wanted(engine, "container")))[1] is False
    driver.stop("it")
    assert tasks.run(lasting.look(wanted(engine, "container")))[1] is False


def test_a_network_is_whole(engine: MemoryEngine) -> None:
    """A network that is there has all that it is to have."""
    ref = MemoryDriver(engine).create_network({"name": "it"})
    found, is_half_made = tasks.run(lasting.look(wanted(engine, "network")))
    assert found is not None
    assert (found.ref, is_half_made) == (ref, False)


def test_a_volume_is_half_made_beside_its_mark(engine: MemoryEngine) -> None:
    """A volume is whole where there is no mark beside it."""
    driver = MemoryDriver(engine)
    filled = wanted(engine, "volume", initial_content="1")
    driver.create_volume({"name": "it"})
    found, is_half_made = tasks.run(lasting.look(filled))
    assert found is not None
    assert (found.name, is_half_made) == ("it", False)
    driver.create_volume({"name": MARK, "labels": {labels.UNFINISHED: "it"}})
    assert tasks.run(lasting.look(filled))[1] is True
    assert tasks.run(lasting.look(wanted(engine, "volume")))[1] is False


def test_labels_tell_what_it_is_made_from(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """What is made says which run made it from which definition, and what marks it says beside what it is."""
    pytester.makepyfile(FILLED)
    run("--reuse-containers").assert_outcomes(passed=1)
    mark, volume = [call.arguments["options"] for call in engine.calls if call.verb == "create_volume"]
    assert mark["name"] == MARK
    assert mark["labels"][labels.UNFINISHED] == volume["name"] == "it"
    for label in (labels.CREATOR, labels.REUSABLE, labels.RUN, labels.OWNER):
        assert mark["labels"][label] == volume["labels"][label]
    definition = signature.read(volume["labels"][labels.DEFINITION])
    assert definition is not None
    assert definition.keys() == {"initial_content"}
    assert volume["labels"][labels.SIGNATURE] == signature.signature(definition)


def test_the_mark_is_there_while_a_volume_is_filled(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From before a volume is created until it has its files there is a mark beside it, and not afterwards."""
    seen = []
    for verb in ("create_volume", "put_archive"):
        original = getattr(MemoryDriver, verb)

        def watched(driver: MemoryDriver, *arguments: Any, original: Any = original, **options: Any) -> Any:
            seen.append((MARK in engine.volumes, "it" in engine.volumes))
            return original(driver, *arguments, **options)

        monkeypatch.setattr(MemoryDriver, verb, watched)
    pytester.makepyfile(FILLED)
    run("--reuse-containers").assert_outcomes(passed=1)
    assert seen == [(False, False), (True, False), (True, True)]
    assert [*engine.volumes] == ["it"]


def test_a_volume_that_cannot_be_removed_keeps_its_mark(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine
) -> None:
    """A volume that was not filled, and could not be removed either, is known to be half-made."""
    pytester.makepyfile(FILLED)
    engine.fail("put_archive", EngineError("it broke"))
    engine.fail("remove", EngineError("it cannot be removed"))
    engine.fail("remove", EngineError("it cannot be removed"))
    engine.fail("remove", EngineError("it cannot be removed"))
    # At its end it is tried, and told, once more.
    run("--reuse-containers").assert_outcomes(errors=2)
    assert sorted(engine.volumes) == ["it", MARK]


def test_an_engine_that_does_not_hand_out_what_is_there(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine
) -> None:
    """A mark that is there already is one, also where the engine refuses to make it again."""
    MemoryDriver(engine).create_volume({"name": MARK, "labels": {labels.UNFINISHED: "it"}})
    engine.fail("create_volume", Conflict("it is there"))
    pytester.makepyfile(FILLED)
    run("--reuse-containers").assert_outcomes(passed=1)
    assert [*engine.volumes] == ["it"]
