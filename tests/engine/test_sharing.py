"""What the workers of xdist have in common, on a real engine: runs of small projects, with workers that crash."""

from __future__ import annotations

import platform
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from pytest_docker_tools import items
from pytest_docker_tools.driver import Driver

from .conftest import Interrupt, Left, Project, Push, meeting_folder, wait_until

Events = Callable[..., list[list[str]]]
Write = Callable[[str], None]

# Notes what happens in which process, each event a line, in the order in which it did.
RECORDER = """
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from pytest_docker_tools import labels
from pytest_docker_tools.drivers import driver_of

RUNNING = threading.local()
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
EVENTS = Path(__file__).with_name("events")
VERBS = {"create_container", "create_network", "create_volume", "pull_image", "build_image"}
HELPS = {labels.SEEDING, labels.UNFINISHED}


def note(*words):
    file = os.open(EVENTS, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, (" ".join([WORKER, *words]) + "\\n").encode())
    os.close(file)


def events(*words):
    found = [line.split() for line in EVENTS.read_text().splitlines()] if EVENTS.exists() else []
    return [event for event in found if [*words] == event[1:len(words) + 1]]


def wait_for(*words, count=1):
    end = time.monotonic() + 60
    while len({event[0] for event in events(*words)}) < count:
        assert time.monotonic() < end, f"There was no {words}."
        time.sleep(0.02)


def crash_once():
    if not events("crash"):
        note("crash")
        os.kill(os.getpid(), signal.SIGKILL)


def pytest_sessionfinish(session):
    note("finished")


def watched(verb, call):
    def watched(*arguments, **keywords):
        options = arguments[0]
        # What helps to fill volumes is no resource of a fixture.
        if not HELPS & {*(options.get("labels") or {})} and not getattr(RUNNING, "it", False):
            note(verb)
        return call(*arguments, **keywords)

    return watched


def watched_run(run):
    def watched_run(*arguments, **keywords):
        RUNNING.it = True
        try:
            return run(*arguments, **keywords)
        finally:
            RUNNING.it = False

    return watched("create_container", watched_run)


@pytest.fixture(scope="session")
def docker_client(docker_client):
    driver = driver_of(docker_client)
    for verb in VERBS:
        setattr(driver, verb, watched(verb, getattr(driver, verb)))
    # Some create and start in one go, others create for that.
    driver.run_container = watched_run(driver.run_container)
    return docker_client
"""
IMPORTS = "import os\nimport time\nfrom conftest import WORKER, crash_once, driver_of, events, note, wait_for\n"
SHOP = (
    IMPORTS
    + """
net = network(scope='session', shared=True, labels=MARK)
data = volume(scope='session', shared=True, labels=MARK, initial_content={'seed': b'1'})
db = container(
    image=BASE, command='sleep 600', init=True, scope='session', shared=True, network='{net.name}', labels=MARK,
    volumes={'{data.name}': {'bind': '/data'}},
)

@pytest.fixture
def used(db, net, data):
    assert db.get_text('/data/seed') == '1'
    assert net.name in db.ips
    note('used', db.id, net.id, data.id)
"""
)
EACH = "--dist=each"


