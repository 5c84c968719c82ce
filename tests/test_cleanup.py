"""What `pytest --docker-cleanup` removes, keeps and says, on an engine in memory."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools import cleanup, labels, lasting, locks, meeting, resource
from pytest_docker_tools.driver import Driver, Kind
from pytest_docker_tools.exceptions import Conflict, DeadlineExceeded, DriverError, EngineUnavailable, Forbidden
from pytest_docker_tools.reuse import use
from pytest_docker_tools.runs import Run as PytestRun
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

from .conftest import Run

Make = Callable[..., str]
Clean = Callable[..., list[str]]
RunOver = Callable[..., PytestRun]

ALL = "--docker-cleanup=all removes it"
REUSABLE = {labels.REUSABLE: "true"}
UNKNOWN = "another user, machine or version of this library made it"
SHOP = """
from pytest_docker_tools import *
net = network(name='shop-net')
data = volume(name='shop-data', initial_content={'a': b'1'})
db = container(image='app', name='shop-db', network='{net.name}', volumes={'{data.name}': {'bind': '/data'}})
"""


@pytest.fixture
def driver(engine: MemoryEngine) -> Driver:
    """A driver of the engine in memory."""
    return MemoryDriver(engine)


@pytest.fixture
def start(place: Path) -> Iterator[Callable[..., PytestRun]]:
    """Start a run of pytest, or one more process of one."""
    started: list[PytestRun] = []

    def start(process: str = "main", *, of: PytestRun | None = None) -> PytestRun:
        started.append(PytestRun(place, of.id if of else uuid.uuid4().hex, process))
        assert started[-1].owner
        return started[-1]

    yield start
    for run in started:
        run.close()


@pytest.fixture
def over(start: Callable[..., PytestRun]) -> PytestRun:
    """A run of pytest that is over."""
    run = start()
    run.close()
    return run


@pytest.fixture
def make(driver: Driver) -> Make:
    """Make something as a run does, and give its id."""

    def make(run: PytestRun, kind: Kind, name: str, marks: dict[str, str] | None = None, **options: Any) -> str:
        known = {labels.RUN: run.id, labels.OWNER: run.owner, labels.REUSABLE: "false", **(marks or {})}
        image = {"image": "app"} if kind == "container" else {}
        return resource.create(driver, kind, labels.added({"name": name, **image, **options}, known))

    return make


@pytest.fixture
def clean(driver: Driver, place: Path) -> Clean:
    """Clean up, which is `fine` or not, and give what is said, without the sum."""

    def clean(*, everything: bool = False, fine: bool = True) -> list[str]:
        lines: list[str] = []
        assert cleanup.run(driver, lines.append, everything=everything) is fine
        return [" ".join(line.split()) for line in lines[:-1]]

    return clean


def names(engine: MemoryEngine) -> list[str]:
    """Give the names of what is on the engine, images aside."""
    networks = [network.name for network in engine.networks.values() if network.name not in ("bridge", "host", "none")]
    return sorted([*(container.name for container in engine.containers.values()), *networks, *engine.volumes])


# What is removed


def test_what_a_run_that_is_over_has_left_is_removed(
    make: Make, over: PytestRun, clean: Clean, engine: MemoryEngine
) -> None:
    """Containers, networks and volumes go, in an order in which they can."""
    make(over, "volume", "data")
    network = make(over, "network", "net")
    first = make(over, "container", "first", network="net", volumes={"data": {"bind": "/data"}})
    second = make(over, "container", "second", network_mode=f"container:{first}")
    MemoryDriver(engine).start(first)
    assert clean() == [
        "removed container second",
        "removed container first",
        "removed network net",
        "removed volume data",
    ]
    assert names(engine) == []
    removed = [arguments["refs"] for verb, arguments in engine.calls if verb == "remove"]
    assert removed == [[second], [first], [network], ["data"]]


def test_what_a_volume_is_filled_through_is_removed(
    over: PytestRun, clean: Clean, driver: Driver, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The image and the container that a run had while it filled a volume are removed, whatever that run keeps."""
    from pytest_docker_tools import seeding

    driver.create_volume({"name": "data"})
    origin = {labels.RUN: over.id, labels.OWNER: over.owner}
    with monkeypatch.context() as killed:
        killed.setattr(MemoryDriver, "remove", lambda *arguments, **options: None)
        seeding.seed(driver, "data", {}, origin)
    [image] = driver.ids("image", {"label": f"{labels.SEEDING}=true"})
    [container] = engine.containers.values()
    short = image.removeprefix("sha256:")[:12]
    assert clean() == [f"removed container {container.name}", f"removed image {short}"]
    assert driver.inspect("image", [image, "app"])[0] is None
    assert driver.inspect("image", ["app"]) != [None]


