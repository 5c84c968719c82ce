"""What tests leave on a real engine is removed while the next one runs, and is gone in the end."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from pytest_docker_tools.driver import Driver
from pytest_docker_tools.testing.fixtures import Named

from .conftest import Interrupt, Left, Module, Project


def sleeper(more: str = "") -> str:
    return f"container(image=BASE, command='sleep 600', labels=MARK, {more})"


# With everything that is to go.
SHOP = f"""
net = network(labels=MARK)
data = volume(labels=MARK)
db = {sleeper("network='{net.name}', volumes={'{data.name}': {'bind': '/data'}}")}
wide = {sleeper("scope='session', volumes=['/data']")}
a, b = [{sleeper("volumes=['/data']")} for _ in range(2)]

def note(container):
    with open('volumes', 'a') as volumes:
        print(*[mount['Name'] for mount in container.attrs['Mounts']], file=volumes)
"""
# Runs a client, and writes down what it removes; that waits until it is let go.
CLIENT = """#!{python} -S
import os, sys, time
if "rm" in sys.argv:
    print(*sys.argv[1:], file=open("{folder}/removals", "a"))
    end = time.monotonic() + 20
    while os.path.exists("{folder}/hold") and time.monotonic() < end:
        time.sleep(0.01)
os.execv("{real}", sys.argv)
"""


class Relay:
    """Passes on what is said to an engine, and writes down requests to remove; these wait until they are let go."""

    def __init__(self, engine: str, folder: Path) -> None:
        self.engine, self.folder = engine, folder
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"tcp://127.0.0.1:{self.listening.getsockname()[1]}"

    def serve(self) -> None:
        """Take connections until it is closed."""
        with suppress(OSError):
            while True:
                near = self.listening.accept()[0]
                far = socket.socket(socket.AF_UNIX)
                far.connect(self.engine)
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=self.copy, args=(source, target), daemon=True).start()

    def copy(self, source: socket.socket, target: socket.socket) -> None:
        """Copy until there is no more."""
        with suppress(OSError), closing(target):
            while piece := source.recv(65536):
                if piece.startswith(b"DELETE"):
                    self.hold(piece)
                target.sendall(piece)

    def hold(self, request: bytes) -> None:
        """Write a request down, and wait."""
        with (self.folder / "removals").open("a") as removals:
            removals.write(request.decode().split(" HTTP")[0] + "\n")
        end = time.monotonic() + 20
        while (self.folder / "hold").exists() and time.monotonic() < end:
            time.sleep(0.01)


@pytest.fixture
def removals(
    backend: str,
    program: str,
    driver: Driver,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    choose_engine: Callable[[str], None],
) -> Iterator[Path]:
    """A folder where `removals` has what the engine is asked to remove, which waits as long as there is `hold`."""
    if backend == "docker-py":
        relay = Relay(driver.endpoint().url.removeprefix("unix://"), tmp_path)
        choose_engine(relay.url)
        threading.Thread(target=relay.serve, daemon=True).start()
        yield tmp_path
        # What waits for a connection is not always woken by its end.
        relay.listening.shutdown(socket.SHUT_RDWR)
        relay.listening.close()
        return
    client = tmp_path / program
    client.write_text(CLIENT.format(python=sys.executable, folder=tmp_path, real=shutil.which(program)))
    client.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    yield tmp_path


def test_the_next_test_does_not_wait(project: Project, left: Left, removals: Path) -> None:
    """The next test runs while the container of the former one is still to be removed, and in the end it is gone.

    No thread of ours lives in it, and it can fork.
    """
    (removals / "hold").touch()
    result = project(
        f"import os, threading\nit = {sleeper()}\nids = []\nhold = Path({str(removals)!r}, 'hold')\n"
        "def test_one(it): ids.append(it.id)\n"
        "def test_two(it):\n"
        "    assert threading.enumerate() == [threading.main_thread()]\n"
        "    child = os.fork() or os._exit(0)\n"
        "    os.waitpid(child, 0)\n"
        "    assert it.driver.inspect('container', ids) != [None]\n"
        "    assert hold.exists()\n"
        "    hold.unlink()\n",
        "-W",
        "error",
    )
    result.assert_outcomes(passed=2)
    assert left() == []


def test_who_could_tell_waits(project: Project, left: Left, removals: Path, named: Named) -> None:
    """A container with a name is gone before the next test, which has one of the same name."""
    name = named("container")
    result = project(f"it = {sleeper(f'name={name!r}')}\ndef test_one(it): ...\ndef test_two(it): ...\n")
    result.assert_outcomes(passed=2)
    assert left() == []


TELLS_WHAT_IT_HAS = """
def test_it(net, data, db, wide, a, b):
    Path('made').write_text(' '.join([net.id, data.name, db.id, wide.id, a.id, b.id]))
