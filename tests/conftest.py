"""What the tests share: pytest runs of small projects, on an engine in memory."""

from __future__ import annotations

import gc
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, NamedTuple

import pytest

import pytest_docker_tools.factories  # noqa: F401  one copy for all runs in this process, whose imports pytester undoes
from pytest_docker_tools import guard, labels, meeting, resource
from pytest_docker_tools import plugin as docker_plugin
from pytest_docker_tools.client import Client
from pytest_docker_tools.normalise import Verb
from pytest_docker_tools.runs import Run as PytestRun
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

pytest_plugins = ["pytester"]

Run = Callable[..., pytest.RunResult]
RunWorkers = Callable[..., tuple[pytest.RunResult, list[pytest.RunResult]]]
OnTerminal = Callable[..., str]

# The guide for authors of drivers, and the path and content of each file in it; a sentence before it names the path.
GUIDE = (Path(__file__).parents[1] / "backends" / "README.md").read_text()
GUIDE_FILES = re.findall(r"`([\w./]+)`[^`]*\n\n```(?:python|ini|toml|sh)\n(.*?)```", GUIDE, re.DOTALL)
TUTORIAL = Path(__file__).parents[1] / "docs" / "tutorial.md"
TUTORIAL_BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)

# What a verb needs besides the option that a test is about.
NEEDED: Mapping[Verb, Mapping[str, Any]] = {
    "container": {"image": "x"},
    "build": {"path": "app"},
    "pull": {"repository": "x"},
}


def pytest_configure() -> None:
    """Have SIGINT heeded here and by what tests start: whoever runs them in the background may have had it ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Let the garbage collector leave alone what was collected: each run in this process would have it look again."""
    gc.collect()
    gc.freeze()


class _MemoryBackend:
    """Puts a client of an engine in memory in place of the plugin's docker_client, below any conftest."""

    def __init__(self, engine: MemoryEngine) -> None:
        self.engine = engine

    def pytest_configure(self, config: pytest.Config) -> None:
        @pytest.fixture(scope="session")
        def docker_client() -> Iterator[Client]:
            with Client(MemoryDriver(self.engine)) as client:
                yield client

        plugin = ModuleType("docker_client_in_memory")
        plugin.__dict__["docker_client"] = docker_client
        config.pluginmanager.register(plugin)


class _Worker:
    """Makes a run one of a worker of xdist."""

    def __init__(self, node: Any) -> None:
        self.node = node

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: Any) -> None:
        config.workerinput, config.workeroutput = self.node.workerinput, self.node.workeroutput


class _Controller:
    """Starts workers in place of the tests, and tells the plugin of them, as xdist does."""

    def __init__(self, count: int, start: Callable[[int, _Worker], None]) -> None:
        self.count, self.start = count, start

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for number in range(self.count):
            node = SimpleNamespace(config=session.config, workerinput={"workerid": f"gw{number}"}, workeroutput={})
            docker_plugin.pytest_configure_node(node)
            self.start(number, _Worker(node))
            docker_plugin.pytest_testnodedown(node)
        return True


@pytest.fixture(autouse=True)
def no_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write no bytecode: a module that a test writes twice in one second would be taken for unchanged."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")


@pytest.fixture(autouse=True)
def own_place_to_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs in a test meet below its own home, and keep nothing, whatever the environment of the developer says."""
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("PYTEST_DOCKER_REUSE", raising=False)


@pytest.fixture
def pytester(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """pytest's own, whose runs load this plugin and xdist by their names.

    To load all that is installed, pytest reads the lists of their files, and hypothesis has to be imported: together
    that takes longer than most runs.
    """
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p docker_tools -p xdist")
    return pytester


@pytest.fixture
def engine() -> MemoryEngine:
    """An engine in memory that has one image, `app`."""
    engine = MemoryEngine()
    engine.add_image("app:latest", MemoryImage(env={"PATH": "/bin"}, logs=b"hello from the app\n"))
    return engine


@pytest.fixture
def unguarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not look for what killed runs have left: the calls of the engine are those for what is tested."""
    monkeypatch.setattr(guard, "begin", lambda config, client: False)


@pytest.fixture
def run(pytester: pytest.Pytester, engine: MemoryEngine) -> Run:
    """Run pytest on the project in pytester's folder, in this process, on `engine`."""

    def run(*arguments: str, plugins: Sequence[object] = ()) -> pytest.RunResult:
        return pytester.runpytest_inprocess(
            "-p",
            "no:cacheprovider",
            "-ra",
            *arguments,
            plugins=[_MemoryBackend(engine), *plugins],
            no_reraise_ctrlc=True,
        )

    return run