def test_no_other_image_is_removed(over: PytestRun, clean: Clean, driver: Driver, engine: MemoryEngine) -> None:
    """An image that somebody made from one of our containers has our labels, and stays, as does a container of it."""
    known = {labels.RUN: over.id, labels.OWNER: over.owner, labels.REUSABLE: "false", labels.CREATION: "1"}
    inherited = labels.added({}, known)["labels"]
    engine.add_image("theirs", MemoryImage(labels=inherited))
    driver.create_container({"name": "theirs", "image": "theirs"})
    driver.create_container({"name": "ours", "image": "theirs", "labels": {**inherited, labels.CREATION: "2"}})
    assert clean(everything=True) == [
        "removed container ours",
        "kept container theirs somebody else made it, and its labels are those of its image",
    ]
    assert names(engine) == ["theirs"]
    assert driver.inspect("image", ["theirs"]) != [None]


@pytest.mark.parametrize("forged", [{}, {labels.CREATION: "1"}], ids=["no creation", "creation"])
def test_an_image_with_labels_of_ours(
    clean: Clean, driver: Driver, engine: MemoryEngine, forged: dict[str, str]
) -> None:
    """A container of an image that says of itself that it is of a dead process of ours stays."""
    known = {labels.CONTAINER: "gone/since", labels.EXPIRES: "1", labels.REUSABLE: "false", **forged}
    engine.add_image("theirs", MemoryImage(labels=labels.added({}, known)["labels"]))
    driver.create_container({"name": "theirs", "image": "theirs"})
    assert clean(everything=True) == [
        "kept container theirs somebody else made it, and its labels are those of its image"
    ]


def test_what_ours_has_of_such_an_image(
    pytester: pytest.Pytester, run: Run, clean: Clean, engine: MemoryEngine
) -> None:
    """What an image says of a dead process does not let a container of ours go while its run goes on."""
    known = {labels.CONTAINER: "gone/since", labels.EXPIRES: "1", labels.KEEP: "failed", labels.CREATION: "1"}
    engine.add_image("theirs", MemoryImage(labels=labels.added({}, known)["labels"]))
    pytester.makepyfile(
        "from pytest_docker_tools import *\n"
        "it = container(image='theirs')\n"
        "def test_it(it):\n"
        "    found = {key.rpartition('.')[2]: value for key, value in it.labels.items()}\n"
        "    assert found['container'] == found['expires'] == found['keep'] == ''\n"
        "    assert found['creation'] != '1'\n"
    )
    run().assert_outcomes(passed=1)


def test_what_somebody_else_made_is_not_looked_at(clean: Clean, driver: Driver, engine: MemoryEngine) -> None:
    """What does not have our label is neither removed nor listed."""
    driver.create_network({"name": "net", "labels": {"creator": "me"}})
    assert clean(everything=True) == []
    assert names(engine) == ["net"]


# What is kept


@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize("marks", [{}, REUSABLE, {labels.KEEP: "failed"}, {labels.SHARED: "true"}], ids=str)
def test_what_a_run_that_goes_on_has_made_is_kept(
    make: Make, start: RunOver, clean: Clean, marks: dict[str, str], everything: bool
) -> None:
    """Nothing of a process is removed while it lives."""
    run = start()
    make(run, "network", "net", marks)
    assert clean(everything=everything) == ["kept network net its run goes on"]
    run.close()
    assert clean(everything=True) == ["removed network net"]


@pytest.mark.parametrize("everything", [False, True])
def test_what_a_worker_that_crashed_has_made(make: Make, start: RunOver, clean: Clean, everything: bool) -> None:
    """What its run shares is kept while any process of that lives; what the worker had of its own is not."""
    controller = start()
    worker = start("gw0", of=controller)
    make(worker, "network", "its-own")
    make(worker, "network", "shared", {labels.SHARED: "true"})
    worker.close()
    assert clean(everything=everything) == ["kept network shared its run goes on", "removed network its-own"]
    controller.close()
    assert clean() == ["removed network shared"]


