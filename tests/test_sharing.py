"""What the workers of xdist have in common, on an engine in memory; `tests/engine` has the workers at the same time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools import drivers, meeting
from pytest_docker_tools.driver import Recipe
from pytest_docker_tools.exceptions import Conflict, DriverError, EngineUnavailable, UsageError
from pytest_docker_tools.factories import container, network, volume
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

from .conftest import Run, RunWorkers

HEADER = "import os\nimport pytest\nfrom pytest_docker_tools import *\n"
SHOP = (
    HEADER
    + """
net = network(scope='session', shared=True)
data = volume(scope='session', shared=True, initial_content={'seed': b'1'})
db = container(
    image='app', scope='session', shared=True, network='{net.name}', volumes={'{data.name}': {'bind': '/data'}}
)

def test_it(db, data, net):
    assert db.status == 'running'
    assert db.get_text('/data/seed') == '1'
    assert net.name in db.ips
    with open('ids', 'a') as ids:
        print(db.id, data.id, net.id, file=ids)
"""
)


@pytest.fixture(autouse=True)
def recipe(engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process can open the engine in memory, as all processes of these tests are this one."""

    def open_driver(backend: str, settings: dict[str, Any]) -> MemoryDriver:
        assert (backend, settings) == ("memory", {"url": engine.url})
        return MemoryDriver(engine)

    monkeypatch.setattr(MemoryDriver, "recipe", lambda self: Recipe("memory", {"url": self.engine.url}))
    monkeypatch.setattr(drivers, "open_driver", open_driver)


def left(engine: MemoryEngine) -> list[str]:
    """Give what is on the engine, but for what it had before."""
    predefined = {"bridge", "host", "none"}
    networks = [network.name for network in engine.networks.values() if network.name not in predefined]
    images = [image for image in MemoryDriver(engine).ids("image") if image != engine.images.need("app").id]
    return sorted([*(container.name for container in engine.containers.values()), *networks, *engine.volumes, *images])


def created(engine: MemoryEngine, kind: str) -> list[dict[str, Any]]:
    """Give the options with which resources of a kind were created, but for what helps to fill volumes."""
    all_options = [arguments["options"] for verb, arguments in engine.calls if verb == f"create_{kind}"]
    helps = ("pytest-docker-tools.seeding", "pytest-docker-tools.unfinished")
    return [options for options in all_options if not {*helps} & {*options["labels"]}]


def run_folders() -> list[Path]:
    """Give the folders of runs in the folder where processes meet."""
    return [*(meeting.folder() / "runs").glob("*")]


def test_workers_have_one(pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine) -> None:
    """Each worker uses what the first has made, and at the end of the run nothing is left of it, not even a folder."""
    pytester.makepyfile(test_it=SHOP)
    seen: list[list[str]] = []
    controller, workers = run_workers(3, before=lambda number: seen.append(left(engine)))
    for worker in workers:
        worker.assert_outcomes(passed=1)
    ids = (pytester.path / "ids").read_text().splitlines()
    assert len(ids) == 3
    assert len({*ids}) == 1
    assert [len(names) for names in seen] == [0, 3, 3]
    assert [len(created(engine, kind)) for kind in ("container", "network", "volume")] == [1, 1, 1]
    assert left(engine) == []
    assert run_folders() == []
    controller.stdout.no_fnmatch_line("*left on the engine*")


@pytest.mark.parametrize("arguments", [[], ["-n0"]])
def test_without_workers_it_is_a_fixture(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, arguments: list[str]
) -> None:
    """Without workers, shared=True is as if it were not there, and needs no recipe of the driver."""
    pytester.makepyfile(test_it=SHOP)
    run(*arguments).assert_outcomes(passed=1)
    assert left(engine) == []
    [options] = created(engine, "container")
    assert not options["labels"]["pytest-docker-tools.shared"]


def test_two_runs_do_not_share(pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine) -> None:
    """A run that starts while another one goes on makes its own, under another name, and removes only that."""
    pytester.makepyfile(test_it=SHOP)
    inner: list[list[str]] = []

    def before(number: int) -> None:
        if number == 1:
            before_it = left(engine)
            _, [worker] = run_workers(1)
            worker.assert_outcomes(passed=1)
            inner.append(left(engine))
            assert inner == [before_it]

    _, workers = run_workers(2, before=before)
    for worker in workers:
        worker.assert_outcomes(passed=1)
    assert len(inner[0]) == 3
    first, second, third = (pytester.path / "ids").read_text().splitlines()
    assert first == third != second


