"""What the tests share: pytest runs of small projects, on an engine in memory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import pytest

import pytest_docker_tools.factories  # noqa: F401  one copy for all runs in this process, whose imports pytester undoes
from pytest_docker_tools.client import Client
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

pytest_plugins = ["pytester"]

Run = Callable[..., pytest.RunResult]
OnTerminal = Callable[..., str]


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


@pytest.fixture(autouse=True)
def no_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write no bytecode: a module that a test writes twice in one second would be taken for unchanged."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")


@pytest.fixture
def engine() -> MemoryEngine:
    """An engine in memory that has one image, `app`."""
    engine = MemoryEngine()
    engine.add_image("app:latest", MemoryImage(env={"PATH": "/bin"}, logs=b"hello from the app\n"))
    return engine


@pytest.fixture
def run(pytester: pytest.Pytester, engine: MemoryEngine) -> Run:
    """Run pytest on the project in pytester's folder, in this process, on `engine`."""

    def run(*arguments: str) -> pytest.RunResult:
        return pytester.runpytest_inprocess(
            "-p",
            "no:cacheprovider",
            "-ra",
            *arguments,
            plugins=[_MemoryBackend(engine)],
            no_reraise_ctrlc=True,
        )

    return run


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
