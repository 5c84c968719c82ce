"""Keeping resources between runs."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_docker_tools import reuse
from pytest_docker_tools.driver import Kind
from pytest_docker_tools.exceptions import NotReusable
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

from .conftest import Run

PROJECT = """
from pathlib import Path
from pytest_docker_tools import *

net = network(name='the-net', labels={labels})
vol = volume(name='the-volume', initial_content={content})
it = container(
    image='app', name='the-container', network='{{net.name}}', volumes={{'{{vol.name}}': {{'bind': '/data'}}}},
    environment={environment}, timeout={timeout}, files={files},
)

def test_it(it, net, vol):
    assert it.status == 'running'
"""


def write(pytester: pytest.Pytester, **changes: Any) -> None:
    values = {"labels": {}, "content": {"a": b"1"}, "environment": {"A": "1", "B": "2"}, "timeout": 30}
    values |= {"files": {"/etc/a": b"1"}, **changes}
    pytester.makepyfile(test_it=PROJECT.format(**values))


def ids(engine: MemoryEngine) -> dict[str, str]:
    driver = MemoryDriver(engine)
    names: dict[Kind, str] = {"container": "the-container", "network": "the-net", "volume": "the-volume"}
    found = {kind: driver.inspect(kind, [name])[0] for kind, name in names.items()}
    return {kind: facts.get("Id") or facts["CreatedAt"] for kind, facts in found.items() if facts}


def created(engine: MemoryEngine) -> list[str]:
    verbs = [verb for verb, arguments in engine.calls if verb.startswith("create_")]
    engine.calls.clear()
    return sorted(verbs)


def test_the_second_run_uses_what_the_first_made(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """Nothing is removed at the end, and the same definition finds it again, whatever the order of keys."""
    write(pytester)
    run("--reuse-containers").assert_outcomes(passed=1)
    first = ids(engine)
    assert set(first) == {"container", "network", "volume"}
    created(engine)
    write(pytester, environment={"B": "2", "A": "1"}, timeout=31)
    run("--reuse-containers").assert_outcomes(passed=1)
    assert ids(engine) == first
    assert created(engine) == []


@pytest.mark.parametrize(
    ("change", "replaced"),
    [
        ({"environment": {"A": "2"}}, {"container"}),
        ({"labels": {"new": "1"}}, {"network", "container"}),
        ({"content": {"a": b"2"}}, {"volume", "container"}),
        ({"files": {"/etc/a": b"2"}}, {"container"}),
    ],
)
def test_a_stale_one_is_replaced_with_its_dependents(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, change: dict[str, Any], replaced: set[str]
) -> None:
    """A resource whose definition changed is made anew, with the containers that use it."""
    write(pytester)
    run("--reuse-containers").assert_outcomes(passed=1)
    first = ids(engine)
    write(pytester, **change)
    run("--reuse-containers").assert_outcomes(passed=1)
    second = ids(engine)
    assert {kind for kind in first if first[kind] != second[kind]} >= replaced - {"volume"}
    assert MemoryDriver(engine).inspect("container", [first["container"]]) == [None]


def test_what_changed_on_disk_is_stale(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A container is used again, without its files being copied again, until these change on disk; so is a volume."""
    disk = {"content": "{'a': Path('seed')}", "files": "{'/etc/app': Path('seed')}"}
    (pytester.mkdir("seed") / "file").write_text("1")
    write(pytester, **disk)
    run("--reuse-containers").assert_outcomes(passed=1)
    first = ids(engine)
    engine.calls.clear()
    (pytester.path / "seed" / "file").touch()
    run("--reuse-containers").assert_outcomes(passed=1)
    assert ids(engine) == first
    assert "put_archive" not in [verb for verb, _ in engine.calls]
    (pytester.path / "seed" / "file").write_text("2")
    run("--reuse-containers").assert_outcomes(passed=1)
    second = ids(engine)
    assert second["container"] != first["container"]
    assert second["volume"] != first["volume"]