def test_with_reuse_it_is_kept_for_the_next_run(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine
) -> None:
    """Where what is made is reused, workers and runs have the same one, and the end of a run removes nothing."""
    pytester.makepyfile(test_it=SHOP)
    for _ in range(2):
        _, workers = run_workers(2, "-o", "docker_reuse=auto")
        for worker in workers:
            worker.assert_outcomes(passed=1)
    assert len({*(pytester.path / "ids").read_text().splitlines()}) == 1
    assert len(left(engine)) == 3


@pytest.mark.parametrize("factory", [container, network, volume])
@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"shared": "yes", "scope": "session"}, r"\w+\(shared=...\) takes True or False, not 'yes'."),
        ({"shared": True}, r"\w+\(\) has shared=True, .* takes scope='session' with it, not 'function'."),
        ({"shared": True, "scope": "module"}, r"\w+\(\) has shared=True, .* takes scope='session' with it, not 'mod.*"),
    ],
)
def test_what_cannot_be_shared_is_told_where_it_is_written(
    factory: Callable[..., object], keywords: dict[str, Any], words: str
) -> None:
    """A scope other than the session, and what is neither True nor False, is refused at once."""
    with pytest.raises(UsageError, match=words):
        factory(**keywords, **({"image": "app"} if factory is container else {}))


@pytest.mark.parametrize("arguments", [[], ["-o", "docker_reuse=auto"]])
def test_a_scope_that_a_function_chooses_is_told(pytester: pytest.Pytester, run: Run, arguments: list[str]) -> None:
    """A function that chooses another scope than the session's is an error of the fixture, also without workers."""
    pytester.makepyfile(
        test_it=HEADER
        + "a, b = [network(shared=True, scope=lambda fixture_name, config, s=s: s) for s in ['session', 'module']]\n"
        + "def test_a(a): ...\ndef test_b(b): ..."
    )
    result = run(*arguments)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["E *UsageError: network 'b' (*test_it.py:4) has shared=True, *, not 'module'."])


def test_it_needs_what_is_shared(pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine) -> None:
    """What needs a resource of each worker's own, also through a plain fixture, cannot be shared; without workers it
    can.
    """
    pytester.makepyfile(
        test_it=HEADER
        + """
own = network(scope='session')

@pytest.fixture(scope='session')
def name(own):
    return own.name

it = container(image='app', scope='session', shared=True, network='{name}')

def test_it(it): ...
"""
    )
    _, [worker] = run_workers(1)
    worker.assert_outcomes(errors=1)
    worker.stdout.fnmatch_lines(
        ["E *UsageError: container 'it' (*test_it.py:11) * needs the network 'own', *scope='session', shared=True*"]
    )
    assert left(engine) == []


def test_values_of_each_worker_are_told(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine
) -> None:
    """A worker whose definition is not that of the first one says in which keywords, and each says it for itself."""
    pytester.makepyfile(
        test_it=HEADER
        + """
@pytest.fixture(scope='session')
def who(pytestconfig):
    return pytestconfig.workerinput['workerid']

it = container(image='app', scope='session', shared=True, environment={'WHO': '{who}'}, labels={'who': '{who}'})

def test_it(it): ...
"""
    )
    _, workers = run_workers(3)
    workers[0].assert_outcomes(passed=1)
    for worker in workers[1:]:
        worker.assert_outcomes(errors=1)
        worker.stdout.fnmatch_lines(
            ["E *exceptions.UsageError: container 'it' (*test_it.py:9) *, for: environment, labels. *"]
        )
    assert left(engine) == []


