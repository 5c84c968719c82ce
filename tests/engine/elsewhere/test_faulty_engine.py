"""What comes of an engine that goes away, or has no room left: sentences, a run that goes on, and nothing left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

import pytest

from pytest_docker_tools.driver import KINDS
from pytest_docker_tools.drivers import open_driver

from ..conftest import BASE, Left, Project, Start, wait_until
from .conftest import DISK_SIZE, OtherEngine

pytestmark = pytest.mark.usefixtures("unknown")

# A container, and what says where a test is, and lets it go on when it is told to.
JOB = """
import time

job = container(image=BASE, command='sleep 600', stop_signal='KILL', labels=MARK, files={'/file': 'content'})

def stay(name):
    Path(name).touch()
    while not Path('goes-on').exists():
        time.sleep(0.02)
    Path('goes-on').unlink()
"""


@pytest.fixture
def left(engine: OtherEngine, backend: str, mark: str) -> Iterator[Left]:
    """Give what there is of the project on that engine."""
    with closing(open_driver(backend)) as driver:
        yield lambda: [ref for kind in KINDS for ref in driver.ids(kind, {"label": f"made-for={mark}"})]


def test_that_is_restarted(engine: OtherEngine, start: Start, left: Left, pytester: pytest.Pytester) -> None:
    """While it is away, fixtures and tests fail in sentences; when it is back, tests pass, and nothing is left."""
    text = (
        f"{JOB}\n"
        "def test_with(job):\n    stay('first')\n    job.exec_run('true')\n"
        "def test_without(job): ...\n"
        "def test_back():\n    stay('second')\n"
        "def test_again(job):\n    assert job.exec_run(['cat', '/file']).output == b'content'\n"
    )
    process = start(text, "-o", "docker_timeout=20")
    wait_until((pytester.path / "first").exists)
    engine.stop()
    try:
        (pytester.path / "goes-on").touch()
        wait_until((pytester.path / "second").exists, 120)
    finally:
        engine.start()
    (pytester.path / "goes-on").touch()
    assert process.wait(120) == pytest.ExitCode.TESTS_FAILED
    said = (pytester.path / "log-0").read_text()
    assert "INTERNALERROR" not in said
    # Some of it may have been said by a deadline.
    assert len(re.findall(r"^E .*\.(?:EngineUnavailable|DeadlineExceeded): .*", said, re.MULTILINE)) >= 2
    assert re.search(r"= 1 failed, 2 passed, 1 error in |= 2 passed, 2 errors? in ", said)
    wait_until(lambda: not left())


def test_whose_disk_is_full(
    engine: OtherEngine, project: Project, left: Left, pytester: pytest.Pytester, program: str
) -> None:
    """What does not fit on its disk is an error that says so, and nothing is left when there is room again."""
    with pytester.path.joinpath("big").open("wb") as big:
        big.truncate(DISK_SIZE)
    pytester.path.joinpath("Dockerfile").write_text(f"FROM {BASE}\nCOPY big /\n")
    with engine.less_room():
        result = project(
            "data = volume(labels=MARK, initial_content={'file': Path('big')})\n"
            "KNOWN = {'image': BASE, 'command': 'sleep 600', 'stop_signal': 'KILL', 'labels': MARK}\n"
            "full = container(**KNOWN, files={'/big': Path('big')})\n"
            "built = build(path='.')\n"
            "it = container(**KNOWN)\n"
            "def test_data(data): ...\n"
            "def test_full(full): ...\n"
            "def test_it(it): assert it.exec_run('true').exit_code == 0\n"
            # The last: BuildKit keeps what it was sent for a while.
            "def test_built(built): ...\n"
        )
    if program == "docker":
        result.assert_outcomes(errors=3, passed=1)
        copied = "E *ResourceExhausted: *could not unpack an archive into *no space left on device. There is no room *"
        result.stdout.fnmatch_lines([copied, copied, "E *BuildFailed: *no space left on device"])
    else:
        # Its service says little more than that it has failed, and cannot remove anything while there is no room.
        result.stdout.fnmatch_lines(["E *: podman could not unpack an archive into *", "E *BuildFailed: *"])
    wait_until(lambda: not left())


def test_without_addresses(engine: OtherEngine, project: Project, left: Left) -> None:
    """The error of a network that it has no subnet for says what to do, and the next test has one."""
    result = project(
        "names = [f'net{number}' for number in range(20)]\n"
        "for name in names: globals()[name] = network(labels=MARK)\n"
        "one = network(labels=MARK)\n"
        "@pytest.mark.usefixtures(*names)\n"
        "def test_all(): ...\n"
        "def test_one(one): ...\n"
    )
    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines(["E *ResourceExhausted: *could not create the network *. There is no room for it *"])
    wait_until(lambda: not left())
