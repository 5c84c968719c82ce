"""What is left on a real engine by runs that were killed: nothing, and nothing of others is touched."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools import items, labels, moments
from pytest_docker_tools.driver import KINDS, Driver
from pytest_docker_tools.testing.capabilities import skip_without

from ...conftest import is_gone
from ..conftest import BASE, Left, Process, Project, Start, kill_group, wait_until
from .conftest import OPEN, SHOP, goes


def watchers(pid: int) -> list[int]:
    """Give the watchers of a process, which are in sessions that it has started."""
    sessions = Path("/proc", str(pid), "task", str(pid), "children").read_text().split()
    found = []
    for folder in Path("/proc").glob("[1-9]*"):
        with contextlib.suppress(OSError):
            number = int(folder.name)
            if b"watcher.py" in (folder / "cmdline").read_bytes() and str(os.getsid(number)) in sessions:
                found.append(number)
    return found


@pytest.mark.parametrize("kill", [Process.kill, kill_group], ids=["process", "group"])
def test_a_run_that_is_killed_in_a_test(
    start: Start, left: Left, pytester: pytest.Pytester, kill: Callable[[Process], None]
) -> None:
    """Whether pytest alone is killed or all of its group, nothing is left, and nothing appears."""
    process = start(OPEN)
    wait_until((pytester.path / "shop").exists)
    assert len(left()) == 8
    kill(process)
    goes(left)


def test_others_are_let_alone(
    start: Start, left: Left, driver: Driver, mark: str, pytester: pytest.Pytester, project: Project
) -> None:
    """What is reusable, and what a run has that goes on, stays when another one is killed, and a third one begins."""
    reused = f"it = network(name='kept-{mark}', labels=MARK)\ndef test_it(it): ..."
    project(reused, "--reuse-containers").assert_outcomes(passed=1)
    killed = start(OPEN)
    wait_until((pytester.path / "shop").exists)
    goes_on = start(SHOP + "def test_it(side, job): be_open('bar')")
    wait_until((pytester.path / "bar").exists)
    killed.kill()
    wait_until(lambda: len(left()) == 1 + 8)
    project(SHOP + "def test_it(web): ...").assert_outcomes(passed=1)
    assert len(left()) == 1 + 8
    (pytester.path / "closes").touch()
    assert goes_on.wait(60) == 0
    assert [item.name for kind in KINDS for item in items.labelled(driver, kind, "made-for", mark)] == [f"kept-{mark}"]


WORKERS = """
shared = container(
    image=BASE, command='sleep 600', stop_signal='KILL', labels=MARK, scope='session', shared=True
)
own = container(image=BASE, command='sleep 600', stop_signal='KILL', labels=MARK, scope='session')
def test_one(shared, own): be_open(os.environ['PYTEST_XDIST_WORKER'])
def test_other(shared, own): be_open(os.environ['PYTEST_XDIST_WORKER'])
"""


@pytest.mark.parametrize("victim", ["worker", "controller", "group"])
def test_workers(start: Start, left: Left, pytester: pytest.Pytester, victim: str) -> None:
    """What a killed worker had of its own goes while its run goes on; what that shares goes with all of it."""
    controller = start(SHOP + WORKERS, "-n2", "--max-worker-restart=0")
    for worker in ("gw0", "gw1"):
        wait_until((pytester.path / worker).exists)
    assert len(left()) == 3
    if victim == "group":
        kill_group(controller)
    elif victim == "controller":
        # Its workers go on with their tests, and end then.
        controller.kill()
        (pytester.path / "closes").touch()
    else:
        os.kill(int((pytester.path / "gw0").read_text()), signal.SIGKILL)
        wait_until(lambda: len(left()) == 2)
        (pytester.path / "closes").touch()
        assert controller.wait(60) == pytest.ExitCode.TESTS_FAILED
        assert left() == []
    goes(left)


class TestWatcher:
    @pytest.mark.parametrize("fails", [False, True])
    def test_ends_with_the_run(self, start: Start, pytester: pytest.Pytester, left: Left, fails: bool) -> None:
        """Nothing of it is there when the run is over, however that went."""
        process = start(f"{SHOP}\ndef test_it(side, job):\n    be_open('shop')\n    assert not {fails}")
        wait_until((pytester.path / "shop").exists)
        [watcher] = watchers(process.pid)
        (pytester.path / "closes").touch()
        assert process.wait(60) == (pytest.ExitCode.TESTS_FAILED if fails else pytest.ExitCode.OK)
        assert is_gone(watcher)
        assert left() == []

    def test_a_second_interrupt(self, start: Start, pytester: pytest.Pytester, left: Left) -> None:
        """What pytest has no time to remove as it is interrupted again, the watcher removes."""
        slow = "@pytest.fixture\ndef slow(side, job):\n    yield\n    Path('ends').touch()\n    time.sleep(600)\n"
        process = start(SHOP + slow + "def test_it(slow): be_open('shop')")
        wait_until((pytester.path / "shop").exists)
        process.send_signal(signal.SIGINT)
        wait_until((pytester.path / "ends").exists)
        assert len(left()) == 8
        process.send_signal(signal.SIGINT)
        assert process.wait(60) != 0
        goes(left)

    def test_stands_apart(self, start: Start, pytester: pytest.Pytester, left: Left) -> None:
        """It has a session of its own, without a terminal, and neither outputs nor a secret among its arguments."""
        process = start(OPEN)
        wait_until((pytester.path / "shop").exists)
        [watcher] = watchers(process.pid)
        assert os.getsid(watcher) != os.getsid(process.pid)
        folder = Path("/proc", str(watcher))
        assert folder.joinpath("stat").read_text().rpartition(")")[2].split()[4] == "0", "It has a terminal."
        opened = {os.readlink(folder / "fd" / str(number)) for number in (1, 2)}
        assert opened == {os.devnull}
        arguments = folder.joinpath("cmdline").read_text().split("\0")
        assert [Path(word).name for word in arguments[2:] if word] == ["watcher.py"]

    def test_that_cannot_be_started(self, project: Project, left: Left) -> None:
        """It fails no test, and the run says that nobody watches it."""
        result = project("import sys\nit = network(labels=MARK)\nsys.executable = '/nowhere'\ndef test_it(it): ...")
        result.assert_outcomes(passed=1)
        result.stdout.fnmatch_lines(["*; if pytest is killed, what it leaves stays until the next run"])
        assert left() == []

    def test_that_is_killed(self, project: Project, left: Left, start: Start, pytester: pytest.Pytester) -> None:
        """What nobody was there to remove, the next run removes, and says so."""
        process = start(OPEN)
        wait_until((pytester.path / "shop").exists)
        [watcher] = watchers(process.pid)
        os.kill(watcher, signal.SIGSTOP)
        process.kill()
        process.wait()
        os.kill(watcher, signal.SIGKILL)
        assert len(left()) == 8
        result = project("it = network(labels=MARK)\ndef test_it(it): ...")
        result.assert_outcomes(passed=1)
        assert left() == []
        result.stdout.fnmatch_lines(["=* docker: left by runs that were killed =*", "container *: removed"])


def test_in_a_container_of_the_engine(driver: Driver, left: Left, project: Project, mark: str, program: str) -> None:
    """What was made by a run in a container of the engine that was killed, and met nobody, is removed as well."""
    skip_without("processes", driver.can("processes"))
    options = ["--detach", "--stop-signal=KILL", "--label", f"of={mark}"]
    ran = subprocess.run([program, "run", *options, BASE, "sleep", "600"], check=True, capture_output=True, text=True)
    ci = ran.stdout.strip()
    try:
        [facts] = driver.inspect("container", [ci])
        assert facts
        named = f"{facts['Id']}/{moments.epoch(facts['State']['StartedAt']) or 0:.0f}"
        known: dict[str, Any] = labels.added(
            {"name": f"left-{mark}", "labels": {"made-for": mark}},
            {
                labels.REUSABLE: "false",
                labels.RUN: "1" * 32,
                labels.OWNER: f"{'1' * 16}/{'1' * 32}/main-1",
                labels.CONTAINER: named,
            },
        )
        driver.create_network(known)
        text = "it = volume(labels=MARK)\ndef test_it(it): ..."
        project(text).assert_outcomes(passed=1)
        assert len(left()) == 1
        subprocess.run([program, "kill", ci], check=True, capture_output=True)
        project(text).assert_outcomes(passed=1)
        assert left() == []
    finally:
        subprocess.run([program, "rm", "-f", ci], check=True, capture_output=True)
