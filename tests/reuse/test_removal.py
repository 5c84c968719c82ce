"""What goes together with a stale resource, and what stops that."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from pytest_docker_tools import labels, locks, meeting
from pytest_docker_tools.driver import Kind
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

from ..conftest import Run
from .conftest import HEADER, create, said, there, used_elsewhere, verbs

# backend <- db <- (address, a plain fixture) <- app <- jobs; files <- setup <- app; db <- late.
CHAIN = (
    HEADER
    + """
backend = network(name='backend', labels={labels})
files = volume(name='files', labels={labels})
free = container(image='app', name='free')
db = container(image='app', name='db', network='{{backend.name}}')

@pytest.fixture
def address(db):
    return 'db:5432'

setup = container(image='app', name='setup', volumes={{'{{files.name}}': {{'bind': '/data'}}}})
app = container(image='app', name='app', environment={{'DB': '{{address}}'}}, depends_on=[setup])
jobs = network(name='jobs', depends_on=['app'])
late = volume(name='late', depends_on=[db])

def test_backend(backend): ...
def test_files(files): ...
def test_db(db): ...
def test_setup(setup): ...
def test_all(db, app, jobs, late, free): ...
def test_at_run_time(request):
    for name in ('jobs', 'late', 'free'):
        request.getfixturevalue(name)
"""
)
NEED_BACKEND = {"db", "app", "jobs", "late"}
NEED_DB = NEED_BACKEND - {"db"}
NEED_FILES = {"setup", "app", "jobs"}
ALL = {"backend", "files", "free", *NEED_BACKEND, *NEED_FILES}


def write(pytester: pytest.Pytester, labels: str = "{}") -> None:
    pytester.makepyfile(test_it=CHAIN.format(labels=labels))


@pytest.fixture
def environment(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> set[str]:
    """Give the names of all that there is, as a run has kept it."""
    write(pytester)
    run("--reuse-containers", "test_it.py::test_all").assert_outcomes(passed=1)
    assert set(there(engine)) == ALL
    return ALL


@pytest.mark.parametrize("test", ["test_all", "test_at_run_time"])
@pytest.mark.parametrize(("name", "needing"), [("backend", NEED_BACKEND), ("files", NEED_FILES)])
def test_all_that_needs_it_goes_along(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, test: str, name: str, needing: set[str]
) -> None:
    """What needs a stale resource, directly or through others, of whichever kind, is removed with it, and no more."""
    write(pytester)
    run("--reuse-containers", f"test_it.py::{test}").assert_outcomes(passed=1)
    first = there(engine)
    write(pytester, labels="{'new': '1'}")
    result = run("--reuse-containers", f"test_it.py::test_{name}")
    result.assert_outcomes(passed=1)
    assert set(there(engine)) == ALL - needing
    assert {left for left, made in there(engine).items() if first[left] != made} == {name}
    [line] = said(result)
    how, _, removed = line.partition("; removed with it: ")
    assert how.endswith(f" {name} ({name}): made anew, as this has changed: labels")
    assert {item.split()[1] for item in removed.split(", ")} == needing


@pytest.mark.parametrize(("name", "needing"), [("db", NEED_DB), ("setup", {"app", "jobs"})])
def test_what_needs_something_that_is_gone_goes_too(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, environment: set[str], name: str, needing: set[str]
) -> None:
    """What was made for a resource that somebody has removed by hand is removed when that is made again."""
    MemoryDriver(engine).remove("container", [name], force=True)
    result = run("--reuse-containers", f"test_it.py::test_{name}")
    result.assert_outcomes(passed=1)
    assert set(there(engine)) == environment - needing
    assert any(
        f"container {name} ({name}): made, as there was none; removed with it: " in line for line in said(result)
    )


def test_all_of_it_is_made_again(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, environment: set[str]
) -> None:
    """What was removed with a stale resource is made when it is asked for, once."""
    first = there(engine)
    write(pytester, labels="{'new': '1'}")
    run("--reuse-containers", "test_it.py::test_all").assert_outcomes(passed=1)
    second = there(engine)
    assert {name for name in second if first[name] == second[name]} == {"free"}
    lines = said(run("--reuse-containers", "test_it.py::test_all"))
    assert len(lines) == len(environment)
    assert all(line.endswith(": reused") for line in lines)


def test_a_dependency_is_told_from_a_keyword(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """What stays, although something that it needs by now has come, gone or changed, is stale, and says for what."""
    text = HEADER + "db = container(image='app', name='db')\napp = container(image='app', name='app', depends_on={})\n"
    pytester.makepyfile(test_it=text.format([]) + "def test_it(app): ...")
    run("--reuse-containers").assert_outcomes(passed=1)
    pytester.makepyfile(test_it=text.format(["db"]) + "def test_it(app): ...")
    assert said(run("--reuse-containers")) == [
        "container db (db): made, as there was none",
        "container app (app): made anew, as this has changed: container db",
    ]


def test_in_a_network_by_its_name(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A reusable container that is in a stale network, though its fixture does not refer to that, is removed too."""
    text = HEADER + (
        "net = network(name='net', labels={})\napp = container(image='app', name='app', network='net')\n"
        "def test_first(net): ...\ndef test_second(app): ..."
    )
    pytester.makepyfile(test_it=text.format("{}"))
    run("--reuse-containers").assert_outcomes(passed=2)
    pytester.makepyfile(test_it=text.format({"new": "1"}))
    result = run("--reuse-containers", "test_it.py::test_first")
    result.assert_outcomes(passed=1)
    assert list(there(engine)) == ["net"]
    assert said(result) == ["network net (net): made anew, as this has changed: labels; removed with it: container app"]


