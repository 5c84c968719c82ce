"""Resources are removed for certain."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest

from pytest_docker_tools import labels, meeting, resource
from pytest_docker_tools.exceptions import (
    Conflict,
    DeadlineExceeded,
    DriverError,
    EngineError,
    EngineUnavailable,
    ResourceExhausted,
    UsageError,
)
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

from .conftest import Run, RunWorkers

HEADER = "from pytest_docker_tools import *\n"
ALL = HEADER + (
    "net = network()\nvol = volume(initial_content={'a': b'1'})\n"
    "it = container(image='app', network='{net.name}', volumes={'{vol.name}': {'bind': '/data'}}, files={'/a': b''})\n"
    "def test_it(it): ...\n"
)


def nothing_left(engine: MemoryEngine) -> bool:
    networks = {
        facts["Name"] for facts in MemoryDriver(engine).inspect("network", MemoryDriver(engine).ids("network")) if facts
    }
    return not engine.containers and not engine.volumes and networks <= {"bridge", "host", "none"}


def test_all_is_removed_after_a_test(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """Containers, networks and volumes, with what was needed to fill them, are gone after the test."""
    images = MemoryDriver(engine).ids("image")
    pytester.makepyfile(ALL)
    run().assert_outcomes(passed=1)
    assert nothing_left(engine)
    assert MemoryDriver(engine).ids("image") == images


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("error", [EngineError, KeyboardInterrupt])
def test_nothing_is_left_when_files_are_not_copied(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, error: type[BaseException], after: bool
) -> None:
    """A container that did not get its files goes, with what was made before it."""
    pytester.makepyfile(
        HEADER
        + "net = network()\nit = container(image='app', network='{net.name}', files={'/a': b''})\ndef test_it(it): ..."
    )
    engine.fail("put_archive", error("it broke"), after=after)
    assert run().ret != 0
    assert nothing_left(engine)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    "verb", ["create_container", "start", "create_network", "create_volume", "put_archive", "build_image", "inspect"]
)
@pytest.mark.parametrize("error", [EngineError, KeyboardInterrupt])
def test_nothing_is_left_when_a_step_fails(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, verb: str, error: type[BaseException], after: bool
) -> None:
    """A step that fails or is interrupted, before or after the engine did the work, leaves nothing behind."""
    pytester.makepyfile(ALL)
    engine.fail(verb, error("it broke"), after=after)
    images = MemoryDriver(engine).ids("image")
    assert run().ret != 0
    assert nothing_left(engine)
    assert MemoryDriver(engine).ids("image") == images


class Full:
    """An engine that has no room for a second network while the first one is being removed, or never again."""

    def __init__(self, engine: MemoryEngine, times: int) -> None:
        self.engine, self.times = engine, times
        engine.removes_after = 20

    def pytest_runtest_teardown(self, nextitem: pytest.Item | None) -> None:
        if nextitem is not None:
            for _ in range(self.times):
                self.engine.fail("create_network", ResourceExhausted("it is full"))


@pytest.mark.parametrize(("times", "outcomes"), [(1, {"passed": 2}), (2, {"passed": 1, "errors": 1})])
def test_what_is_being_removed_makes_room(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, times: int, outcomes: dict[str, int]
) -> None:
    """An engine without room is asked once more when what tests have left is gone, and no more than once."""
    pytester.makepyfile(HEADER + "it = network()\ndef test_it(it): ...\ndef test_again(it): ...")
    result = run(plugins=[Full(engine, times)])
    result.assert_outcomes(**outcomes)
    verbs = [verb for verb, _ in engine.calls if verb in ("create_network", "begin_removal")]
    assert verbs == ["create_network", "begin_removal", *["create_network"] * 2, *["begin_removal"] * (2 - times)]
    assert nothing_left(engine)


def test_what_was_created_is_not_created_again(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A container for whose start there was no room is started again, and no other one is made."""

    class Fills(Full):
        def pytest_runtest_teardown(self, nextitem: pytest.Item | None) -> None:
            if nextitem is not None:
                engine.fail("start", ResourceExhausted("it is full"))

    pytester.makepyfile(HEADER + "it = container(image='app')\ndef test_it(it): ...\ndef test_again(it): ...")
    result = run(plugins=[Fills(engine, 1)])
    result.assert_outcomes(passed=2)
    assert len([verb for verb, _ in engine.calls if verb == "create_container"]) == 2
    assert nothing_left(engine)