def test_one_of_two_runs(make: Make, start: RunOver, clean: Clean) -> None:
    """Of two runs side by side, that of the one that is over is removed."""
    one, other = start(), start()
    make(one, "network", "of-one")
    make(other, "network", "of-the-other")
    one.close()
    assert clean() == ["kept network of-the-other its run goes on", "removed network of-one"]


def test_what_is_reusable(make: Make, over: PytestRun, clean: Clean) -> None:
    """What later runs would use again is kept, until all is to go."""
    make(over, "volume", "data", REUSABLE)
    assert clean() == [f"kept volume data reusable; {ALL}"]
    assert clean(everything=True) == ["removed volume data"]


@pytest.mark.parametrize(("seconds", "is_over"), [("1", True), ("9" * 11, False), ("9" * 5000, False), ("²", False)])
def test_what_has_expired(make: Make, over: PytestRun, clean: Clean, seconds: str, is_over: bool) -> None:
    """What is reusable is removed when its time to live is over; what is no time never is."""
    make(over, "network", "net", {**REUSABLE, labels.EXPIRES: seconds})
    assert clean() == ["removed network net" if is_over else f"kept network net reusable; {ALL}"]


@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize("expiry", [{}, {labels.EXPIRES: "1"}], ids=["lasting", "expired"])
def test_what_a_run_is_using_is_kept(
    make: Make, over: PytestRun, clean: Clean, driver: Driver, place: Path, everything: bool, expiry: dict[str, str]
) -> None:
    """What is reusable is kept while any run uses it, though the one that made it is over."""
    make(over, "network", "net", {**REUSABLE, **expiry})
    own = use.begin(place, lasting.key(driver, "network", "net"))
    assert clean(everything=everything) == ["kept network net a run is using it"]
    own.release(remove=True)
    assert clean(everything=True) == ["removed network net"]


@pytest.mark.parametrize("marks", [{}, REUSABLE], ids=["own", "reusable"])
def test_what_another_process_is_about_is_kept(
    make: Make, over: PytestRun, clean: Clean, driver: Driver, place: Path, marks: dict[str, str]
) -> None:
    """While a process looks for something, makes or removes it, it is left alone; the lock does not stay."""
    make(over, "network", "net", marks)
    turn = use.turn(place, lasting.key(driver, "network", "net"))
    with locks.held(turn):
        assert clean(everything=True) == ["kept network net another process is making or removing it"]
    assert clean(everything=True) == ["removed network net"]
    assert not turn.exists()


