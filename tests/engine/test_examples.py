"""Each example passes on a real engine, leaves nothing there, and does what its README says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from pytest_docker_tools import items, labels
from pytest_docker_tools.driver import Driver
from pytest_docker_tools.drivers import DEFAULT_BACKEND, backend_of
from pytest_docker_tools.testing.fixtures import Build

from .conftest import made_by_runs

Left = Callable[[], list[items.Item]]
RunExample = Callable[..., pytest.RunResult]

EXAMPLES = Path(__file__).parents[2] / "examples"
# How many tests each has.
TESTS = {
    "dynamic-scope": 3,
    "image-artefact": 1,
    "migration": 3,
    "own-driver": 2,
    "redis-memcached": 4,
    "resolver-service": 5,
    "reuse": 1,
    "seeded-volume": 3,
    "wrapper-client": 2,
    "xdist-shared": 8,
}
# It is a backend itself, which runs docker.
OWN_DRIVER = "own-driver"
IMAGES = "localhost/pytest-docker-tools"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run examples on the chosen backend, and beside the default one the example that brings its own backend."""
    if "name" in metafunc.fixturenames:
        is_default = backend_of(metafunc.config) == DEFAULT_BACKEND
        metafunc.parametrize("name", [name for name in TESTS if is_default or name != OWN_DRIVER])


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let examples use the images of the tests, and names that nobody else has."""
    for name in ("busybox", "memcached", "python", "redis"):
        monkeypatch.setenv(f"{name.upper()}_IMAGE", f"{IMAGES}/{name}")
    monkeypatch.setenv("PROJECT", f"example-{uuid.uuid4().hex}")
    for name in ("APP_IMAGE", "DOCKER_LOGGED_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def own_driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that pip has installed the driver into, as the example's README says."""
    folder = tmp_path_factory.mktemp("own-driver")
    # What pip builds goes beside the sources.
    shutil.copytree(EXAMPLES / OWN_DRIVER, folder / "source")
    install = ["install", "--quiet", "--no-deps", f"--target={folder / 'installed'}", str(folder / "source")]
    subprocess.run([sys.executable, "-m", "pip", *install], check=True)
    return folder / "installed"


@pytest.fixture
def installed(name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an example asks its reader to install is. Tests ask for this first, while pip finds its user's settings."""
    if name == OWN_DRIVER:
        folder = request.getfixturevalue("own_driver")
        monkeypatch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
        monkeypatch.setenv("PATH", str(folder / "bin"), prepend=os.pathsep)


@pytest.fixture
def left(driver: Driver, pytester: pytest.Pytester) -> Left:
    """Give what the runs of a test have made that is still on the engine, the images of its own aside."""
    return partial(made_by_runs, driver, pytester, labels.CREATOR, labels.CREATED_BY_US)


@pytest.fixture
def example(pytester: pytest.Pytester, backend: str) -> RunExample:
    """Copy an example, and run pytest on it, which warns of nothing and in which so many tests pass."""

    def example(name: str, *arguments: str, passed: int) -> pytest.RunResult:
        shutil.copytree(EXAMPLES / name, pytester.path, dirs_exist_ok=True)
        chosen = "docker-logged" if name == OWN_DRIVER else backend
        options = [f"--docker-backend={chosen}", "-p", "no:cacheprovider", "-W", "error", *arguments]
        result = pytester.runpytest_subprocess(*options, timeout=600)
        result.assert_outcomes(passed=passed)
        return result

    return example


def test_all_are_here() -> None:
    """Every example has a place in the table above, a README, and a line in the list of all."""
    assert {file.parent.name for file in EXAMPLES.glob("*/conftest.py")} == {*TESTS}
    listed = re.findall(r"^\| \[(.*?)\]\(\1/README\.md\) \|", (EXAMPLES / "README.md").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(TESTS)
    assert [name for name in TESTS if not (EXAMPLES / name / "README.md").exists()] == []


def test_it_passes(installed: None, name: str, backend: str, example: RunExample, left: Left) -> None:
    """All tests of an example pass, on the default backend with workers, and nothing of it stays."""
    in_one_process = backend != DEFAULT_BACKEND or name == OWN_DRIVER
    example(name, "-n0" if in_one_process else "-n2", passed=TESTS[name])
    assert left() == []


def test_dynamic_scope(example: RunExample) -> None:
    """With its option, dynamic-scope makes one container for all tests, without it one for each."""
    for options, made in (([], ["F"] * 3), (["--once=redis"], ["S"])):
        result = example("dynamic-scope", "--setup-show", *options, passed=3)
        assert re.findall(r"SETUP +(\w) redis\b", result.stdout.str()) == made


def test_image_artefact(
    example: RunExample, build: Build, named: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a variable names an image, image-artefact tests that one, and builds none."""
    name = named("image")
    build(path=str(EXAMPLES / "image-artefact" / "app"), buildargs={"BUSYBOX_IMAGE": f"{IMAGES}/busybox"}, tag=name)
    monkeypatch.setenv("APP_IMAGE", name)
    # Nothing could be built on this.
    monkeypatch.setenv("BUSYBOX_IMAGE", f"{IMAGES}/none")
    example("image-artefact", passed=1)


def test_reuse(example: RunExample, left: Left, driver: Driver) -> None:
    """With --reuse-containers, the second run of reuse has the volume and the container of the first one."""
    found = []
    try:
        for said in ("made, as there was none", "reused"):
            result = example("reuse", "--reuse-containers", passed=1)
            result.stdout.fnmatch_lines([f"volume settings (*): {said}", f"container redis (*): {said}"])
            found.append({item.kind: item.labels[labels.CREATION] for item in left()})
    finally:
        for item in items.in_removal_order(left()):
            driver.remove(item.kind, [item.ref], force=True)
    assert found == [found[0]] * 2
    assert {*found[0]} == {"container", "volume"}
    assert left() == []


def test_xdist_shared(example: RunExample, pytester: pytest.Pytester, left: Left) -> None:
    """Both workers of xdist-shared have one container."""
    pytester.makepyfile(
        test_both="""
        from pathlib import Path

        def test_both(redis, worker_id):
            Path(worker_id).write_text(redis.id)
        """
    )
    example("xdist-shared", "-n2", "--dist=each", "test_both.py", passed=2)
    assert (pytester.path / "gw0").read_text() == (pytester.path / "gw1").read_text()
    assert left() == []