@pytest.fixture
def run_workers(run: Run) -> RunWorkers:
    """Run pytest as with workers of xdist, of which each runs all tests, one worker after the other, in this process.

    Gives what the controller has written, and each worker. `before` is called with the number of each, before it runs.
    """

    def run_workers(
        count: int, *arguments: str, before: Callable[[int], object] = lambda number: None
    ) -> tuple[pytest.RunResult, list[pytest.RunResult]]:
        results = []

        def start(number: int, worker: _Worker) -> None:
            before(number)
            results.append(run(*arguments, plugins=[worker]))

        return run(*arguments, plugins=[_Controller(count, start)]), results

    return run_workers


@pytest.fixture
def on_terminal(pytester: pytest.Pytester) -> OnTerminal:
    """Run pytest on the project in pytester's folder, on a terminal of 80 columns, and give what it writes there."""
    pty = pytest.importorskip("pty", reason="Windows has terminals of another kind.")

    def on_terminal(*arguments: str) -> str:
        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no", *arguments]
        environment = {**os.environ, "COLUMNS": "80", "TERM": "dumb"}
        with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
            os.close(theirs)
            written = b""
            # The terminal of a process that has ended cannot be read on Linux.
            with suppress(OSError):
                while piece := os.read(ours, 65536):
                    written += piece
            process.wait(60)
        os.close(ours)
        return written.decode()

    return on_terminal


def is_soon(holds: Callable[[], bool], within: float = 5) -> bool:
    """Tell whether something holds within so many seconds."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.01)
    return False


def is_gone(pid: int, within: float = 5) -> bool:
    """Tell whether a process ends soon."""
    return is_soon(lambda: _has_ended(pid), within)


def _has_ended(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """A grandchild waits for the machine's first process, which may be slow, to take note of its end."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False


@pytest.fixture
def gone() -> Callable[[int], bool]:
    """What tells whether a process ends soon."""
    return is_gone


def seen(written: str) -> list[str]:
    """Give the lines as they are in the end, on which some were written in place of others."""
    return [line.split("\r")[-1].rstrip() for line in written.replace("\r\n", "\n").split("\n")]


def write_distribution(folder: Path, entry_point: str) -> None:
    """Make a folder on the path look as if a distribution with one driver, "name = module", were installed in it."""
    module = entry_point.partition("=")[2].strip()
    about = folder / f"{module}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[pytest_docker_tools.drivers]\n{entry_point}\n")


def write_driver_of_the_guide(folder: Path) -> None:
    """Write the files of the guide, and what an installation would add for them."""
    for name, content in GUIDE_FILES:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    (folder / "bin" / "dock").chmod(0o755)
    entry_point = re.search(r"pytest_docker_tools.drivers =\n\s+(.*)", (folder / "setup.cfg").read_text())
    assert entry_point
    write_distribution(folder, entry_point[1])


class Stage(NamedTuple):
    """What a reader has done up to some command, and what is seen then."""

    title: str
    files: dict[str, str]
    arguments: list[str]
    # In order, what lines begin with and go on with; a star is anything.
    seen: list[str]


def stages_of_the_tutorial() -> Iterator[Stage]:
    """Give a stage for each command of pytest."""
    files: dict[str, str] = {}
    for section in TUTORIAL.read_text().split("\n## ")[1:]:
        for block in TUTORIAL_BLOCK.finditer(section):
            first, _, rest = block["text"].partition("\n")
            if block["language"] == "console":
                arguments = shlex.split(first.removeprefix("$ pytest"))
                seen = [_pattern(line) for line in rest.splitlines()]
                yield Stage(section.partition("\n")[0], dict(files), arguments, seen)
            else:
                files[first.removeprefix("# ")] = rest
        for name in re.findall(r"Delete `(\S+)`", section):
            del files[name]


def _pattern(line: str) -> str:
    return line.replace("[", "[[]").replace("…", "*")


def write_stage(stage: Stage, folder: Path) -> None:
    """Write the files of a stage."""
    for name, text in stage.files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the runs of a test meet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return meeting.folder()


@pytest.fixture
def dead(place: Path) -> PytestRun:
    """A run of pytest that is over."""
    run = PytestRun(place, uuid.uuid4().hex, "main")
    assert run.owner
    run.close()
    return run


def leave(engine: MemoryEngine, run: PytestRun, name: str, marks: Mapping[str, str] | None = None) -> None:
    """Make a network as a run does that is over then."""
    known = {labels.RUN: run.id, labels.OWNER: run.owner, labels.REUSABLE: "false", **(marks or {})}
    resource.create(MemoryDriver(engine), "network", labels.added({"name": name}, known))
    run.close()


def names(engine: MemoryEngine) -> set[str]:
    """Give the names of the networks that were made."""
    return {network.name for network in engine.networks.values()} - {"bridge", "host", "none"}