"""


def test_one_command_for_many(
    project: Project, left: Left, pytester: pytest.Pytester, removals: Path, backend: str
) -> None:
    """What a test has left is removed by one command for each kind; docker-py asks for each, all at the same time."""
    project(f"{SHOP}\n{TELLS_WHAT_IT_HAS}").assert_outcomes(passed=1)
    made = (pytester.path / "made").read_text().split()
    # A run removes as well what other runs, of other tests, have left.
    said = [line for line in (removals / "removals").read_text().splitlines() if any(ref in line for ref in made)]
    assert len(said) == (6 if backend == "docker-py" else 3)
    assert left() == []


PASSES = "def test_one(db, a): note(a)\ndef test_two(db, wide, b): note(wide), note(b)\n"
CLIENT_OF_A_TEST = """
@pytest.fixture
def docker_client(docker_client):
    yield docker_client
    stays = docker_client.containers.list(all=True, filters={'label': f"made-for={MARK['made-for']}"})
    assert stays == []
"""


@pytest.mark.parametrize(
    ("text", "arguments", "outcomes"),
    [
        (PASSES, [], {"passed": 2}),
        (PASSES, ["-n2"], {"passed": 2}),
        ("def test_one(db, wide):\n    note(wide)\n    assert 0\ndef test_two(db): ...", ["-x"], {"failed": 1}),
        (CLIENT_OF_A_TEST + PASSES.replace(", wide", "").replace("note(wide), ", ""), [], {"passed": 2}),
    ],
    ids=["passing", "workers", "-x", "a client for each test"],
)
def test_nothing_is_left(
    project: Project,
    left: Left,
    driver: Driver,
    pytester: pytest.Pytester,
    text: str,
    arguments: list[str],
    outcomes: dict[str, int],
) -> None:
    """However a run ends, and whoever made the client, all is gone, anonymous volumes too, without a warning."""
    project(SHOP + text, "-W", "error", *arguments).assert_outcomes(**outcomes)
    assert left() == []
    volumes = (pytester.path / "volumes").read_text().split()
    assert volumes
    assert driver.inspect("volume", volumes) == [None] * len(volumes)


def test_an_interrupt_leaves_nothing(
    pytester: pytest.Pytester, module: Module, interrupt: Interrupt, left: Left
) -> None:
    """After Ctrl-C in a test nothing is left of it, nor of the one before."""
    module(
        SHOP
        + "import time\ndef test_one(db, a): ...\ndef test_two(db, wide):\n    Path('now').touch()\n    time.sleep(600)"
    )
    interrupt((pytester.path / "now").exists)
    assert left() == []


def test_what_stays_is_told(project: Project, left: Left, program: str, mark: str) -> None:
    """A network that somebody else's container is in fails no test, and is told at the end."""
    other = [program, "run", "--detach", f"--label=made-for={mark}", "--network"]
    result = project(
        "import subprocess\nnet, free = [network(labels=MARK) for _ in range(2)]\n"
        f"def test_it(net, free): subprocess.run([*{other!r}, net.name, BASE, 'sleep', '600'], check=True)"
    )
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*left on the engine*", "network 'net' (*test_it.py:8): '*' was not removed. *"])
    result.stdout.no_fnmatch_line("network 'free'*")
    assert len(left()) == 2
