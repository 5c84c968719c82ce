"""What there is under a name is used again, made anew or refused, as its definition and its maker say."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_docker_tools.driver import Kind
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

from ...conftest import Run
from ..conftest import HEADER, create, said, there, verbs
from .conftest import MADE, REUSED, is_used, write, write_one


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"environment": {"B": "2", "A": "1"}},
        {"environment": ["A=1", "B=2"]},
        {"more": "timeout=31"},
        {"more": "wait_for=lambda container: True"},
        {"more": "wrapper_class=Other"},
        {"more": "scope='function', autouse=False, depends_on=[]"},
    ],
)
def test_the_second_run_uses_what_the_first_made(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, change: dict[str, Any]
) -> None:
    """Nothing is removed at the end, and the same definition, however it is written, finds it again, and says so."""
    write(pytester)
    assert said(run("--reuse-containers")) == MADE
    first = there(engine)
    assert set(first) == {"the-container", "the-net", "the-volume"}
    verbs(engine)
    write(pytester, **change)
    result = run("--reuse-containers")
    result.assert_outcomes(passed=1)
    assert said(result) == REUSED
    assert there(engine) == first
    assert not {"remove", "put_archive", "start"} & set(verbs(engine))


@pytest.mark.parametrize(
    ("change", "replaced", "lines"),
    [
        ({"environment": {"A": "2"}}, {"the-container"}, {2: "made anew, as this has changed: environment"}),
        ({"files": {"/etc/a": b"2"}}, {"the-container"}, {2: "made anew, as this has changed: files"}),
        ({"more": "labels={'a': 'b'}"}, {"the-container"}, {2: "made anew, as this has changed: labels"}),
        (
            {"environment": {}, "more": "command='x', tty=True"},
            {"the-container"},
            {2: "made anew, as this has changed: command, environment, tty"},
        ),
        (
            {"labels": {"new": "1"}},
            {"the-net", "the-container"},
            {
                0: "made anew, as this has changed: labels; removed with it: container the-container",
                2: "made, as there was none",
            },
        ),
        (
            {"content": {"a": b"2"}},
            {"the-volume", "the-container"},
            {
                1: "made anew, as this has changed: initial_content; removed with it: container the-container",
                2: "made, as there was none",
            },
        ),
    ],
)
def test_a_stale_one_is_replaced_with_its_dependents(
    pytester: pytest.Pytester,
    run: Run,
    engine: MemoryEngine,
    change: dict[str, Any],
    replaced: set[str],
    lines: dict[int, str],
) -> None:
    """A resource whose definition changed is made anew, with the containers that use it, and says what has changed."""
    write(pytester)
    run("--reuse-containers").assert_outcomes(passed=1)
    first = there(engine)
    write(pytester, **change)
    result = run("--reuse-containers")
    result.assert_outcomes(passed=1)
    assert {name for name, made in there(engine).items() if first[name] != made} == replaced
    expected = [line.replace("reused", lines.get(number, "reused")) for number, line in enumerate(REUSED)]
    assert said(result) == expected
    assert said(run("--reuse-containers")) == REUSED


def test_what_changed_on_disk_is_stale(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A container is used again, without its files being copied again, until these change on disk; so is a volume."""
    disk = {"content": "{'a': Path('seed')}", "files": "{'/etc/app': Path('seed')}"}
    (pytester.mkdir("seed") / "file").write_text("1")
    write(pytester, **disk)
    run("--reuse-containers").assert_outcomes(passed=1)
    first = there(engine)
    verbs(engine)
    (pytester.path / "seed" / "file").touch()
    assert said(run("--reuse-containers")) == REUSED
    assert there(engine) == first
    assert "put_archive" not in verbs(engine)
    (pytester.path / "seed" / "file").write_text("2")
    run("--reuse-containers").assert_outcomes(passed=1)
    second = there(engine)
    assert {name for name in first if first[name] != second[name]} == {"the-container", "the-volume"}


def test_a_tag_that_moved_makes_a_container_stale(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A container of an image's name is replaced when the name has been given to another image."""
    write(pytester)
    run("--reuse-containers").assert_outcomes(passed=1)
    first = there(engine)
    engine.add_image("app", MemoryImage(labels={"new": "1"}))
    assert said(run("--reuse-containers"))[-1] == (
        "container it (the-container): made anew, as this has changed: image"
    )
    assert {name for name, made in there(engine).items() if first[name] != made} == {"the-container"}


def test_values_of_fixtures(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """Objects, ids and addresses of what is reused are the same in the next run, and what needs them is not stale."""
    pytester.makepyfile(
        test_it=HEADER
        + """
net = network(name='the-net')
vol = volume(name='the-volume')
tag = image(name='app')
db = container(image='{tag.id}', name='db', networks=[net])
app = container(
    image=tag, name='app', networks={'{net.name}': {'aliases': ['one']}}, volumes_from=['{db.id}'],
    environment={'NET': '{net.id}', 'DB': '{db.ips.primary}', 'TAG': fxtr('tag')},
    labels={'{vol.name}': '{vol.attrs[Mountpoint]}'}, mounts=[types.Mount('/x', '{vol.name}')],
)
def test_it(app): ...
""".replace("types.Mount", "__import__('pytest_docker_tools.types').types.Mount")
    )
    run("--reuse-containers").assert_outcomes(passed=1)
    first = there(engine)
    result = run("--reuse-containers")
    assert [line.rpartition(": ")[2] for line in said(result)] == ["reused"] * 4
    assert there(engine) == first


def test_another_version_has_made_it(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A reusable resource without a definition is made anew."""
    marks = {"creator": "pytest-docker-tools", "pytest-docker-tools.reusable": "true"}
    create(engine, "container", "it", labels={**marks, "pytest-docker-tools.signature": "old"})
    MemoryDriver(engine).start("it")
    write_one(pytester)
    result = run("--reuse-containers")
    result.assert_outcomes(passed=1)
    assert said(result) == ["container it (it): made anew, as this has changed: what it is made from"]


@pytest.mark.parametrize("kind", ["container", "network", "volume"])
@pytest.mark.parametrize("made_by", ["someone", "a run without reuse"])
def test_a_foreign_one_is_refused(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, kind: Kind, made_by: str
) -> None:
    """A resource of that name that no run with --reuse-containers made is left alone, and said to be in the way."""
    labels = {} if made_by == "someone" else {"creator": "pytest-docker-tools", "pytest-docker-tools.reusable": "false"}
    create(engine, kind, "taken", labels=labels)
    arguments = "name='taken'" + (", image='app'" if kind == "container" else "")
    pytester.makepyfile(f"{HEADER}it = {kind}({arguments})\ndef test_it(it): ...")
    result = run("--reuse-containers")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            f"E  *{kind} 'it' (*) wants to reuse the {kind} 'taken', which does not appear to be a reusable {kind}: "
            "it was made without --reuse-containers, or by version 3. Remove it*"
        ]
    )
    assert MemoryDriver(engine).inspect(kind, ["taken"]) != [None]
    assert not is_used(engine, kind, "taken")
    assert said(result) == []
