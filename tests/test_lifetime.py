"""How long a container, network or volume lives."""

from __future__ import annotations

import pytest

from pytest_docker_tools import labels, signature
from pytest_docker_tools.driver import Kind
from pytest_docker_tools.exceptions import EngineUnavailable
from pytest_docker_tools.items import Item
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

from .conftest import Run, RunWorkers

HEADER = "from pytest_docker_tools import *\n"
KINDS = {
    "container": "container(image='app', name='it'{})",
    "network": "network(name='it'{})",
    "volume": "volume(name='it'{})",
}


def write(pytester: pytest.Pytester, kind: str, more: str = "") -> None:
    pytester.makepyfile(f"{HEADER}it = {KINDS[kind].format(more)}\ndef test_it(it): ...")


def found(engine: MemoryEngine, kind: Kind, name: str = "it") -> Item | None:
    [facts] = MemoryDriver(engine).inspect(kind, [name])
    return Item(kind, facts) if facts else None


@pytest.mark.parametrize("kind", KINDS)
def test_as_long_as_its_fixture(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, kind: Kind) -> None:
    """Without anything said, it is made for its fixture, is not reusable, and goes."""
    write(pytester, kind)
    run().assert_outcomes(passed=1)
    assert found(engine, kind) is None
    [made] = [call.arguments["options"] for call in engine.calls if call.verb.startswith("create_")]
    assert made["labels"][labels.REUSABLE] == "false"
    assert labels.SIGNATURE not in made["labels"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("more", ["", ", scope='session', shared=True"])
def test_from_run_to_run(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine, kind: Kind, more: str
) -> None:
    """With reuse it stays, is reusable, and carries its signature, also where workers have it in common anyway."""
    write(pytester, kind, more)
    _, workers = run_workers(2, "--reuse-containers")
    for worker in workers:
        worker.assert_outcomes(passed=1)
    item = found(engine, kind)
    assert item is not None
    assert item.is_reusable
    assert not item.labels[labels.SHARED]
    assert item.labels[labels.SIGNATURE]


@pytest.mark.parametrize("kind", KINDS)
def test_as_long_as_the_run_of_all_workers(
    pytester: pytest.Pytester,
    run_workers: RunWorkers,
    engine: MemoryEngine,
    monkeypatch: pytest.MonkeyPatch,
    kind: Kind,
) -> None:
    """What workers have in common is made once, and is not reusable."""
    monkeypatch.setattr(MemoryDriver, "recipe", lambda self: type("Recipe", (), {"backend": "x", "settings": {}})())
    monkeypatch.setattr("pytest_docker_tools.drivers.open_driver", lambda backend, settings: MemoryDriver(engine))
    write(pytester, kind, ", scope='session', shared=True")
    _, workers = run_workers(2)
    for worker in workers:
        worker.assert_outcomes(passed=1)
    made = [call.arguments["options"] for call in engine.calls if call.verb == f"create_{kind}"]
    [marks] = [options["labels"] for options in made if options["name"] == "it"]
    assert (marks[labels.SHARED], marks[labels.REUSABLE]) == ("true", "false")


def definition(engine: MemoryEngine, kind: Kind, name: str) -> signature.Definition:
    item = found(engine, kind, name)
    assert item is not None
    read = signature.read(item.labels[labels.DEFINITION])
    assert read is not None
    return read


def test_a_definition_has_what_is_needed(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """What is needed, through whatever fixtures, counts by its own signature, and a tag by the image's id."""
    pytester.makepyfile(
        HEADER
        + """
import pytest

net = network(name='net')
vol = volume(name='vol', initial_content={'a': b''})
db = container(image='app', name='db', network='{net.name}', files={'/a': b''})
other = container(image='app', name='other')

@pytest.fixture
def address(db):
    return 'db'

app = container(image='app', name='app', environment={'DB': '{address}'}, depends_on=[vol])
def test_it(other, app): ...
"""
    )
    run("--reuse-containers").assert_outcomes(passed=1)
    assert definition(engine, "network", "net").keys() == set()
    assert definition(engine, "volume", "vol").keys() == {"initial_content"}
    assert definition(engine, "container", "other").keys() == {"image", "files"}
    assert definition(engine, "container", "db").keys() == {"image", "files", "network_mode", "network net"}
    app = definition(engine, "container", "app")
    assert app.keys() == {"image", "files", "environment", "container db", "network net", "volume vol"}
    needed: list[tuple[Kind, str]] = [("container", "db"), ("network", "net"), ("volume", "vol")]
    for kind, name in needed:
        item = found(engine, kind, name)
        assert item is not None
        assert app[f"{kind} {name}"] == item.labels[labels.SIGNATURE]
    [image] = MemoryDriver(engine).ids("image")
    assert app["image"] == signature.definition("container", {"image": image})["image"]


@pytest.mark.parametrize("kind", KINDS)
def test_user_labels_stay(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, kind: Kind) -> None:
    """Labels of the user's own are there beside those of the project."""
    write(pytester, kind, ", labels={'mine': 'x y'}")
    run("--reuse-containers").assert_outcomes(passed=1)
    item = found(engine, kind)
    assert item is not None
    assert item.labels["mine"] == "x y"


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_that_a_run_with_reuse_has_kept(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, kind: Kind
) -> None:
    """Without reuse, what a run with it has kept is left alone, and the error says what to do."""
    write(pytester, kind)
    run("--reuse-containers").assert_outcomes(passed=1)
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [f"E  *Conflict*There is a {kind} 'it' on the engine already, which a run with --reuse-containers has kept.*"]
    )
    assert found(engine, kind) is not None


@pytest.mark.parametrize("answers", [True, False])
def test_a_name_that_somebody_has(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, answers: bool) -> None:
    """What somebody else has made is told by the engine's own error, also where that cannot be looked at."""
    MemoryDriver(engine).create_network({"name": "it"})
    write(pytester, "network")
    if not answers:
        engine.fail("inspect", EngineUnavailable("the engine is gone"))
    result = run()
    result.stdout.fnmatch_lines(["E  *Conflict: network with name it already exists.*"])
    result.stdout.no_fnmatch_line("*--reuse-containers has kept*")
    result.stdout.no_fnmatch_line("*the engine is gone*")
    assert "inspect" in [verb for verb, _ in engine.calls]
