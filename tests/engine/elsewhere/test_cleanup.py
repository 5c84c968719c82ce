"""What `pytest --docker-cleanup` does on a real engine about runs that were killed, go on, or keep what they make."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from pytest_docker_tools import items, labels
from pytest_docker_tools.driver import KINDS, Driver, Kind
from pytest_docker_tools.testing.fixtures import Named

from ..conftest import BASE, Left, Process, Project, Start, wait_until

# What is about runs that were killed is about what is left without their watchers.
pytestmark = pytest.mark.usefixtures("unguarded")

Clean = Callable[..., "Said"]
Found = Callable[[], dict[str, Kind]]

# A shop that is said to be open, and is until it is told to close. With a container that needs another one, as podman
# removes none before those that need it.
SHOP = """
import os, time

NAME = os.environ.get('SHOP', 'shop') + '-' + MARK['made-for']

net = network(name=f'net-{NAME}', labels=MARK)
data = volume(name=f'data-{NAME}', labels=MARK, initial_content={'file': 'content'})
db = container(
    image=BASE, name=f'db-{NAME}', command='sleep 600', stop_signal='KILL', network='{net.name}',
    volumes={'{data.name}': {'bind': '/data'}}, labels=MARK,
)
web = container(
    image=BASE, name=f'web-{NAME}', command='sleep 600', stop_signal='KILL', network_mode='container:{db.id}',
    labels=MARK,
)

def be_open(name):
    Path(f'{name}.new').write_text(str(os.getpid()))
    Path(f'{name}.new').rename(f'{name}-is-open')
    while not Path(f'{name}-closes').exists():
        time.sleep(0.02)
"""
OPEN = SHOP + "def test_it(web): be_open(os.environ.get('SHOP', 'shop'))"
WHOLE = """
def test_it(web, db):
    assert db.get_text('/data/file') == 'content'
    assert web.exec_run('true')[0] == 0
"""
PARTS = ("web", "db", "net", "data")
GOES_ON = "its run goes on"
REUSABLE = "reusable; --docker-cleanup=all removes it"


class Said:
    """What was said of each thing: what became of it, and why. `code` is the exit code."""

    def __init__(self, result: pytest.RunResult) -> None:
        self.code, self.lines = result.ret, result.outlines
        words = [line.split(maxsplit=3) for line in self.lines]
        self.of = {word[2]: " ".join([word[0], *word[3:]]) for word in words if word[1:] and word[1] in KINDS}

    def of_shop(self, mark: str, name: str = "shop") -> dict[str, str]:
        """Give what was said of the parts of a shop."""
        found = {part: self.of.get(f"{part}-{name}-{mark}") for part in PARTS}
        return {part: said for part, said in found.items() if said is not None}


def each(said: str) -> dict[str, str]:
    """Give what is said where that is the same of all parts of a shop."""
    return dict.fromkeys(PARTS, said)


@pytest.fixture
def opened(pytester: pytest.Pytester, start: Start) -> Start:
    """Start pytest on a module, with the shop's name in the environment, and wait until that is open."""

    def opened(text: str, *arguments: str, name: str = "shop") -> Process:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("SHOP", name)
            process = start(text, *arguments)
        wait_until(lambda: (pytester.path / f"{name}-is-open").exists() or process.poll() is not None)
        assert process.poll() is None, (pytester.path / "log-0").read_text()
        return process

    return opened


@pytest.fixture
def clean(pytester: pytest.Pytester, backend: str) -> Clean:
    """Clean up. What other users, other tests for instance, have on the engine is kept."""

    def clean(*, everything: bool = False) -> Said:
        option = "--docker-cleanup=all" if everything else "--docker-cleanup"
        return Said(pytester.runpytest_subprocess(f"--docker-backend={backend}", option))

    return clean


def killed(process: Process) -> None:
    process.kill()
    process.wait()


# On the engine that all tests use


