"""What goes wrong in pytest runs of small projects on a real engine, and how it is told."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Left, Project, free_port


def test_a_failing_test_shows_what_containers_wrote(project: Project, backend: str) -> None:
    """The report of a failing test has the containers' output, whatever bytes it holds."""
    result = project(
        "it = container(image=BASE, command=['sh', '-c', r'printf \"caf\\303\\251 \\377 \\033[31m\\n\"; sleep 600'])\n"
        "def test_it(it):\n    import time\n    while not it.logs(): time.sleep(0.01)\n    assert False\n"
    )
    result.assert_outcomes(failed=1)
    # Docker's own log driver replaces bytes that are no UTF-8, podman's keeps them.
    byte = r"\xff" if backend == "podman" else "\N{REPLACEMENT CHARACTER}"
    result.stdout.fnmatch_lines(["*docker container it*", rf"café {byte} \x1b[[]31m"])


@pytest.mark.parametrize(
    ("definition", "lines"),
    [
        (
            # With a port, as without one it would be ready if it was seen to run for a moment.
            "container(image=BASE, command=['sh', '-c', 'echo no config; exit 3'], ports={'80/tcp': None})",
            ["E *ContainerFailed*exit code 3*", "E *no config", "*docker container it*", "no config"],
        ),
        (
            "container(image=BASE, command='true', ports={'80/tcp': None}, remove=True)",
            # Its end may be seen before it is gone.
            ["E *ContainerFailed*before it was ready*"],
        ),
        ("container(image=BASE, command='nonsense', remove=True)", ["E *EngineError*executable file*not found*"]),
        (
            "container(image=BASE, command='sleep 600', ports={'80/tcp': None}, timeout=0.5)",
            ["E *ContainerNotReady*0.5 seconds*port 80/tcp*"],
        ),
        ("container(image='nowhere/nothing:1')", ["E *ImageNotFound*'nowhere/nothing:1'*fetch(repository=*"]),
        ("container(image=BASE, command='nonsense')", ["E *EngineError*executable file*not found*"]),
        ("image(name='nowhere/nothing:1')", ["E *ImageNotFound*'nowhere/nothing:1'*fetch(repository=*"]),
        ("build(path='nowhere')", ["E *UsageError*'nowhere'*there is no *"]),
        (
            "build(nocache=True,"
            " fileobj=__import__('io').BytesIO(b'FROM %s\\nRUN echo kaputt && exit 7' % BASE.encode()))",
            ["E *BuildFailed*", "E *kaputt*"],
        ),
        ("fetch(repository='127.0.0.1:1/nothing')", ["E *127.0.0.1:1/nothing*connection refused*"]),
    ],
)
def test_what_goes_wrong_is_told(project: Project, left: Left, definition: str, lines: list[str]) -> None:
    """What cannot be made is an error of its fixture, in a sentence, without our code, and leaves nothing."""
    result = project(f"it = {definition}\ndef test_it(it): ...\ndef test_other(): ...")
    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines(lines)
    result.stdout.no_fnmatch_line("*pytest_docker_tools/*")
    result.stdout.no_fnmatch_line("*backends/*")
    result.stdout.no_fnmatch_line("*hidden*")


def test_a_port_in_use_is_told(project: Project, left: Left) -> None:
    """A fixed host port that another container has is an error that says what to do."""
    result = project(
        "a, b = [container(image=BASE, command='httpd -f -p 80', ports={'80/tcp': port}, labels=MARK) "
        f"for port in [{free_port()}] * 2]\ndef test_it(a, b): ..."
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *PortUnavailable*already *None for a free one*"])
    assert left() == []


def test_an_engine_that_does_not_answer(project: Project, choose_engine: Callable[[str], None]) -> None:
    """An endpoint without an engine is one sentence with the endpoint and what to do."""
    choose_engine(f"tcp://127.0.0.1:{free_port()}")
    result = project("it = container(image=BASE)\ndef test_it(it): ...")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *EngineUnavailable*tcp://127.0.0.1:*_HOST*"])
    assert "INTERNALERROR" not in result.stdout.str()


@pytest.mark.usefixtures("unguarded")
def test_an_engine_that_hangs(project: Project, choose_engine: Callable[[str], None]) -> None:
    """An engine that accepts and never answers is given up after docker_timeout, and no process stays.

    But for a watcher, which goes on asking for a while whether something was made all the same.
    """
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        choose_engine(address)
        result = project("it = container(image=BASE)\ndef test_it(it): ...", "-o", "docker_timeout=0.5")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *DeadlineExceeded*0.5 *"])
    assert clients_of(address) == []


def clients_of(address: str) -> list[str]:
    """Give the processes whose environment names this engine."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
        except OSError:
            continue
        if f"_HOST={address}".encode() in environment and process.name != str(os.getpid()):
            found.append(process.name)
    return found


def test_a_missing_client(
    project: Project, backend: str, monkeypatch: pytest.MonkeyPatch, pytester: pytest.Pytester, tmp_path: Path
) -> None:
    """Without what the driver needs, its program or its library, there is one sentence that says what to install."""
    if backend == "docker-py":
        pytester.mkpydir("docker").joinpath("__init__.py").write_text("raise ModuleNotFoundError(name='docker')")
        monkeypatch.setenv("PYTHONPATH", str(pytester.path))
    else:
        (tmp_path / "python3").symlink_to(shutil.which("python3") or sys.executable)
        monkeypatch.setenv("PATH", str(tmp_path))
    result = project("it = container(image=BASE)\ndef test_it(it): ...")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *EngineUnavailable*nstall*"])
