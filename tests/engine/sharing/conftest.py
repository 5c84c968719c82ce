"""What the tests of `shared=True` have in common: projects that note what their workers do, and leave nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pytest_docker_tools import items

from ..conftest import Left, meeting_folder, wait_until

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