def test_nobody_begins_to_use_what_is_being_removed(
    make: Make, over: PytestRun, driver: Driver, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who wants what is reusable has to wait while it is removed."""
    make(over, "network", "net", REUSABLE)
    turn, taken = use.turn(place, lasting.key(driver, "network", "net")), []
    monkeypatch.setattr(MemoryDriver, "remove", lambda *arguments, **options: taken.append(locks.attempt(turn)))
    cleanup.run(driver, print, everything=True)
    assert taken == [None]


def test_what_is_kept_for_failed_tests(make: Make, over: PytestRun, clean: Clean) -> None:
    """What a run with --docker-keep=failed has left is kept, until all is to go."""
    make(over, "container", "db", {labels.KEEP: "failed"})
    assert clean() == [f"kept container db made with --docker-keep=failed; {ALL}"]
    assert clean(everything=True) == ["removed container db"]


@pytest.mark.parametrize("marks", [{}, REUSABLE, {**REUSABLE, labels.EXPIRES: "1"}], ids=["own", "reusable", "expired"])
@pytest.mark.parametrize(
    "owner",
    [
        None,
        "",
        "main",
        "{id}",
        "{place}/{id}",
        "{place}/../main-1",
        "{place}/{id}/../main-1",
        "{place}/{id}/",
        "somebody-else/{id}/main-1",
        ".*/{id}/main-1",
    ],
)
def test_what_others_made_is_kept(
    over: PytestRun, place: Path, clean: Clean, driver: Driver, owner: str | None, marks: dict[str, str]
) -> None:
    """What was made by another user, machine or version, or says so, is kept, also when all is to go."""
    given = {} if owner is None else {labels.OWNER: owner.format(place=meeting.name_of(place), id=over.id)}
    driver.create_network(labels.added({"name": "net"}, {**marks, **given}))
    assert clean(everything=True) == [f"kept network net {UNKNOWN}"]


# What cannot be removed


def test_what_cannot_be_removed_is_said(
    make: Make, over: PytestRun, clean: Clean, driver: Driver, engine: MemoryEngine
) -> None:
    """A network that somebody else's container is in stays, with the engine's words, and all else is removed."""
    for name in ("before", "shop", "then"):
        make(over, "network", name)
    make(over, "volume", "data")
    theirs = driver.create_container({"name": "theirs", "image": "app", "network": "shop"})
    driver.start(theirs)
    said = clean(fine=False)
    assert [line.split()[:3] for line in said] == [
        ["removed", "network", "then"],
        ["failed", "network", "shop"],
        ["removed", "network", "before"],
        ["removed", "volume", "data"],
    ]
    assert said[1].endswith(f"has active endpoints. Stop or disconnect {theirs}.")
    assert names(engine) == ["shop", "theirs"]


@pytest.mark.parametrize("error", [Conflict("no"), Forbidden("no"), DeadlineExceeded("no")], ids=repr)
def test_what_fails_once(make: Make, over: PytestRun, clean: Clean, engine: MemoryEngine, error: DriverError) -> None:
    """Whatever the engine refuses of one thing, the rest is removed, and that thing the next time."""
    make(over, "volume", "a")
    make(over, "volume", "b")
    engine.fail("remove", error)
    assert clean(fine=False) == ["failed volume a no", "removed volume b"]
    assert clean() == ["removed volume a"]


def test_an_engine_that_ends_meanwhile(make: Make, over: PytestRun, clean: Clean, engine: MemoryEngine) -> None:
    """An engine that is gone is not asked for each of the others."""
    make(over, "volume", "a")
    make(over, "volume", "b")
    engine.fail("remove", EngineUnavailable("gone"))
    with pytest.raises(EngineUnavailable):
        clean()
    assert len([verb for verb, _ in engine.calls if verb == "remove"]) == 1


# What changes meanwhile


@pytest.mark.parametrize("again", [False, True], ids=["gone", "made again"])
def test_what_is_gone_meanwhile(
    make: Make, over: PytestRun, start: RunOver, driver: Driver, engine: MemoryEngine, again: bool, place: Path
) -> None:
    """What another process has removed is not removed, nor what has its name now."""
    make(over, "volume", "a")
    make(over, "volume", "b")
    lines: list[str] = []

    def write(line: str) -> None:
        if not lines:
            driver.remove("volume", ["b"])
            if again:
                driver.create_volume({"name": "b"})
        lines.append(" ".join(line.split()))

    assert cleanup.run(driver, write, everything=True)
    assert lines[:2] == ["removed volume a", "gone volume b another process has removed it"]
    assert names(engine) == (["b"] if again else [])


# What marks a volume that is not whole


def half_made(make: Make, run: PytestRun, marks: dict[str, str], *, volume: bool = True) -> None:
    make(run, "volume", "data.unfinished", {**marks, labels.UNFINISHED: "data"})
    if volume:
        make(run, "volume", "data", marks)


def test_a_half_made_volume_goes_before_its_mark(make: Make, over: PytestRun, clean: Clean) -> None:
    """The mark is removed after what it marks, or where that is not there."""
    half_made(make, over, {})
    assert clean() == ["removed volume data", "removed volume data.unfinished"]
    half_made(make, over, {}, volume=False)
    assert clean() == ["removed volume data.unfinished"]


def test_a_half_made_volume_that_stays_is_marked(
    make: Make, over: PytestRun, clean: Clean, driver: Driver, engine: MemoryEngine
) -> None:
    """A volume that cannot be removed keeps its mark, without which it would seem to be whole."""
    half_made(make, over, {**REUSABLE, labels.EXPIRES: "1"})
    driver.create_container({"name": "theirs", "image": "app", "volumes": {"data": {"bind": "/data"}}})
    for everything in (False, True):
        said = clean(everything=everything, fine=False)
        assert said[0].startswith("failed volume data ")
        assert said[1] == "kept volume data.unfinished it says that the volume beside it is half-made"
    assert names(engine) == ["data", "data.unfinished", "theirs"]


def test_the_mark_of_a_volume_that_is_being_filled_is_kept(
    make: Make, over: PytestRun, clean: Clean, driver: Driver, place: Path
) -> None:
    """The mark is in use while the volume is, though an earlier run has made it."""
    half_made(make, over, REUSABLE, volume=False)
    own = use.begin(place, lasting.key(driver, "volume", "data"))
    assert clean(everything=True) == ["kept volume data.unfinished a run is using it"]
    own.release(remove=True)
    assert clean(everything=True) == ["removed volume data.unfinished"]


def test_a_volume_that_is_being_filled_is_kept(
    pytester: pytest.Pytester, run: Run, driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a volume for later runs gets its files, it and its mark are left alone."""
    said: list[str] = []
    clean_up = partial(cleanup.run, everything=True)
    monkeypatch.setattr("pytest_docker_tools.seeding.seed", lambda driver, *arguments: clean_up(driver, said.append))
    pytester.makepyfile(SHOP + "def test_it(data): ...")
    run("--reuse-containers").assert_outcomes(passed=1)
    assert [" ".join(line.split()) for line in said[:-1]] == [
        f"kept volume {name} its run goes on" for name in ("shop-data", "shop-data.unfinished")
    ]


# How it is written


def test_what_is_written(make: Make, over: PytestRun, start: RunOver, driver: Driver, place: Path) -> None:
    """There is a line for each, in columns, and the sum."""
    running = start()
    for run, kind, name, marks in (
        (over, "container", "shop-db", {}),
        (over, "network", "n", {}),
        (running, "network", "a-longer-name", {}),
        (over, "volume", "shop-data", REUSABLE),
    ):
        make(run, kind, name, marks)
    lines: list[str] = []
    cleanup.run(driver, lines.append, everything=False)
    assert lines == [
        "removed  container  shop-db",
        "kept     network    a-longer-name  its run goes on",
        "removed  network    n",
        "kept     volume     shop-data      reusable; --docker-cleanup=all removes it",
        f"2 removed, 2 kept on the engine at {driver.endpoint().url}",
    ]


def test_that_there_is_nothing_is_written(driver: Driver, place: Path) -> None:
    """Where there is nothing, one line says so."""
    lines: list[str] = []
    assert cleanup.run(driver, lines.append, everything=True)
    assert lines == [f"nothing of this library is on the engine at {driver.endpoint().url}"]


def test_a_terminal_is_not_commanded(make: Make, over: PytestRun, driver: Driver, engine: MemoryEngine) -> None:
    """What an engine says is one line, without what a terminal would act upon."""
    make(over, "network", "net")
    engine.fail("remove", Conflict("first line\nsecond \x1b[31mline\x1b]0;title\x07\r\b"))
    lines: list[str] = []
    cleanup.run(driver, lines.append, everything=True)
    assert lines[0] == "failed   network    net  first line second line"


# In place of a run


@pytest.fixture
def opens(engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plugin opens the engine in memory."""
    monkeypatch.setattr("pytest_docker_tools.drivers.open_driver", lambda backend, settings: MemoryDriver(engine))


TOUCHING = "open('was-run', 'w')\ndef test_it(): assert False"


@pytest.mark.usefixtures("opens")
@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["-q"],
        ["-v"],
        ["-n", "2"],
        ["-n", "2", "--dist=loadscope"],
        ["-p", "no:terminal"],
        ["-s"],
        ["--docker-plan"],
        ["--reuse-containers"],
        ["--docker-keep=failed"],
        ["--collect-only"],
        ["--lf"],
        ["test_it.py", "nowhere"],
    ],
    ids=" ".join,
)
def test_no_test_is_run(pytester: pytest.Pytester, engine: MemoryEngine, arguments: list[str]) -> None:
    """Nothing is collected, nor run, whatever other options there are."""
    pytester.makepyfile(test_it=TOUCHING)
    result = pytester.runpytest_inprocess(*arguments, "--docker-cleanup")
    assert result.ret == 0
    assert result.outlines == [f"nothing of this library is on the engine at {engine.url}"]
    assert not (pytester.path / "was-run").exists()


@pytest.mark.usefixtures("opens")
def test_options_of_the_project(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """What the project adds to each command line changes nothing."""
    pytester.makeini("[pytest]\naddopts = -n 2 --dist=loadfile --docker-plan -ra\n")
    pytester.makepyfile(test_it=TOUCHING)
    assert run("--docker-cleanup=all").outlines == [f"nothing of this library is on the engine at {engine.url}"]


@pytest.mark.usefixtures("opens")
@pytest.mark.parametrize("option", ["--help", "-h", "--version", "-VV"])
def test_a_question_is_answered(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, option: str) -> None:
    """Who asks for help gets that, and nothing is removed."""
    assert run(option, "--docker-cleanup").ret == 0
    assert engine.calls == []


@pytest.mark.usefixtures("opens")
@pytest.mark.parametrize("given", ["=some", "=", " test_it.py"])
def test_what_follows_the_option(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, given: str) -> None:
    """A value that it does not have, for which a path is taken that follows, is an error that says so."""
    pytester.makepyfile(test_it=TOUCHING)
    result = run(*f"--docker-cleanup{given}".split(" "))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    value = given.lstrip("= ")
    result.stderr.fnmatch_lines([f"*--docker-cleanup: takes no tests*no value but 'all', not {value!r}"])
    assert engine.calls == []


@pytest.mark.usefixtures("opens")
@pytest.mark.parametrize("error", [EngineUnavailable("no engine"), DeadlineExceeded("too late"), Forbidden("not you")])
def test_no_engine(run: Run, engine: MemoryEngine, error: DriverError) -> None:
    """An engine that is not there, or does not say what it has, is a sentence, and an exit code of its own."""
    engine.fail("ids", error)
    result = run("--docker-cleanup")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.outlines == []
    assert [line for line in result.errlines if line] == [f"ERROR: {error}"]


@pytest.mark.usefixtures("opens")
def test_an_interrupt(make: Make, pytester: pytest.Pytester, engine: MemoryEngine, run: Run) -> None:
    """Ctrl-C ends it with pytest's code for that, without a traceback; what was being removed is."""
    ended = PytestRun(meeting.folder(), uuid.uuid4().hex, "main")
    for name in "ab":
        make(ended, "volume", name)
    ended.close()
    engine.fail("remove", KeyboardInterrupt())
    result = run("--docker-cleanup")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert result.outlines == result.errlines == []
    assert names(engine) == ["b"]


def test_no_driver(run: Run) -> None:
    """A backend that is not installed is a sentence, too."""
    result = run("--docker-cleanup", "--docker-backend=nothing")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: There is no docker backend named 'nothing'. Installed: *"])


@pytest.mark.usefixtures("opens")
def test_a_conftest_that_cannot_be_imported(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """It is pytest's error, before anything is removed; --noconftest does without."""
    pytester.makeconftest("import nowhere")
    result = run("--docker-cleanup")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*No module named 'nowhere'"])
    assert engine.calls == []
    assert run("--docker-cleanup", "--noconftest").ret == 0


@pytest.mark.usefixtures("opens")
def test_what_a_run_could_not_remove(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """What a run has left, as the engine did not remove it then, is removed; what cannot be gives an exit code of 1."""
    pytester.makepyfile(SHOP + "def test_it(db): ...")
    for _ in range(3):
        engine.fail("remove", Conflict("not now"))
    images = MemoryDriver(engine).ids("image")
    assert run().ret == pytest.ExitCode.TESTS_FAILED
    engine.fail("remove", Conflict("not now either"))
    result = run("--docker-cleanup")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["failed   container * not now either"])
    assert run("--docker-cleanup").ret == 0
    assert names(engine) == []
    assert MemoryDriver(engine).ids("image") == images


@pytest.mark.usefixtures("opens")
@pytest.mark.parametrize("option", ["--reuse-containers", "--docker-keep=failed"])
def test_what_a_run_keeps(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, option: str) -> None:
    """What a run has kept for the next one, or for its failed tests, goes only with all."""
    pytester.makepyfile(SHOP + "def test_it(db): assert False")
    run(option).assert_outcomes(failed=1)
    assert names(engine) == ["shop-data", "shop-db", "shop-net"]
    assert run("--docker-cleanup").outlines[-1] == f"3 kept on the engine at {engine.url}"
    assert run("--docker-cleanup=all").outlines[-1] == f"3 removed on the engine at {engine.url}"
    assert names(engine) == []


@pytest.mark.usefixtures("opens")
@pytest.mark.parametrize("option", ["-q", "--reuse-containers", "--docker-keep=failed"])
def test_a_run_keeps_what_it_has(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, option: str) -> None:
    """While a run goes on, nothing of it is removed."""
    pytester.makepyfile(
        SHOP
        + "def test_it(db, docker_client):\n"
        + "    from pytest_docker_tools import cleanup\n"
        + "    cleanup.run(docker_client.driver, print, everything=True)"
    )
    result = run(option, "-s")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines_random(
        [f"*kept  *{name}*its run goes on" for name in ("shop-db", "shop-net", "shop-data")]
    )