def test_a_killed_run(
    opened: Start, clean: Clean, left: Left, driver: Driver, mark: str, pytester: pytest.Pytester
) -> None:
    """Of two runs side by side, what the killed one has left is removed, and nothing of the other one."""
    shop, bar = opened(OPEN), opened(OPEN, name="bar")
    both = sorted(left())
    said = clean()
    assert said.of_shop(mark) == said.of_shop(mark, "bar") == each(f"kept {GOES_ON}")
    assert sorted(left()) == both
    killed(shop)
    said = clean()
    assert said.of_shop(mark) == each("removed")
    assert said.of_shop(mark, "bar") == each(f"kept {GOES_ON}")
    assert len(left()) == len(PARTS)
    (pytester.path / "bar-closes").touch()
    assert bar.wait(60) == 0
    assert clean().of_shop(mark) == {}
    assert left() == []


FILLING = """
from pytest_docker_tools.drivers import driver_of

@pytest.fixture(scope='session')
def docker_client(docker_client):
    driver_of(docker_client).put_archive = lambda *arguments, **options: be_open('shop')
    return docker_client

def test_it(data): ...
"""


@pytest.mark.parametrize("arguments", [[], ["--docker-keep=failed"]], ids=["", "keep"])
def test_a_run_that_was_killed_while_it_filled_a_volume(
    opened: Start, clean: Clean, driver: Driver, mark: str, arguments: list[str]
) -> None:
    """The image, and the container, that it needed for that are removed, also where it keeps what failed tests use."""
    process = opened(SHOP + FILLING, *arguments)
    [volume] = items.labelled(driver, "volume", "made-for", mark)
    run = volume.labels[labels.RUN]

    def left() -> list[Kind]:
        return [kind for kind in KINDS for _ in driver.ids(kind, {"label": f"{labels.RUN}={run}"})]

    assert left() == ["container", "image", "volume"]
    assert clean().of_shop(mark) == {"data": f"kept {GOES_ON}"}
    assert left() == ["container", "image", "volume"]
    killed(process)
    clean()
    assert left() == (["volume"] if arguments else [])


SHARED = """
db_of_all = container(
    image=BASE, name=f'db-{NAME}', command='sleep 600', stop_signal='KILL', labels=MARK, scope='session', shared=True
)
def test_one(db_of_all): be_open('shop')
def test_other(): be_open('bar')
"""


def is_dead(pid: int) -> bool:
    """Say whether a process has ended, also if its parent has not asked how."""
    try:
        return "State:\tZ" in Path("/proc", str(pid), "status").read_text()
    except FileNotFoundError:
        return True


