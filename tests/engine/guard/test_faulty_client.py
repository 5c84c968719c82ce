"""What comes of a client that fails, hangs or prints nonsense: a sentence, in bounded time, and nothing is left.

CI lets each command fail in one way, of podman a few; `tox -e soak` lets each fail in all ways.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_docker_tools.drivers import backend_of

from ..conftest import Left, Project, wait_until

Plan = Callable[..., Path]

# By the part of a run that needs it, a command.
COMMANDS = {
    "sweep": "(ps|network ls|volume ls) .*--filter",
    "version": "version",
    "create a network": "network create",
    "look at a network": "inspect --type=network",
    "create a volume": "volume create",
    "look at a volume": "inspect --type=volume",
    "build": "build .*--no-cache",
    "look at an image": "inspect --type=image",
    "create what fills": "create .*:/volume:rw",
    "fill": "cp .*:/volume$",
    "remove what filled": "rm .*--volumes",
    "list images": "images",
    "remove an image": "rmi",
    "create": "create .*--publish",
    "look at a container": "inspect --type=container",
    "copy in": "cp .*:/$",
    "start": "start",
    "copy out": "cp .*:/greeting -$",
    "execute": "exec",
    "read the log": "logs",
    "restart": "restart",
    "remove a volume": "volume rm",
    "remove a network": "network rm",
}
# Those of podman that CI has: its driver is made of docker's.
OF_PODMAN = ("sweep", "create a network", "create a volume", "build", "fill", "create", "start", "remove a volume")
# What podman is not asked.
OF_DOCKER = {"say where": "context inspect", "know the builder": "build --help"}
FAULTS = ("fail", "killed", "late", "garbage", "truncated", "empty", "hang")
# Those in which the client has to be ended.
ENDLESS = ("hang", "late")
# Commands without which there is no value of a fixture.
VITAL = {"create a network", "create a volume", "build", "create what fills", "fill", "create", "copy in", "start"}
# What tells nothing from what a command in a container does that takes long, or writes something else.
OPEN_ENDED = {("execute", fault) for fault in ENDLESS}

SHOP = """
net = network(labels=MARK)
data = volume(labels=MARK, initial_content={'file': 'content'})
web = container(
    image=BASE, command='httpd -f -p 80 -h /data', stop_signal='KILL', labels=MARK, network='{net.name}',
    ports={'80/tcp': None}, files={'/greeting': 'hello'}, volumes={'{data.name}': {'bind': '/data'}},
)

def test_it(web):
    assert web.get_text('/greeting') == 'hello'
    assert web.exec_run(['cat', '/data/file']).output == b'content'
    web.logs()
    web.restart()

def test_other(): ...
"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the commands, and a fault for each, each about as often, or all of them."""
    if "fault" not in metafunc.fixturenames:
        return
    is_docker, is_whole = backend_of(metafunc.config) == "docker-cli", os.environ.get("FAULTS") == "all"
    commands = {name: where for name, where in COMMANDS.items() if is_docker or is_whole or name in OF_PODMAN}
    commands |= OF_DOCKER if is_docker else {}
    if "DOCKER_HOST" in os.environ:
        # It is known where the engine is.
        commands.pop("say where", None)
    pairs = [
        (name, where, fault)
        for number, (name, where) in enumerate(commands.items())
        for fault in (FAULTS if is_whole else [FAULTS[number % len(FAULTS)]])
    ]
    known = [pair for pair in pairs if (pair[0], pair[2]) not in OPEN_ENDED]
    metafunc.parametrize(("name", "where", "fault"), known, ids=[f"{name}-{fault}" for name, _, fault in known])


@pytest.fixture
def plan(program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """Put a client that fails in front of the one that is used; gives its folder."""
    folder, client = tmp_path / "faulty", shutil.which(program)
    folder.mkdir()
    script = folder / program
    script.write_text(f"#!{sys.executable} -IS\n{Path(__file__).with_name('faulty_client.py').read_text()}")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)

    def plan(fault: str, where: str = "", *, times: float = 1, chance: float = 1, seed: int = 0) -> Path:
        told = {"client": client, "fault": fault, "where": where, "times": times, "chance": chance, "seed": seed}
        (folder / "new").write_text(json.dumps(told))
        (folder / "new").rename(folder / "plan")
        return folder

    return plan


def require_sentences(result: pytest.RunResult) -> None:
    """Raise unless a run says of all that went wrong what it was, in words of this library or of its tests."""
    said = f"{result.stdout.str()}\n{result.stderr.str()}"
    assert result.ret in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    assert "INTERNALERROR" not in said
    assert not re.findall(r"^(?:pytest_docker_tools|backends|.*-packages)/\S+\.py:\d+", said, re.MULTILINE)
    kinds = re.findall(r"^E +([A-Za-z_.]+)(?:: .*)?$", said, re.MULTILINE)
    ours = ("pytest_docker_tools.exceptions.", "AssertionError")
    assert [kind for kind in kinds if kind.endswith(("Error", "Exception")) and not kind.startswith(ours)] == []


def test_one_fault(plan: Plan, project: Project, left: Left, name: str, where: str, fault: str) -> None:
    """Whichever command of a run goes wrong, the run ends, tells of it if it matters, and leaves nothing."""
    folder = plan(fault, f"^{where}")
    result = project(SHOP, *(["-o", "docker_timeout=5"] if fault in ENDLESS else []))
    assert (folder / "faults").read_bytes(), "It did not go wrong."
    require_sentences(result)
    if name in VITAL and fault in (*ENDLESS, "fail", "killed"):
        result.stdout.fnmatch_lines(["E *pytest_docker_tools.exceptions.*: *"])
    wait_until(lambda: not left())


# With the first two seeds the first call fails: such a run is not taken for one that has no engine.
@pytest.mark.parametrize(("kind", "seed"), [("fail", 7), ("killed", 10), ("slow", 3)])
def test_many_faults(plan: Plan, project: Project, left: Left, kind: str, seed: int) -> None:
    """A client that goes wrong again and again, or takes its time, keeps no run from its end, and nothing is left."""
    plan(kind, times=float("inf"), chance=0.3, seed=seed)
    result = project(f"{SHOP}\ndef test_again(web): ...")
    # Now it is as good as the one that is meant.
    plan(kind, times=0)
    require_sentences(result)
    if kind == "slow":
        result.assert_outcomes(passed=3)
    wait_until(lambda: not left())