def test_what_needs_others_goes_before_them(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, environment: set[str]
) -> None:
    """Containers are removed before networks and volumes, and each before those that it needs."""
    before = {facts["Id"]: facts["Name"].lstrip("/") for facts in facts_of(engine)}
    write(pytester, labels="{'new': '1'}")
    engine.calls.clear()
    run("--reuse-containers", "test_it.py::test_backend").assert_outcomes(passed=1)
    removed = [
        before.get(call.arguments["refs"][0], call.arguments["refs"][0])
        for call in engine.calls
        if call.verb == "remove"
    ]
    assert removed[:2] == ["app", "db"]
    assert set(removed[2:]) == {"backend", "jobs", "late"}


def facts_of(engine: MemoryEngine) -> list[dict[str, str]]:
    driver = MemoryDriver(engine)
    kinds: list[Kind] = ["container", "network"]
    return [facts for kind in kinds for facts in driver.inspect(kind, driver.ids(kind)) if facts]


@pytest.mark.parametrize(
    ("name", "attached"),
    [("backend", {"network": "backend"}), ("files", {"volumes": {"files": {"bind": "/data"}}})],
)
@pytest.mark.parametrize("made_by", ["someone", "a run without reuse"])
@pytest.mark.parametrize("is_running", [False, True])
@pytest.mark.usefixtures("environment")
def test_what_others_have_attached_stops_it(
    pytester: pytest.Pytester,
    run: Run,
    engine: MemoryEngine,
    name: str,
    attached: dict[str, object],
    made_by: str,
    is_running: bool,
) -> None:
    """A container that is not reusable, in a stale network or with a stale volume, keeps everything where it is."""
    marks = {labels.CREATOR: labels.CREATED_BY_US, labels.REUSABLE: "false"}
    create(engine, "container", "theirs", labels={} if made_by == "someone" else marks, **attached)
    if is_running:
        MemoryDriver(engine).start("theirs")
    first = there(engine)
    write(pytester, labels="{'new': '1'}")
    verbs(engine)
    result = run("--reuse-containers", f"test_it.py::test_{name}")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            f"E  *NotReusable: * '{name}' (*) makes the * '{name}' anew, as this has changed: labels. For that the "
            "container 'theirs', which uses it, would have to be removed as well. It does not appear to be a reusable "
            "container, so nothing was removed. Remove it, or choose another name."
        ]
    )
    assert there(engine) == first
    assert "remove" not in verbs(engine)
    MemoryDriver(engine).remove("container", ["theirs"], force=True)
    run("--reuse-containers", f"test_it.py::test_{name}").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("kind", "used"), [("network", "backend"), ("container", "db"), ("network", "jobs"), ("volume", "late")]
)
@pytest.mark.usefixtures("environment")
def test_what_others_use_stops_it(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, kind: Kind, used: str
) -> None:
    """A stale resource, or one that needs it, that another run is using keeps everything where it is, until its end."""
    first = there(engine)
    write(pytester, labels="{'new': '1'}")
    verbs(engine)
    with used_elsewhere(engine, kind, used):
        result = run("--reuse-containers", "test_it.py::test_backend")
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(
            [
                "E  *NotReusable: *'backend' anew, as this has changed: labels. For that the "
                f"{kind} '{used}' would have to be removed. Another run*is using it at this moment, so nothing was "
                "removed. Wait for its end, or choose another name."
            ]
        )
        assert there(engine) == first
        assert "remove" not in verbs(engine)
    run("--reuse-containers", "test_it.py::test_backend").assert_outcomes(passed=1)


