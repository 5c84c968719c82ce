"""What a run with reuse does about one resource."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from pytest_docker_tools import labels, locks, meeting
from pytest_docker_tools.driver import Kind
from pytest_docker_tools.exceptions import EngineError, EngineUnavailable
from pytest_docker_tools.reuse import use
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

from ..conftest import Run
from .conftest import HEADER, create, key, said, there, used_elsewhere, verbs

PROJECT = (
    HEADER
    + """
from pytest_docker_tools.wrappers import Container

class Other(Container):
    def ready(self):
        return super().ready()

net = network(name='the-net', labels={labels})
vol = volume(name='the-volume', initial_content={content})
it = container(
    image='app', name='the-container', network='{{net.name}}', volumes={{'{{vol.name}}': {{'bind': '/data'}}}},
    environment={environment}, files={files}, {more}
)

def test_it(it, net, vol):
    assert it.status == 'running'
"""
)
REUSED = [
    "network net (the-net): reused",
    "volume vol (the-volume): reused",
    "container it (the-container): reused",
]
MADE = [line.replace("reused", "made, as there was none") for line in REUSED]
FILLED = HEADER + "it = volume(name='it', initial_content={'a': b'1'})\ndef test_it(it): ..."
ONE = HEADER + "it = container(image='app', name='it'{more})\n\ndef test_it(it): ..."


def write(pytester: pytest.Pytester, **changes: Any) -> None:
    values = {"labels": {}, "content": {"a": b"1"}, "environment": {"A": "1", "B": "2"}}
    values |= {"files": {"/etc/a": b"1"}, "more": "", **changes}
    pytester.makepyfile(test_it=PROJECT.format(**values))


def write_one(pytester: pytest.Pytester, more: str = "") -> None:
    pytester.makepyfile(test_it=ONE.format(more=more))


def is_used(engine: MemoryEngine, kind: Kind, name: str) -> bool:
    return bool(locks.holders(meeting.folder() / "uses" / key(engine, kind, name)))


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


class TestHalfMade:
    def test_a_container_that_was_never_started(
        self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine
    ) -> None:
        """A container that a run left before it got its files, and perhaps networks, is made anew in the next one."""
        write(pytester)
        run("--reuse-containers").assert_outcomes(passed=1)
        driver = MemoryDriver(engine)
        created = [arguments["options"] for verb, arguments in engine.calls if verb == "create_container"]
        [made] = [options for options in created if options.get("name") == "the-container"]
        driver.remove("container", ["the-container"], force=True)
        driver.create_container(made)
        engine.calls.clear()
        result = run("--reuse-containers")
        assert said(result) == [*REUSED[:2], "container it (the-container): made anew, as it was left half-made"]
        done = verbs(engine)
        assert done.index("remove") < done.index("create_container") < done.index("put_archive")

    def test_a_volume_that_was_being_filled(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """A volume beside which there is a mark is made anew, once, and the mark goes."""
        pytester.makepyfile(test_it=FILLED)
        run("--reuse-containers").assert_outcomes(passed=1)
        create(engine, "volume", "it.unfinished", labels={labels.UNFINISHED: "it"})
        assert said(run("--reuse-containers")) == ["volume it (it): made anew, as it was left half-made"]
        assert list(there(engine)) == ["it"]
        assert said(run("--reuse-containers")) == ["volume it (it): reused"]

    def test_a_mark_alone(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """A mark beside which there is no volume does not keep one from being made."""
        create(engine, "volume", "it.unfinished", labels={labels.UNFINISHED: "it"})
        pytester.makepyfile(test_it=FILLED)
        assert said(run("--reuse-containers")) == ["volume it (it): made, as there was none"]
        assert list(there(engine)) == ["it"]

    def test_a_volume_of_somebody_else(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """A volume that has the name of a mark is none, is let alone, and is told where a mark is needed."""
        create(engine, "volume", "it.unfinished")
        pytester.makepyfile(test_it=FILLED)
        result = run("--reuse-containers")
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(["E  *Conflict: There is a volume 'it.unfinished' on the engine already, *"])
        assert list(there(engine)) == ["it.unfinished"]

    def test_a_volume_that_is_not_filled(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """A volume that is to have nothing in it has all of that, and needs no mark."""
        pytester.makepyfile(test_it=f"{HEADER}it = volume(name='it')\ndef test_it(it): ...")
        create(engine, "volume", "it.unfinished")
        run("--reuse-containers").assert_outcomes(passed=1)
        assert said(run("--reuse-containers")) == ["volume it (it): reused"]
        assert list(there(engine)) == ["it", "it.unfinished"]


class TestWhatIsThere:
    def test_a_stopped_one_is_started(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """A container that was stopped between the runs is started and waited for."""
        write(pytester)
        run("--reuse-containers").assert_outcomes(passed=1)
        MemoryDriver(engine).stop("the-container")
        result = run("--reuse-containers")
        result.assert_outcomes(passed=1)
        assert said(result) == REUSED

    def test_a_paused_one_goes_on(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """A container that a test left paused is used again."""
        write(pytester)
        run("--reuse-containers").assert_outcomes(passed=1)
        MemoryDriver(engine).pause("the-container")
        result = run("--reuse-containers")
        result.assert_outcomes(passed=1)
        assert said(result) == REUSED

    def test_one_that_has_ended_as_it_was_to(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """A container that was waited for until it ended is not run again."""
        engine.add_image("app", MemoryImage(exits_with=0))
        write_one(pytester, ", wait_for=__import__('pytest_docker_tools.probes').probes.Exited()")
        run("--reuse-containers").assert_outcomes(passed=1)
        verbs(engine)
        result = run("--reuse-containers")
        result.assert_outcomes(passed=1)
        assert said(result) == ["container it (it): reused"]
        assert "start" not in verbs(engine)

    def test_it_is_probed(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """One that does not get ready any more is made anew, and a line says why it could not be used."""
        write_one(pytester, ", timeout=0, wait_for=lambda container: not Path('broken').exists() or not broken()")
        with (pytester.path / "test_it.py").open("a") as file:
            file.write("\n\ndef broken():\n    Path('broken').unlink()\n    return True\n")
        run("--reuse-containers").assert_outcomes(passed=1)
        first = there(engine)
        (pytester.path / "broken").touch()
        result = run("--reuse-containers")
        result.assert_outcomes(passed=1)
        [line] = said(result)
        assert line.startswith(
            "container it (it): made anew, as what there was could not be used: Container 'it' was not ready"
        )
        assert not line.endswith(".")
        assert there(engine) != first

    def test_one_that_cannot_be_started(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """One that an engine refuses to start again is made anew."""
        write_one(pytester)
        run("--reuse-containers").assert_outcomes(passed=1)
        first = there(engine)
        MemoryDriver(engine).stop("it")
        engine.fail("start", EngineError("its network is gone.\nAnd so on."))
        result = run("--reuse-containers")
        result.assert_outcomes(passed=1)
        assert said(result) == [
            "container it (it): made anew, as what there was could not be used: its network is gone"
        ]
        assert there(engine) != first

    def test_one_that_gives_no_reason(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """An error without a text says no more than that it could not be used."""
        write_one(pytester)
        run("--reuse-containers").assert_outcomes(passed=1)
        MemoryDriver(engine).stop("it")
        engine.fail("start", EngineError(""))
        assert said(run("--reuse-containers")) == [
            "container it (it): made anew, as what there was could not be used: "
        ]

    def test_not_while_others_use_it(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """One that cannot be used here, but is in use by another run, stays, and the error says what was the matter."""
        write_one(pytester)
        run("--reuse-containers").assert_outcomes(passed=1)
        first = there(engine)
        MemoryDriver(engine).stop("it")
        engine.fail("start", EngineError("it is broken."))
        with used_elsewhere(engine, "container", "it"):
            result = run("--reuse-containers")
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(
            [
                "E  *NotReusable: container 'it' (*) makes the container 'it' anew, as what there was could not be "
                "used: it is broken. For that the container 'it' would have to be removed. Another run, or another "
                "worker of this one, is using it at this moment, so nothing was removed. *"
            ]
        )
        assert there(engine) == first

    @pytest.mark.parametrize("verb", ["inspect", "start", "ids", "remove", "create_container"])
    @pytest.mark.usefixtures("unguarded")
    def test_the_engine_goes_away(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine, verb: str) -> None:
        """An engine that goes away at any step is told, and not taken for a container that cannot be used."""
        write_one(pytester)
        run("--reuse-containers").assert_outcomes(passed=1)
        if verb in ("ids", "remove", "create_container"):
            write_one(pytester, ", labels={'new': '1'}")
        MemoryDriver(engine).stop("it")
        engine.fail(verb, EngineUnavailable("the engine is gone"))
        result = run("--reuse-containers")
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(["E  *EngineUnavailable: the engine is gone"])
        assert list(there(engine)) == ([] if verb == "create_container" else ["it"])
        assert said(result) == []
        assert not is_used(engine, "container", "it")

    def test_what_an_error_leaves(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """What was found, and then could not be asked, is not what later tests of the run have."""
        pytester.makepyfile(
            test_it=HEADER
            + "from pytest_docker_tools import ledger\nit = container(image='app', name='it')\n"
            + "def test_first(it): ...\n"
            + "def test_second(request, it):\n"
            + "    [entry] = [entry for entry in ledger.of(request.config).entries if not entry.ended]\n"
            + "    assert entry.container is it\n"
        )
        run("--reuse-containers").assert_outcomes(passed=2)
        MemoryDriver(engine).stop("it")
        engine.fail("start", EngineUnavailable("the engine is gone"))
        run("--reuse-containers").assert_outcomes(errors=1, passed=1)

    def test_a_report_of_an_error(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """What was found, and then could not be asked, is in the report of each test that has no container for that."""
        pytester.makepyfile(
            test_it=HEADER
            + "it = container(image='app', name='it', scope='session')\n"
            + "def test_first(it): ...\ndef test_second(it): ..."
        )
        run("--reuse-containers").assert_outcomes(passed=2)
        MemoryDriver(engine).stop("it")
        engine.fail("start", EngineUnavailable("the engine is gone"))
        result = run("--reuse-containers")
        result.assert_outcomes(errors=2)
        assert result.stdout.str().count("- docker container it -") == 2


class TestWhatIsNew:
    def test_a_failing_one_does_not_stay(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """A container that never got ready is not kept for the next run, and what it needs is."""
        engine.add_image("app", MemoryImage(exits_with=1))
        write(pytester)
        result = run("--reuse-containers")
        result.assert_outcomes(errors=1)
        assert list(there(engine)) == ["the-net", "the-volume"]
        assert said(result) == MADE[:2]
        assert not is_used(engine, "container", "the-container")
        engine.add_image("app", MemoryImage())
        assert said(run("--reuse-containers")) == [*REUSED[:2], MADE[2]]

    @pytest.mark.parametrize("after", [False, True])
    @pytest.mark.parametrize("verb", ["create_container", "put_archive", "start", "create_volume", "create_network"])
    @pytest.mark.parametrize("error", [EngineError("it broke"), KeyboardInterrupt("it broke")])
    def test_nothing_half_made_stays(
        self,
        pytester: pytest.Pytester,
        run: Run,
        engine: MemoryEngine,
        verb: str,
        error: BaseException,
        after: bool,
    ) -> None:
        """What fails or is interrupted while it is made does not stay, is not in use, and is made by the next run."""
        write(pytester)
        engine.fail(verb, error, after=after)
        assert run("--reuse-containers").ret != 0
        left = list(there(engine))
        assert left == [name for name in ("the-net", "the-volume") if name in left]
        kinds: list[tuple[Kind, str]] = [
            ("network", "the-net"),
            ("volume", "the-volume"),
            ("container", "the-container"),
        ]
        assert not any(is_used(engine, kind, name) for kind, name in kinds)
        result = run("--reuse-containers")
        result.assert_outcomes(passed=1)
        assert said(result) == [
            reused if name in left else made
            for name, reused, made in zip(["the-net", "the-volume", "the-container"], REUSED, MADE, strict=True)
        ]

    @pytest.mark.parametrize("kind", ["container", "volume"])
    def test_one_that_is_kept_for_a_failed_test(
        self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch, kind: str
    ) -> None:
        """With --docker-keep=failed a failing one stays to be looked at, and the next run makes it anew."""
        monkeypatch.setattr(MemoryDriver, "client_command", lambda self: ("memory",))
        text = f"{HEADER}it = {kind}(name='it', {{}})\ndef test_it(it): ..."
        if kind == "container":
            pytester.makepyfile(test_it=text.format("image='app'"))
            engine.add_image("app", MemoryImage(exits_with=1))
        else:
            pytester.makepyfile(test_it=text.format("initial_content={'a': b''}"))
            engine.fail("put_archive", EngineError("it broke"))
        result = run("--reuse-containers", "--docker-keep=failed")
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines([f"  {kind} it: it"])
        assert "it" in there(engine)
        engine.add_image("app", MemoryImage())
        result = run("--reuse-containers", "--docker-keep=failed")
        result.assert_outcomes(passed=1)
        [line] = said(result)
        assert line.startswith(f"{kind} it (it): made anew, as ")
        assert list(there(engine)) == ["it"]
        assert said(run("--reuse-containers")) == [f"{kind} it (it): reused"]


class TestInOneRun:
    def test_many_tests(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """A fixture that each test asks for anew has the same container in all of them, of which one line tells."""
        pytester.makepyfile(
            test_it=HEADER
            + "it = container(image='app', name='it')\nids = set()\n"
            + "@pytest.mark.parametrize('number', range(5))\ndef test_it(it, number):\n"
            + "    ids.add(it.id)\n    assert len(ids) == 1"
        )
        for how in ("made, as there was none", "reused"):
            result = run("--reuse-containers")
            result.assert_outcomes(passed=5)
            assert said(result) == [f"container it (it): {how}"]
        assert verbs(engine, "create_") == ["create_container"]

    def test_one_name_of_two_definitions(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """Two fixtures that want different things of one name at a time are an error that says who has it."""
        pytester.makepyfile(
            test_it=HEADER
            + "one = container(image='app', name='it')\ntwo = container(image='app', name='it', tty=True)\n"
            + "def test_it(one, two): ...\ndef test_other(two): ..."
        )
        result = run("--reuse-containers")
        result.assert_outcomes(errors=1, passed=1)
        result.stdout.fnmatch_lines(
            [
                "E  *NotReusable: container 'two' (*test_it.py:5) makes the container 'it' anew, as this has changed: "
                "tty. For that the container 'it' would have to be removed. The fixture 'one' is using it at this "
                "moment, so nothing was removed. Wait for its end, or choose another name."
            ]
        )
        # One after the other they may have it.
        assert said(result) == [
            "container one (it): made, as there was none",
            "container two (it): made anew, as this has changed: tty",
        ]

    def test_a_fixture_that_is_over_has_nothing(
        self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine
    ) -> None:
        """A fixture that has failed, and had that name, is not said to be the one that uses it."""
        pytester.makepyfile(
            test_it=HEADER
            + "one = container(image='app', name='it', scope='session')\n"
            + "two = container(image='app', name='it', tty=True)\n"
            + "def test_one(one): ...\ndef test_two(two): ..."
        )
        run("--reuse-containers", "test_it.py::test_one").assert_outcomes(passed=1)
        MemoryDriver(engine).stop("it")
        engine.fail("start", EngineUnavailable("the engine is gone"))
        with used_elsewhere(engine, "container", "it"):
            result = run("--reuse-containers")
        result.assert_outcomes(errors=2)
        result.stdout.fnmatch_lines(["E  *NotReusable: container 'two'* Another run, or another worker of this one, *"])

    def test_one_name_of_one_definition(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """Two fixtures that want the same have one container, which is in use until the last one is over."""
        pytester.makepyfile(
            test_it=HEADER
            + "one = container(image='app', name='it', scope='session')\ntwo = container(image='app', name='it')\n"
            + "def test_it(one, two):\n    assert one.id == two.id\ndef test_other(two): ..."
        )
        result = run("--reuse-containers")
        result.assert_outcomes(passed=2)
        assert said(result) == ["container one (it): made, as there was none"]
        assert list(there(engine)) == ["it"]

    def test_it_is_in_use_until_its_fixture_ends(
        self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine
    ) -> None:
        """What a fixture has made, or found, is in use for as long as that, and not afterwards."""
        pytester.makepyfile(
            test_it=HEADER
            + "from pytest_docker_tools import lasting, locks, meeting\n"
            + "net = network(name='net', scope='session')\nit = container(image='app', name='it')\n"
            + "def used(docker_client, kind, name):\n"
            + "    key = lasting.key(docker_client.driver, kind, name)\n"
            + "    return len(locks.holders(meeting.folder() / 'uses' / key))\n"
            + "def test_both(docker_client, net, it):\n"
            + "    assert used(docker_client, 'network', 'net') == used(docker_client, 'container', 'it') == 1\n"
            + "def test_net(docker_client):\n"
            + "    assert used(docker_client, 'network', 'net') == 1\n"
            + "    assert used(docker_client, 'container', 'it') == 0\n"
        )
        for _ in range(2):
            run("--reuse-containers").assert_outcomes(passed=2)
            assert not is_used(engine, "network", "net")
            assert not is_used(engine, "container", "it")

    @pytest.mark.usefixtures("unguarded")
    def test_others_wait_for_their_turn(
        self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is nobody else's turn while a resource is looked for, made and used for the first time, and then it is."""
        inspect, taken = MemoryDriver.inspect, []

        def is_taken() -> bool:
            lock = locks.attempt(use.turn(meeting.folder(), key(engine, "network", "it")))
            if lock is not None:
                lock.release()
            return lock is None

        def watched(driver: MemoryDriver, kind: Kind, refs: Sequence[str], **options: Any) -> Any:
            taken.append(is_taken())
            return inspect(driver, kind, refs, **options)

        monkeypatch.setattr(MemoryDriver, "inspect", watched)
        pytester.makepyfile(test_it=HEADER + "it = network(name='it')\ndef test_it(it): ...")
        run("--reuse-containers").assert_outcomes(passed=1)
        run("--reuse-containers").assert_outcomes(passed=1)
        # Looked for twice. What was made is looked at, what was found has been.
        assert taken == [True] * 3
        assert not is_taken()

    def test_a_report_of_a_failure(self, pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """A report does not say of a reusable container that it goes, however reuse was asked for."""
        monkeypatch.setattr(MemoryDriver, "client_command", lambda self: ("memory",))
        monkeypatch.setenv("PYTEST_DOCKER_REUSE", "auto")
        pytester.makepyfile(test_it=HEADER + "it = container(image='app')\ndef test_it(it):\n    assert False")
        for _ in range(2):
            result = run()
            result.assert_outcomes(failed=1)
            result.stdout.fnmatch_lines(["look:   memory exec -it pytest-it-*"])
            result.stdout.no_fnmatch_line("*--docker-keep*")
