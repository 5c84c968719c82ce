"""Workers that crash, and runs that end in any way, on a real engine."""

from __future__ import annotations

import platform

import pytest

from pytest_docker_tools.driver import Driver

from ..conftest import Interrupt, Left, Project
from .conftest import EACH, SHOP, Events, Write

# The first worker that comes to the place named there crashes.
CRASHING = """
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
"""


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
        result = project(SHOP + CRASHING.format(place=place), *arguments)
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