@pytest.mark.usefixtures("environment", "unguarded")
def test_what_is_in_use_is_let_alone_with_all_that_needs_it(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine
) -> None:
    """While somebody uses what is stale, who may be making what needs it, that is not even looked for."""
    write(pytester, labels="{'new': '1'}")
    engine.calls.clear()
    with used_elsewhere(engine, "network", "backend"):
        run("--reuse-containers", "test_it.py::test_backend").assert_outcomes(errors=1)
    assert "ids" not in verbs(engine)


@pytest.mark.parametrize("kind", ["network", "volume"])
@pytest.mark.usefixtures("unguarded")
def test_what_this_run_makes_anew_meanwhile(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch, kind: Kind
) -> None:
    """A container that gets another definition beside it, with nothing of what is stale, does not stop that."""
    keyword = {"network": "network='{it.name}'", "volume": "volumes={'{it.name}': {'bind': '/data'}}"}[kind]
    text = f"{HEADER}it = {kind}(name='it', labels={{'new': '%s'}})\ndef test_it(it, app): ...\n"
    pytester.makepyfile(test_it=text % 1 + f"app = container(image='app', name='app', {keyword})")
    run("--reuse-containers").assert_outcomes(passed=1)
    first = there(engine)
    looks_for_app, looks_for_users = threading.Event(), threading.Event()
    inspect, ids = MemoryDriver.inspect, MemoryDriver.ids

    def inspected(driver: MemoryDriver, of: Kind, refs: list[str], **more: Any) -> Any:
        if (of, refs) == ("container", ["app"]):
            looks_for_app.set()
            assert looks_for_users.wait(20)
        elif (of, refs) == (kind, ["it"]):
            assert looks_for_app.wait(20)
        return inspect(driver, of, refs, **more)

    def found(driver: MemoryDriver, of: Kind, filters: Any = None, **more: Any) -> list[str]:
        if kind in (filters or {}):
            looks_for_users.set()
        return ids(driver, of, filters, **more)

    monkeypatch.setattr(MemoryDriver, "inspect", inspected)
    monkeypatch.setattr(MemoryDriver, "ids", found)
    pytester.makepyfile(test_it=text % 2 + "app = container(image='app', name='app')")
    result = run("--reuse-containers")
    result.assert_outcomes(passed=1)
    assert looks_for_users.is_set()
    second = there(engine)
    assert {name for name in second if first[name] != second[name]} == {"it", "app"} == set(second)


@pytest.mark.usefixtures("environment")
def test_turns_are_over_afterwards(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """Nobody has to wait for the turn of what was removed, or could not be."""
    folder = meeting.folder()
    write(pytester, labels="{'new': '1'}")
    with used_elsewhere(engine, "container", "app"):
        run("--reuse-containers", "test_it.py::test_backend").assert_outcomes(errors=1)
    run("--reuse-containers", "test_it.py::test_backend").assert_outcomes(passed=1)
    assert [path for path in (folder / "uses").rglob("*") if path.is_file()] == []
    for path in (folder / "locks").iterdir():
        lock = locks.attempt(path)
        assert lock is not None, path
        lock.release()


def test_what_fills_a_half_made_volume_goes(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A volume that a run was filling when it was killed is made anew, and what that run filled it through goes."""
    pytester.makepyfile(test_it=HEADER + "it = volume(name='it', initial_content={'a': b'1'})\ndef test_it(it): ...")
    run("--reuse-containers").assert_outcomes(passed=1)
    [made] = [call.arguments["options"] for call in engine.calls if call.verb == "create_container"]
    driver = MemoryDriver(engine)
    image = driver.build_image({"fileobj": b"FROM scratch\n"})
    driver.create_container({**made, "image": image})
    driver.create_volume({"name": "it.unfinished", "labels": {labels.UNFINISHED: "it"}})
    first = there(engine)["it"]
    result = run("--reuse-containers")
    result.assert_outcomes(passed=1)
    assert said(result) == ["volume it (it): made anew, as it was left half-made"]
    assert list(there(engine)) == ["it"]
    assert there(engine)["it"] != first