def test_one_that_was_never_started_gets_its_files(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A container that a run left before it got its files gets them in the next one."""
    write(pytester)
    run("--reuse-containers").assert_outcomes(passed=1)
    driver = MemoryDriver(engine)
    created = [arguments["options"] for verb, arguments in engine.calls if verb == "create_container"]
    [made] = [options for options in created if options.get("name") == "the-container"]
    driver.remove("container", ["the-container"], force=True)
    driver.create_container(made)
    engine.calls.clear()
    run("--reuse-containers").assert_outcomes(passed=1)
    assert [verb for verb, _ in engine.calls if verb in ("create_container", "put_archive")] == ["put_archive"]


def test_a_stopped_match_is_started(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A container that was stopped between the runs is started and waited for."""
    write(pytester)
    run("--reuse-containers").assert_outcomes(passed=1)
    MemoryDriver(engine).stop("the-container")
    run("--reuse-containers").assert_outcomes(passed=1)


@pytest.mark.parametrize("kind", ["container", "network", "volume"])
def test_a_name_is_demanded(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, kind: str) -> None:
    """A resource without a name cannot be found again, which is an error that shows where to put one."""
    arguments = "image='app'" if kind == "container" else ""
    pytester.makepyfile(f"from pytest_docker_tools import *\nit = {kind}({arguments})\ndef test_it(it): ...")
    result = run("--reuse-containers")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"E  *--reuse-containers*{kind}(name=...)*"])
    assert created(engine) == []


@pytest.mark.parametrize("kind", ["container", "network", "volume"])
@pytest.mark.parametrize("made_by", ["someone", "a run without reuse"])
def test_a_foreign_one_is_refused(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, kind: Kind, made_by: str
) -> None:
    """A resource of that name that no run with --reuse-containers made is left alone, and said to be in the way."""
    driver = MemoryDriver(engine)
    create = {"container": driver.create_container, "network": driver.create_network, "volume": driver.create_volume}
    labels = {} if made_by == "someone" else {"creator": "pytest-docker-tools", "pytest-docker-tools.reusable": "false"}
    create[kind]({"name": "taken", "labels": labels, **({"image": "app"} if kind == "container" else {})})
    arguments = "name='taken'" + (", image='app'" if kind == "container" else "")
    pytester.makepyfile(f"from pytest_docker_tools import *\nit = {kind}({arguments})\ndef test_it(it): ...")
    result = run("--reuse-containers")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"E  *'taken'*does not appear to be a reusable {kind}*"])
    assert driver.inspect(kind, ["taken"]) != [None]


def test_a_failing_reusable_container_does_not_stay(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A container that never got ready is not kept for the next run."""
    engine.add_image("app", MemoryImage(exits_with=1))
    write(pytester)
    run("--reuse-containers").assert_outcomes(errors=1)
    assert "container" not in ids(engine)


def test_signature() -> None:
    """A signature knows values of every plain type, objects by id, and refuses what it cannot compare."""
    same = [{"a": 1, "b": [b"x", ("y",), {"z"}, None, 1.5]}, {"b": [b"x", ["y"], {"z"}, None, 1.5], "a": 1}]
    assert reuse.signature(same[0]) == reuse.signature(same[1])
    assert reuse.signature({"a": b"1"}) != reuse.signature({"a": b"2"})
    with pytest.raises(NotReusable, match="object"):
        reuse.signature({"a": object()})


def test_a_tag_that_moved_makes_a_container_stale(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A container of an image's name is replaced when the name has been given to another image."""
    write(pytester)
    run("--reuse-containers").assert_outcomes(passed=1)
    first = ids(engine)
    engine.add_image("app", MemoryImage(labels={"new": "1"}))
    run("--reuse-containers").assert_outcomes(passed=1)
    assert ids(engine)["container"] != first["container"]
    assert ids(engine)["network"] == first["network"]


def test_a_paused_match_goes_on(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A container that a test left paused is used again."""
    write(pytester)
    run("--reuse-containers").assert_outcomes(passed=1)
    MemoryDriver(engine).pause("the-container")
    run("--reuse-containers").assert_outcomes(passed=1)