def test_a_client_without_a_recipe_is_told(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the controller could not open the engine, nothing is made."""
    monkeypatch.setattr(MemoryDriver, "recipe", lambda self: None)
    pytester.makepyfile(test_it=SHOP)
    _, [worker] = run_workers(1)
    worker.assert_outcomes(errors=1)
    worker.stdout.fnmatch_lines(
        ["E *UsageError: network 'net' (*test_it.py:5) cannot be shared *Leave out shared=True."]
    )
    assert created(engine, "network") == []


@pytest.mark.parametrize("kind", ["container", "network", "volume"])
def test_a_name_that_is_taken(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine, kind: str
) -> None:
    """What somebody else has under the user's name is refused, and stays as it is."""
    keywords = "image='app', " if kind == "container" else ""
    pytester.makepyfile(
        test_it=HEADER + f"it = {kind}({keywords}name='taken', scope='session', shared=True)\ndef test_it(it): ..."
    )
    driver = MemoryDriver(engine)
    {
        "container": driver.create_container,
        "network": driver.create_network,
        "volume": driver.create_volume,
    }[kind]({"name": "taken", **({"image": "app"} if kind == "container" else {})})
    _, workers = run_workers(2)
    for worker in workers:
        worker.assert_outcomes(errors=1)
    workers[0].stdout.fnmatch_lines(["E *Conflict*taken*"])
    workers[1].stdout.fnmatch_lines([f"E *FailedElsewhere: {kind} 'it' *this run's worker gw0: Conflict: *taken*"])
    assert left(engine) == ["taken"]


def test_the_name_of_a_reusable_one_is_told(
    pytester: pytest.Pytester, run: Run, run_workers: RunWorkers, engine: MemoryEngine
) -> None:
    """A name that a run with --reuse-containers has kept is refused with what to do, as without workers."""
    pytester.makepyfile(
        test_it=HEADER + "it = network(name='taken', scope='session', shared=True)\ndef test_it(it): ..."
    )
    run("--reuse-containers").assert_outcomes(passed=1)
    _, [worker] = run_workers(1)
    worker.assert_outcomes(errors=1)
    worker.stdout.fnmatch_lines(["E *Conflict*'taken'*a run with --reuse-containers has kept. Use that option again*"])


READY = """
from pytest_docker_tools.wrappers import Container

class Mine(Container):
    def ready(self):
        with open('tries', 'a') as tries:
            tries.write('x')
        {ready}

it = container(image='app', scope='session', shared=True, wrapper_class=Mine, timeout=0.1)

def test_it(it): ...
"""


@pytest.mark.parametrize(
    ("ready", "words"),
    [
        ("return False", "ContainerNotReady: *not ready within 0.1 seconds*"),
        ("raise ValueError('no → such thing')", "ValueError: no → such thing"),
        ("pytest.fail('as it is')", "Failed: as it is"),
    ],
)
def test_a_failure_is_told_to_the_others(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine, ready: str, words: str
) -> None:
    """What one worker could not make, however that failed, the others do not try, and say who did."""
    pytester.makepyfile(test_it=HEADER + READY.replace("{ready}", ready))
    tries: list[int] = []
    path = pytester.path / "tries"
    _, workers = run_workers(3, before=lambda number: tries.append(path.stat().st_size if path.exists() else 0))
    for worker in workers:
        worker.assert_outcomes(errors=1)
    for worker in workers[1:]:
        worker.stdout.fnmatch_lines(
            [f"E *FailedElsewhere: container 'it' (*test_it.py:13) could not be made by this run's worker gw0: {words}"]
        )
    assert tries[1] == tries[2] == path.stat().st_size > 0
    assert len(created(engine, "container")) == 1
    assert left(engine) == []


def test_one_that_is_there_and_not_ready_is_told(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that cannot use what is there shows its container, and with --docker-keep=failed that is kept."""
    pytester.makepyfile(test_it=HEADER + READY.replace("{ready}", "return os.environ['WORKER'] == '0'"))
    controller, (first, second) = run_workers(
        2, "--docker-keep=failed", before=lambda number: monkeypatch.setenv("WORKER", str(number))
    )
    first.assert_outcomes(passed=1)
    second.assert_outcomes(errors=1)
    second.stdout.fnmatch_lines(["E *ContainerNotReady*", "*docker container it*", "state:  running"])
    second.stdout.no_fnmatch_line("ready:  yes*")
    [name] = left(engine)
    controller.stdout.fnmatch_lines(["*kept for failed tests*", "test_it.py::test_it", f"  container it: {name}"])


def test_a_container_that_was_never_started_is_made_anew(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine
) -> None:
    """What a worker that crashed has created, and not started, the next one removes and makes."""
    pytester.makepyfile(test_it=SHOP)
    half_made: list[str] = []

    def before(number: int) -> None:
        if number == 1:
            driver = MemoryDriver(engine)
            [options] = created(engine, "container")
            driver.remove("container", [options["name"]], force=True)
            half_made.append(driver.create_container(options))

    _, workers = run_workers(2, before=before)
    for worker in workers:
        worker.assert_outcomes(passed=1)
    assert half_made[0] not in (pytester.path / "ids").read_text()
    assert left(engine) == []


@pytest.mark.parametrize("refuses", [False, True])
def test_a_volume_that_was_being_filled_is_made_anew(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine, refuses: bool
) -> None:
    """What a worker that crashed has left of a volume, and of how it was filled, the next one removes.

    So it is with engines that give a volume that is there, and with those that refuse to create it again.
    """
    pytester.makepyfile(
        test_it=HEADER
        + """
data = volume(scope='session', shared=True, initial_content={'seed': b'1'})
it = container(image='app', volumes={'{data.name}': {'bind': '/data'}})

def test_it(it):
    assert it.get_text('/data/seed') == '1'
"""
    )

    def before(number: int) -> None:
        if number == 1:
            driver = MemoryDriver(engine)
            of_volumes = [arguments["options"] for verb, arguments in engine.calls if verb == "create_volume"]
            of_containers = [arguments["options"] for verb, arguments in engine.calls if verb == "create_container"]
            [made] = created(engine, "volume")
            driver.remove("volume", [made["name"]])
            for options in of_volumes:
                driver.create_volume(options)
            [filling] = [options for options in of_containers if "pytest-docker-tools.seeding" in options["labels"]]
            driver.create_container({**filling, "image": "app"})
            if refuses:
                # The first that is created is what tells that the volume is not whole.
                engine.fail("create_volume", Conflict("It is there."))

    _, workers = run_workers(2, before=before)
    for worker in workers:
        worker.assert_outcomes(passed=1)
    assert len(created(engine, "volume")) == 3
    assert left(engine) == []


def test_what_was_removed_is_made_again(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine
) -> None:
    """A worker that finds nothing any more, as a test has removed it, makes it again, and it is removed as well."""
    pytester.makepyfile(test_it=SHOP)

    def before(number: int) -> None:
        MemoryDriver(engine).remove("container", [*engine.containers], force=True)

    _, workers = run_workers(2, before=before)
    for worker in workers:
        worker.assert_outcomes(passed=1)
    assert len({*(pytester.path / "ids").read_text().splitlines()}) == 2
    assert left(engine) == []


def test_what_is_copied_into_it_is_copied_once(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine
) -> None:
    """A worker that finds a container leaves the files in it as they are by now."""
    pytester.makepyfile(
        test_it=HEADER
        + """
it = container(image='app', scope='session', shared=True, files={'/etc/count': b''})

def test_it(it, pytestconfig):
    assert it.get_text('/etc/count') == 'x' * int(pytestconfig.workerinput['workerid'][2:])
    it.put_files({'/etc/count': it.get_text('/etc/count') + 'x'})
"""
    )
    _, workers = run_workers(3)
    for worker in workers:
        worker.assert_outcomes(passed=1)


def test_each_parameter_has_its_own(pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine) -> None:
    """What is made for a parameter is the same for a worker that has had others before, and for one that has not."""
    pytester.makepyfile(
        test_it=HEADER
        + """
which = pytest.fixture(scope='session', params=['a', 'b'])(lambda request: request.param)
net = network(scope='session', shared=True, labels={'which': '{which}'})
it = container(image='app', scope='session', shared=True, network='{net.name}')

def test_it(it, which): ...
"""
    )
    pytester.makeconftest(
        "def pytest_collection_modifyitems(config, items):\n"
        "    if getattr(config, 'workerinput', {}).get('workerid') == 'gw1':\n        del items[0]\n"
    )
    _, workers = run_workers(2)
    assert [worker.parseoutcomes() for worker in workers] == [{"passed": 2}, {"passed": 1}]
    assert len(created(engine, "container")) == len(created(engine, "network")) == 2
    assert left(engine) == []


def test_what_a_worker_has_left_goes_as_well(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine
) -> None:
    """A container of its own that a worker could not remove does not keep the shared network it is in from going."""
    pytester.makepyfile(
        test_it=HEADER
        + """
net = network(scope='session', shared=True)
own = container(image='app', network='{net.name}')

def test_it(own): ...
"""
    )
    engine.fail("remove", DriverError("not now"))
    _, [worker] = run_workers(1)
    worker.assert_outcomes(passed=1, errors=1)
    assert left(engine) == []


def test_somebody_elses_image_stays(pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine) -> None:
    """An image that has the labels of a shared container, as one that was made from it has, is not removed."""
    pytester.makepyfile(test_it=SHOP)

    def before(number: int) -> None:
        if number == 1:
            [options] = created(engine, "container")
            engine.add_image("theirs", MemoryImage(labels=options["labels"]))

    run_workers(2, before=before)
    assert left(engine) == [engine.images.need("theirs").id]


class TestTheEndOfTheRun:
    """What the controller does, and says."""

    def test_what_is_kept(self, pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine) -> None:
        """What a failed test of any worker used stays, as --docker-keep=failed asks, and the controller says how."""
        pytester.makepyfile(
            test_it=SHOP
            + """
other = container(image='app', scope='session', shared=True, name='other')

def test_other(other): ...

def test_who(db, pytestconfig):
    assert pytestconfig.workerinput['workerid'] != 'gw1'
"""
        )
        controller, workers = run_workers(3, "--docker-keep=failed")
        assert [worker.parseoutcomes().get("failed", 0) for worker in workers] == [0, 1, 0]
        names = left(engine)
        assert len(names) == 3
        assert "other" not in names
        controller.stdout.fnmatch_lines(["*kept for failed tests*", "test_it.py::test_who", "  container db: *-db-*"])

    def test_nothing_is_kept_without_a_failure(
        self, pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine
    ) -> None:
        """Where no test has failed, --docker-keep=failed keeps nothing."""
        pytester.makepyfile(test_it=SHOP)
        controller, _ = run_workers(2, "--docker-keep=failed")
        assert left(engine) == []
        controller.stdout.no_fnmatch_line("*kept for*")

    def test_what_cannot_be_removed_is_told(
        self, pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine
    ) -> None:
        """Each thing that could not be removed is said, with the reason, and the others go all the same."""
        pytester.makepyfile(test_it=SHOP)

        def before(number: int) -> None:
            if number == 1:
                driver = MemoryDriver(engine)
                mine = driver.create_container({"image": "app", "name": "mine"})
                driver.start(mine)
                driver.connect([*engine.networks][-1], mine)

        controller, _ = run_workers(2, before=before)
        stays = left(engine)
        assert len(stays) == 2
        controller.stdout.fnmatch_lines(
            ["*= left on the engine by xdist workers (pytest --docker-cleanup removes it) =*", f"network {stays[1]}: *"]
        )
        assert run_folders() == []

    def test_an_engine_that_is_gone_is_told(
        self, pytester: pytest.Pytester, run_workers: RunWorkers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An engine that does not answer at the end of the run is one line, and no error of pytest."""
        pytester.makepyfile(test_it=SHOP)

        def gone(backend: str, settings: object) -> None:
            raise EngineUnavailable("There is no engine.")

        monkeypatch.setattr(drivers, "open_driver", gone)
        controller, _ = run_workers(1)
        controller.stdout.fnmatch_lines(["*= left on the engine *", "There is no engine."])
        assert run_folders() == []

    def test_a_report_says_until_when_it_is_there(
        self, pytester: pytest.Pytester, run_workers: RunWorkers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The report of a failed test says that a shared container is there until the run ends."""
        monkeypatch.setattr(MemoryDriver, "client_command", lambda self: ("memory",))
        pytester.makepyfile(test_it=SHOP + "    assert False\n")
        _, workers = run_workers(2)
        for worker in workers:
            worker.stdout.fnmatch_lines(["*(until the run ends; --docker-keep=failed keeps it)"])


@pytest.mark.parametrize("uses", ["", "it = container(image='app')\n"])
def test_a_run_that_shares_nothing_has_no_part_in_it(pytester: pytest.Pytester, uses: str) -> None:
    """A controller whose workers have nothing in common opens no driver, and imports none of this at its end."""
    pytester.makepyfile(test_it=f"{HEADER if uses else ''}{uses}def test_it(): ...")
    pytester.makeconftest(
        "import sys\n"
        "def pytest_unconfigure(config):\n"
        "    if not hasattr(config, 'workerinput'):\n"
        "        assert 'pytest_docker_tools.runs' in sys.modules\n"
        "        assert 'pytest_docker_tools.sharing' not in sys.modules\n"
        "        print('looked')"
    )
    result = pytester.runpytest_subprocess("-n1", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["looked"])
    assert result.ret == 0