@contextmanager
def stopped(pids: Sequence[int]) -> Iterator[None]:
    """Let processes live without doing anything."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("victim", ["worker", "controller"])
def test_killed_processes_of_xdist(
    opened: Start, clean: Clean, left: Left, mark: str, pytester: pytest.Pytester, victim: str
) -> None:
    """What workers share is kept when the one that made it was killed; when the whole run is over, it is removed."""
    controller = opened(SHOP + SHARED, "-n2")
    wait_until((pytester.path / "bar-is-open").exists)
    workers = [int((pytester.path / f"{name}-is-open").read_text()) for name in ("shop", "bar")]
    if victim == "worker":
        os.kill(workers[0], signal.SIGKILL)
        wait_until(lambda: is_dead(workers[0]))
        said = clean()
    else:
        # They would end by themselves a few seconds after their controller.
        with stopped(workers):
            killed(controller)
            said = clean()
    assert said.of_shop(mark) == {"db": f"kept {GOES_ON}"}
    for name in ("shop", "bar"):
        (pytester.path / f"{name}-closes").touch()
    if victim == "worker":
        assert controller.wait(60) == pytest.ExitCode.TESTS_FAILED
    else:
        wait_until(lambda: clean().of_shop(mark) == {"db": "removed"})
    assert left() == []


def test_what_has_expired(project: Project, clean: Clean, driver: Driver, left: Left, mark: str) -> None:
    """What is reusable is removed when its time to live is over."""
    project(SHOP + "def test_it(web): ...", "--reuse-containers", "-o", "docker_reuse_ttl=0.1").assert_outcomes(
        passed=1
    )
    made = items.ours(driver, "made-for", mark)
    assert len(made) == len(PARTS)
    # The label tells it in whole seconds, rounded: it may be up to half a second later.
    wait_until(lambda: all(item.has_expired for item in made))
    assert clean().of_shop(mark) == each("removed")
    assert left() == []


def test_what_cannot_be_removed(opened: Start, clean: Clean, left: Left, named: Named, mark: str, program: str) -> None:
    """A network that somebody else's container is in stays, with the engine's words, and all else is removed."""
    process = opened(OPEN)
    name = named("container")
    options = ["--detach", "--stop-signal=KILL", f"--name={name}", f"--network=net-shop-{mark}"]
    subprocess.run([program, "run", *options, BASE, "sleep", "600"], check=True, capture_output=True)
    killed(process)
    said = clean()
    assert {**said.of_shop(mark), "net": ""} == {**each("removed"), "net": ""}
    assert said.of_shop(mark)["net"].startswith("failed ")
    assert said.code == pytest.ExitCode.TESTS_FAILED
    assert len(left()) == 1
    subprocess.run([program, "rm", "-f", name], check=True, capture_output=True)
    assert clean().of_shop(mark) == {"net": "removed"}


def test_what_somebody_made_from_ours(
    opened: Start, clean: Clean, driver: Driver, named: Named, mark: str, program: str
) -> None:
    """An image that was made from a container of ours, and a container of it, are not ours, though labelled as ours."""
    process = opened(OPEN)
    image, name = named("image"), named("container")
    subprocess.run([program, "commit", f"db-shop-{mark}", image], check=True, capture_output=True)
    subprocess.run([program, "run", "-d", "--name", name, image, "sleep", "600"], check=True, capture_output=True)
    [theirs] = items.of_refs(driver, "container", [name])
    assert theirs.labels[labels.CREATOR] == labels.CREATED_BY_US
    killed(process)
    said = clean()
    assert said.of_shop(mark) == each("removed")
    assert said.of[name].startswith("kept somebody else made it")
    assert None not in [*driver.inspect("container", [name]), *driver.inspect("image", [image])]


# On one on which nobody else keeps anything


@pytest.mark.usefixtures("engine")
def test_what_a_run_keeps(project: Project, opened: Start, clean: Clean, mark: str, pytester: pytest.Pytester) -> None:
    """What is for later runs, or for a failed test, goes when all is to go, unless a run is using it."""
    project(SHOP + "def test_it(net): assert False", "--docker-keep=failed").assert_outcomes(failed=1)
    assert clean().of_shop(mark) == {"net": "kept made with --docker-keep=failed; --docker-cleanup=all removes it"}
    assert clean(everything=True).of_shop(mark) == {"net": "removed"}
    project(SHOP + "def test_it(web): ...", "--reuse-containers").assert_outcomes(passed=1)
    assert clean().of_shop(mark) == each(f"kept {REUSABLE}")
    process = opened(OPEN, "--reuse-containers")
    assert clean(everything=True).of_shop(mark) == each("kept a run is using it")
    killed(process)
    assert clean(everything=True).of_shop(mark) == each("removed")


@pytest.mark.usefixtures("engine")
def test_a_run_that_begins_meanwhile(project: Project, start: Start, clean: Clean) -> None:
    """A run that uses, or makes, what is being removed passes."""
    project(SHOP + WHOLE, "--reuse-containers").assert_outcomes(passed=1)
    for _ in range(2):
        process = start(SHOP + WHOLE, "--reuse-containers")
        while process.poll() is None:
            # What the run lets go of meanwhile may be held by containers that were kept just before.
            clean(everything=True)
        assert process.returncode == 0