def test_a_resource_removed_meanwhile_is_fine(pytester: pytest.Pytester, run: Run) -> None:
    """A test may remove its container itself."""
    pytester.makepyfile(HEADER + "it = container(image='app')\ndef test_it(it):\n    it.remove(force=True)")
    run().assert_outcomes(passed=1)


def test_anonymous_volumes_go_along(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """The anonymous volumes that an image declares are removed with the container."""
    engine.add_image("db", MemoryImage(volumes=("/var/lib/db",)))
    pytester.makepyfile(HEADER + "it = container(image='db')\ndef test_it(it):\n    assert it.attrs['Mounts']")
    run().assert_outcomes(passed=1)
    assert not engine.volumes


@pytest.mark.parametrize("kind", ["container", "network", "volume"])
def test_a_taken_name_is_an_error_and_its_owner_stays(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, kind: str
) -> None:
    """A name that something else on the engine has is an error, and that other thing is neither used nor removed."""
    driver = MemoryDriver(engine)
    create = {"container": driver.create_container, "network": driver.create_network, "volume": driver.create_volume}
    image = {"image": "app"} if kind == "container" else {}
    create[kind]({"name": "taken", **image})
    arguments = "image='app', name='taken'" if kind == "container" else "name='taken'"
    pytester.makepyfile(HEADER + f"it = {kind}({arguments})\ndef test_it(it): ...")
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E  *Conflict*taken*"])
    assert driver.inspect(kind, ["taken"]) != [None]  # type: ignore[arg-type]


def test_labels_say_who_made_it(engine: MemoryEngine) -> None:
    """Everything made carries the user's labels, in either form, and the project's."""
    driver = MemoryDriver(engine)
    for own in ({"a": "1"}, ["a"]):
        options = labels.added({"image": "app", "labels": own}, {labels.REUSABLE: "false"})
        [facts] = driver.inspect("container", [resource.create(driver, "container", options)])
        assert facts is not None
        found = labels.of("container", facts)
        assert found["creator"] == "pytest-docker-tools"
        assert "a" in found


def labels_given(engine: MemoryEngine) -> list[dict[str, str]]:
    """Give the labels of all that was asked for."""
    made = [arguments["options"] for verb, arguments in engine.calls if verb.startswith(("create_", "build_"))]
    return [dict(options["labels"]) for options in made]


@pytest.mark.parametrize("keep", [False, True])
def test_labels_say_which_run_made_it(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, keep: bool) -> None:
    """All that a run makes has the run, its process, and whether what failed tests use is kept, but each its creation.

    What a volume is filled through is never kept.
    """
    pytester.makepyfile(ALL)
    run(*(["--docker-keep=failed"] if keep else [])).assert_outcomes(passed=1)
    found = labels_given(engine)
    assert len(found) == len({given[labels.CREATION] for given in found}) == 5
    [(made_by, owner)] = {(given[labels.RUN], given[labels.OWNER]) for given in found}
    assert owner.split("/")[1] == made_by
    assert {given[labels.CREATOR] for given in found} == {labels.CREATED_BY_US}
    assert {given[labels.REUSABLE] for given in found} == {"false"}
    for given in found:
        assert given.get(labels.KEEP, "") == ("failed" if keep and labels.SEEDING not in given else "")
    assert [given.get(labels.SEEDING) for given in found].count("true") == 2


def test_each_run_has_labels_of_its_own(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """Of two runs each has its own id."""
    pytester.makepyfile(ALL)
    run().assert_outcomes(passed=1)
    run().assert_outcomes(passed=1)
    assert len({given[labels.RUN] for given in labels_given(engine)}) == 2


@pytest.mark.parametrize("error", [UsageError("there is no folder"), OSError("the disk is full")])
def test_a_run_does_without_a_folder_to_meet_others(
    pytester: pytest.Pytester,
    run: Run,
    engine: MemoryEngine,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    """Where processes cannot meet, what is made and removed by one alone is so all the same, and says so."""
    monkeypatch.setattr(meeting, "folder", Mock(side_effect=error))
    pytester.makepyfile(ALL)
    run().assert_outcomes(passed=1)
    assert nothing_left(engine)
    assert all(given[labels.RUN] and not given[labels.OWNER] for given in labels_given(engine))


def test_a_worker_that_cannot_meet_others_keeps_what_failed(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker without a folder to meet others in keeps what a failed test has used, and fails no teardown."""
    monkeypatch.setattr(meeting, "folder", Mock(side_effect=UsageError("there is no folder")))
    pytester.makepyfile(HEADER + "it = container(image='app')\ndef test_it(it): assert False")
    _, [worker] = run_workers(1, "--docker-keep=failed")
    worker.assert_outcomes(failed=1)
    assert len(engine.containers) == 1


def test_conflict_is_told_from_our_own_volume(engine: MemoryEngine) -> None:
    """An engine gives out an existing volume of the same name; that is noticed."""
    driver = MemoryDriver(engine)
    driver.create_volume({"name": "taken"})
    with pytest.raises(Conflict, match="did not make"):
        resource.create(driver, "volume", {"name": "taken", "labels": {}})


@pytest.mark.parametrize(
    ("error", "looks"), [(EngineUnavailable("no engine"), False), (DeadlineExceeded("too late"), True)]
)
def test_clean_up_does_not_hide_its_cause(engine: MemoryEngine, error: DriverError, looks: bool) -> None:
    """A creation that fails raises its own error; what it may have left is looked for if the engine is there."""
    driver = MemoryDriver(engine)
    engine.fail("create_network", error)
    engine.fail("ids", EngineUnavailable("still no engine"))
    with pytest.raises(type(error), match=str(error)) as caught:
        resource.create(driver, "network", {"name": "net", "labels": {}})
    assert caught.value is error
    assert ("ids" in [verb for verb, _ in engine.calls]) is looks


def test_a_kept_resource_in_the_way_is_explained(pytester: pytest.Pytester, run: Run) -> None:
    """A name that a run with --reuse-containers has kept is an error that says so."""
    pytester.makepyfile(HEADER + "it = container(image='app', name='kept')\ndef test_it(it): ...")
    run("--reuse-containers").assert_outcomes(passed=1)
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *Conflict*'kept'*--reuse-containers has kept*"])


def test_an_interrupt_while_the_log_is_read_does_not_keep_the_container(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine
) -> None:
    """A second Ctrl-C, in the moment in which the log is read before the removal, leaves nothing."""
    # The log is read where a teardown may fail later.
    pytester.makepyfile(
        HEADER
        + "import pytest\n@pytest.fixture\ndef other():\n    yield\n"
        + "it = container(image='app')\ndef test_it(it, other): ..."
    )
    engine.fail("logs", KeyboardInterrupt("it broke"))
    assert run().ret == pytest.ExitCode.INTERRUPTED
    assert nothing_left(engine)


@pytest.mark.parametrize("fails", [False, True])
def test_an_interrupted_removal_is_done_all_the_same(engine: MemoryEngine, fails: bool) -> None:
    """An interrupt before the engine was asked keeps no resource, and comes out whatever the second try gives."""
    asked: list[str] = []

    class Interrupted(MemoryDriver):
        def remove(self, kind: Any, refs: Any, **options: Any) -> None:
            asked.extend(refs)
            if len(asked) == 1:
                raise KeyboardInterrupt
            if fails:
                raise Conflict("still there")

    with pytest.raises(KeyboardInterrupt):
        resource.remove(Interrupted(engine), "network", "x")
    assert asked == ["x", "x"]