@pytest.fixture(autouse=True)
def recorder(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each project notes what happens, and its processes meet below its own home."""
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    pytester.makeconftest(RECORDER)


@pytest.fixture
def events(pytester: pytest.Pytester) -> Events:
    """Give the events that begin with some words, each with the process before them."""

    def events(*words: str) -> list[list[str]]:
        found = [line.split() for line in (pytester.path / "events").read_text().splitlines()]
        return [event for event in found if [*words] == event[1 : len(words) + 1]]

    return events


@pytest.fixture
def no_folder_left(pytester: pytest.Pytester) -> Iterator[Path]:
    """Give the folder in which the project's processes meet, in which in the end there is nothing of a run."""
    place = meeting_folder(pytester)
    yield place
    # A watcher may have a file of it for a moment, and takes it along then.
    wait_until(lambda: not [*(place / "runs").iterdir()])


@pytest.fixture
def nothing_left(no_folder_left: Path, left: Left, seeding_left: Callable[[], list[items.Item]]) -> Iterator[None]:
    """In the end nothing is left of the project's runs, also of what volumes were filled through."""
    yield
    assert left() == []
    assert seeding_left() == []


def counts(found: Sequence[Sequence[str]]) -> dict[str, int]:
    """Give how many events each process had."""
    return {process: [event[0] for event in found].count(process) for process in sorted({event[0] for event in found})}


def test_four_workers_have_one(project: Project, events: Events, nothing_left: None) -> None:
    """50 tests on each of four workers use one container, in one network, with one volume, each of which is made once.

    None of them sees it before it is ready, and it is not ready before all workers have asked for it.
    """
    result = project(
        SHOP
        + """
from pytest_docker_tools.wrappers import Container

@pytest.fixture(scope='session')
def asked():
    note('asked')

class Slow(Container):
    def ready(self):
        if len(events('asked')) < 4 or not super().ready():
            return False
        note('ready')
        return True

slow = container(
    image=BASE, command='sleep 600', init=True, scope='session', shared=True, network='{net.name}', labels=MARK,
    volumes={'{data.name}': {'bind': '/data'}}, wrapper_class=Slow, depends_on=[asked],
)

@pytest.mark.parametrize('number', range(50))
def test_it(number, slow, net, data):
    slow.reload()
    assert slow.status == 'running'
    note('used', slow.id, net.id, data.id)
""",
        "-n4",
        EACH,
    )
    result.assert_outcomes(passed=200)
    used = events("used")
    assert counts(used) == {f"gw{number}": 50 for number in range(4)}
    assert len({tuple(event[2:]) for event in used}) == 1
    assert [len(events(verb)) for verb in ("create_container", "create_network", "create_volume")] == [1, 1, 1]
    happened = [event[1] for event in events() if event[1] in ("asked", "ready", "used")]
    assert happened[:5] == ["asked"] * 4 + ["ready"]


def test_one_that_comes_late_has_the_same(project: Project, events: Events, nothing_left: None) -> None:
    """A worker that first asks for it when the one that made it has ended gets what that has made."""
    result = project(
        SHOP
        + """
def test_waits():
    if WORKER == 'gw1':
        wait_for('finished')

def test_it(used): ...
""",
        "-n2",
        EACH,
    )
    result.assert_outcomes(passed=4)
    assert [event[:2] for event in events() if event[1] in ("used", "finished")][:3] == [
        ["gw0", "used"],
        ["gw0", "finished"],
        ["gw1", "used"],
    ]
    assert len({tuple(event[2:]) for event in events("used")}) == 1


class TestCrash:
    """A worker that is killed neither takes along what is shared nor leaves it behind."""

    @pytest.mark.parametrize(
        ("arguments", "passed"), [(["-n2"], 7), (["-n1"], 7), (["-n1", "--max-worker-restart=0"], 0)]
    )
    def test_in_a_test(
        self, project: Project, events: Events, nothing_left: None, arguments: list[str], passed: int
    ) -> None:
        """Where the one that made it crashes, the others, and the one that takes its place, go on with it."""
        result = project(
            SHOP
            + f"""
@pytest.mark.parametrize('number', range(8))
def test_it(number, used):
    wait_for('used', count={arguments[0][2:]})
    if WORKER == events('create_container')[0][0]:
        crash_once()
""",
            *arguments,
        )
        result.assert_outcomes(passed=passed, failed=1)
        assert len(events("crash")) == len(events("create_container")) == 1
        assert len({tuple(event[2:]) for event in events("used")}) == 1

    @pytest.mark.parametrize(
        ("place", "arguments", "made"),
        [
            ("__init__", ["-n2"], [2, 1]),
            ("ready", ["-n2"], [1, 1]),
            ("put_archive", ["-n2"], [1, 2]),
            ("__init__", ["-n1", "--max-worker-restart=0"], [1, 1]),
            ("put_archive", ["-n1", "--max-worker-restart=0"], [0, 1]),
        ],
        ids=["created", "started", "filled", "created alone", "filled alone"],
    )
    def test_while_it_is_made(
        self, project: Project, events: Events, nothing_left: None, place: str, arguments: list[str], made: list[int]
    ) -> None:
        """What a worker leaves half-made another one completes, or makes anew; else the end of the run removes it."""
        result = project(
            SHOP
            + f"""
from pytest_docker_tools.wrappers import Container

class Crashing(Container):
    def {place}(self, *arguments):
        crash_once()
        return super().{place}(*arguments)

@pytest.fixture(scope='session')
def docker_client(docker_client):
    driver, put_archive = driver_of(docker_client), driver_of(docker_client).put_archive
    def crash(*arguments, **keywords):
        put_archive(*arguments, **keywords)
        crash_once()
    if {place!r} == 'put_archive':
        driver.put_archive = crash
    return docker_client

slow = container(
    image=BASE, command='sleep 600', init=True, scope='session', shared=True, labels=MARK, wrapper_class=Crashing,
    volumes={{'{{data.name}}': {{'bind': '/data'}}}},
    # What is copied into is not started when it is created.
    files={{'/copied': b''}} if {place!r} == '__init__' else {{}},
)

@pytest.mark.parametrize('number', range(4))
def test_it(number, slow, data):
    assert slow.get_text('/data/seed') == '1'
    note('used', slow.id, data.id)
""",
            *arguments,
        )
        is_alone = arguments != ["-n2"]
        result.assert_outcomes(passed=0 if is_alone else 3, failed=1)
        assert [len(events(f"create_{kind}")) for kind in ("container", "volume")] == made
        assert len({tuple(event[2:]) for event in events("used")}) == (0 if is_alone else 1)


class TestEnd:
    """However a run ends, what is shared goes."""

    @pytest.mark.parametrize("arguments", [["-x"], ["--maxfail=2"]], ids=" ".join)
    def test_it_stops_early(self, project: Project, events: Events, nothing_left: None, arguments: list[str]) -> None:
        """A run that stops at failures leaves nothing."""
        result = project(
            SHOP + "@pytest.mark.parametrize('number', range(20))\ndef test_it(number, used):\n    assert False\n",
            "-n2",
            *arguments,
        )
        assert result.ret == pytest.ExitCode.INTERRUPTED
        assert 1 <= len(events("used")) < 20

    def test_it_is_interrupted(
        self,
        pytester: pytest.Pytester,
        module: Write,
        events: Events,
        nothing_left: None,
        interrupt: Interrupt,
    ) -> None:
        """Ctrl-C, which ends the controller while workers run tests, leaves nothing."""
        pytester.makeini("[pytest]\naddopts = -n2 --dist=each")
        module(SHOP + "def test_it(used):\n    time.sleep(600)\n")
        interrupt(lambda: (pytester.path / "events").exists() and len(events("used")) == 2)
        assert len({tuple(event[2:]) for event in events("used")}) == 1

    def test_it_is_kept_for_a_failed_test(
        self, project: Project, driver: Driver, left: Left, events: Events, pytester: pytest.Pytester
    ) -> None:
        """Where one worker's test has failed, and another's has passed, --docker-keep=failed keeps it, and says so."""
        result = project(SHOP + "def test_it(used):\n    assert WORKER == 'gw0'\n", "-n2", EACH, "--docker-keep=failed")
        result.assert_outcomes(passed=1, failed=1)
        [kept] = {tuple(event[2:]) for event in events("used")}
        assert sorted(left()) == sorted(kept)
        [facts] = driver.inspect("container", [kept[0]])
        assert facts
        result.stdout.fnmatch_lines(
            ["*kept for failed tests*", "test_it.py::test_it", f"  container db: {facts['Name'].lstrip('/')}"]
        )
        assert [*(pytester.path / ".cache" / f"pytest-docker-tools-{platform.node()}" / "runs").iterdir()] == []

    def test_it_is_not_kept_otherwise(self, project: Project, events: Events, nothing_left: None) -> None:
        """Where only a test without it has failed, --docker-keep=failed does not keep it."""
        result = project(
            SHOP + "def test_it(used): ...\ndef test_other():\n    assert False\n", "-n2", EACH, "--docker-keep=failed"
        )
        result.assert_outcomes(passed=2, failed=2)
        result.stdout.no_fnmatch_line("*kept for*")


def test_two_runs_have_each_their_own(
    project: Project,
    pytester: pytest.Pytester,
    backend: str,
    module: Write,
    events: Events,
    nothing_left: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A run beside another one makes its own, and its end takes nothing away from the other."""
    text = f"""{SHOP}
def test_it(used, db):
    wait_for(os.environ['UNTIL'])
    db.reload()
    assert db.status == 'running'
"""
    module(text)
    monkeypatch.setenv("UNTIL", "over")
    command = [sys.executable, "-m", "pytest", f"--docker-backend={backend}", "-p", "no:cacheprovider", "-n2", EACH]
    quiet = subprocess.DEVNULL
    first = pytester.popen(command, stdin=quiet, stdout=quiet, stderr=quiet)
    wait_until(lambda: (pytester.path / "events").exists() and len(events("used")) == 2)
    monkeypatch.setenv("UNTIL", "used")
    project(text, "-n2", EACH).assert_outcomes(passed=2)
    with (pytester.path / "events").open("a") as file:
        file.write("main over\n")
    assert first.wait(60) == 0
    ids = [event[2] for event in events("used")]
    assert ids[0] == ids[1] != ids[2] == ids[3]


class TestErrors:
    """What cannot be had in common, and what fails."""

    def test_values_of_each_worker(self, project: Project, nothing_left: None) -> None:
        """What is different in each worker is an error in all but one of them, with the keyword."""
        result = project(
            "it = container(image=BASE, command='sleep 600', init=True, scope='session', shared=True, "
            "environment={'WHO': '{worker_id}'}, labels=MARK)\ndef test_it(it): ...",
            "-n2",
            EACH,
        )
        result.assert_outcomes(passed=1, errors=1)
        result.stdout.fnmatch_lines(["E *UsageError: container 'it' (*test_it.py:*, for: environment. *worker_id*"])

    def test_a_name_that_is_taken(
        self, project: Project, driver: Driver, left: Left, mark: str, events: Events
    ) -> None:
        """What somebody else has under the user's name stays as it is, and the workers say so, also for a volume."""
        made = driver.create_volume({"name": f"data-{mark}", "labels": {"made-for": mark}})
        result = project(
            "it = volume(name='data-' + MARK['made-for'], scope='session', shared=True, labels=MARK, "
            "initial_content={'a': b'1'})\ndef test_it(it): ...",
            "-n2",
            EACH,
        )
        result.assert_outcomes(errors=2)
        result.stdout.fnmatch_lines_random(
            [
                f"E *Conflict: *data-{mark}*",
                f"E *FailedElsewhere: volume 'it' *could not be made by this run's worker gw?: Conflict: *data-{mark}*",
            ]
        )
        assert left() == [made]
        assert driver.inspect("volume", [f"{made}.unfinished"]) == [None]

    def test_it_is_tried_once(self, project: Project, events: Events, nothing_left: None) -> None:
        """One that fails is made by one worker, and the others say what that has said."""
        result = project(
            "it = container(image=BASE, command=['sh', '-c', 'echo no config; exit 3'], scope='session', shared=True, "
            "labels=MARK)\ndef test_it(it): ...",
            "-n3",
            EACH,
        )
        result.assert_outcomes(errors=3)
        # The short summary may say it once more.
        said = [line for line in result.outlines if line.startswith("E  ")]
        assert sum("exceptions.ContainerFailed: Container" in line for line in said) == 1
        assert sum("FailedElsewhere: container 'it'" in line for line in said) == 2
        assert said.count("E   no config") == 3
        assert len(events("create_container")) == 1


def test_a_client_of_the_users_own(
    project: Project, pytester: pytest.Pytester, events: Events, nothing_left: None
) -> None:
    """A client that the suite makes over a driver is shared over as well."""
    text = (
        SHOP
        + """
from pytest_docker_tools.client import Client
from pytest_docker_tools.drivers import open_driver

@pytest.fixture(scope='session')
def docker_client(pytestconfig):
    with Client(open_driver(pytestconfig.getoption('docker_backend'), {'timeout': 59})) as client:
        yield client

def test_it(used): ...
"""
    )
    project(text, "-n2", EACH).assert_outcomes(passed=2)
    assert len({tuple(event[2:]) for event in events("used")}) == 1


def test_with_reuse_it_is_reusable(project: Project, left: Left, events: Events) -> None:
    """With docker_reuse = auto the next run uses what the workers of the one before had in common."""
    for _ in range(2):
        project(SHOP + "def test_it(used): ...\n", "-n2", EACH, "-o", "docker_reuse=auto").assert_outcomes(passed=2)
    assert len({tuple(event[2:]) for event in events("used")}) == 1
    assert len(events("create_container")) == 1
    assert len(left()) == 3


class TestImages:
    """What is pulled, or built, is so once per run."""

    @pytest.fixture
    def pulled(self, push: Push, registry: str, driver: Driver) -> Iterator[str]:
        """The repository of an image with the tags v1 and v2, which the engine does not have."""
        repository = f"{registry}/{push('v1', 'v2')}"
        yield repository
        driver.remove("image", [f"{repository}:{tag}" for tag in ("v1", "v2")], force=True)

    def test_workers_have_the_same(self, project: Project, events: Events, no_folder_left: Path, pulled: str) -> None:
        """One of four workers pulls and builds each definition, and function-scoped ones are built by each."""
        result = project(
            IMPORTS
            + f"""
from io import BytesIO

def dockerfile():
    return BytesIO(b'FROM %s\\nARG A\\nRUN head -c 16 /dev/urandom > /random' % BASE.encode())

built, same, other = [
    build(fileobj=dockerfile(), nocache=True, labels=MARK, buildargs={{'A': a}}) for a in ('1', '1', '2')
]
# With values of their own, as BuildKit does the same step of two builds at a time once.
own = build(
    fileobj=dockerfile(), nocache=True, labels=MARK, buildargs={{'A': lambda worker_id: worker_id}}, scope='function'
)
v1, again, v2 = [fetch(repository={pulled!r}, tag=tag) for tag in ('v1', 'v1', 'v2')]

def test_session(built, same, other, v1, again, v2):
    note('session', *(image.id for image in (built, same, other, v1, again, v2)))

def test_own(own):
    note('own', own.id)
""",
            "-n4",
            EACH,
        )
        result.assert_outcomes(passed=8)
        [ids] = {tuple(event[2:]) for event in events("session")}
        built, same, other, v1, again, v2 = ids
        assert built == same != other
        assert v1 == again != v2
        assert len({event[2] for event in events("own")}) == len(events("own")) == 4
        assert len(events("build_image")) == 2 + 4
        assert len(events("pull_image")) == 2

    def test_stages_and_tags(
        self, project: Project, events: Events, no_folder_left: Path, pulled: str, named: Callable[..., str]
    ) -> None:
        """A build's stages, and all tags of a repository, are for all workers as well."""
        base = named("image", "base")
        result = project(
            IMPORTS
            + f"""
from io import BytesIO

it = build(
    fileobj=BytesIO(b'FROM %s AS base\\nLABEL base=1\\nFROM base\\nLABEL it=1' % BASE.encode()), nocache=True,
    labels=MARK, stages={{'base': {base!r}}},
)
stage = image(name={base!r}, depends_on=[it])
tags = fetch(repository={pulled!r}, all_tags=True)

def test_it(it, stage, tags):
    note('it', it.id, stage.id, *sorted(image.id for image in tags))
""",
            "-n2",
            EACH,
        )
        result.assert_outcomes(passed=2)
        [ids] = {tuple(event[2:]) for event in events("it")}
        assert len({*ids}) == 4
        assert len(events("build_image")) == 2
        assert len(events("pull_image")) == 1

    def test_one_that_was_removed_is_made_again(
        self, project: Project, events: Events, no_folder_left: Path, pulled: str
    ) -> None:
        """A worker that asks when a test has removed the image pulls, or builds, another one."""
        result = project(
            IMPORTS
            + f"""
from io import BytesIO

built = build(
    fileobj=BytesIO(b'FROM %s\\nRUN head -c 16 /dev/urandom > /random' % BASE.encode()), nocache=True, labels=MARK
)
pulled = fetch(repository={pulled!r}, tag='v1')

def test_waits():
    if WORKER == 'gw1':
        wait_for('removed')

def test_it(built, pulled, docker_client):
    note('it', built.id, pulled.id)
    if WORKER == 'gw0':
        driver_of(docker_client).remove('image', [built.id, {pulled + ":v1"!r}], force=True)
        note('removed')
""",
            "-n2",
            EACH,
        )
        result.assert_outcomes(passed=4)
        first, second = events("it")
        assert first[2] != second[2]
        assert first[3] == second[3]
        assert len(events("build_image")) == len(events("pull_image")) == 2

    def test_a_build_that_fails_is_tried_once(self, project: Project, events: Events, no_folder_left: Path) -> None:
        """A step that fails does so in one worker, and the others say whose it was, and what it said."""
        result = project(
            "it = build(nocache=True, fileobj=__import__('io').BytesIO("
            "b'FROM %s\\nRUN echo kaputt && exit 7' % BASE.encode()))\ndef test_it(it): ...",
            "-n2",
            EACH,
        )
        result.assert_outcomes(errors=2)
        result.stdout.fnmatch_lines_random(["E *BuildFailed: *", "E *FailedElsewhere: build 'it' *: BuildFailed: *"])
        assert result.stdout.str().count("kaputt") > 1
        assert len(events("build_image")) == 1
