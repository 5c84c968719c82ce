"""The conformance suite itself: that nothing of the contract is missing in it, and how it is adopted."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import pytest

from pytest_docker_tools.driver import CAPABILITIES, Driver
from pytest_docker_tools.testing import conformance, fixtures
from pytest_docker_tools.testing.conformance.verbs import VERBS

# What is no call of the engine, or has no deadline.
NO_VERBS = {"can", "close", "endpoint", "lacks", "missing", "native_client", "recipe"}


def modules() -> Iterator[ModuleType]:
    """Give the modules of the suite."""
    for found in pkgutil.iter_modules(conformance.__path__, f"{conformance.__name__}."):
        yield importlib.import_module(found.name)


def test_every_verb_is_called() -> None:
    """The table of verbs, with which deadlines and ends are tested, has every verb of the contract."""
    public = {name for name in vars(Driver) if not name.startswith("_")}
    assert {name.split()[0] for name in VERBS} == public - NO_VERBS


def test_every_class_is_offered() -> None:
    """What a star-import gives is every class of tests that there is."""
    classes = {name for module in modules() for name in vars(module) if name.startswith("Test")}
    assert classes == set(conformance.__all__)


def test_every_capability_is_a_fixture() -> None:
    """For each capability there is a fixture to ask, and one to need it."""
    wanted = {f"{prefix}_{capability}" for prefix in ("can", "needs") for capability in CAPABILITIES}
    assert wanted <= set(fixtures.__all__)


def test_every_test_says_its_claim() -> None:
    """Each test has a sentence that says what is promised."""
    for module in modules():
        for name, found in vars(module).items():
            if name.startswith("Test"):
                tests = {name: test for name, test in vars(found).items() if name.startswith("test_")}
                assert tests
                assert [name for name, test in tests.items() if not (inspect.getdoc(test) or "").endswith(".")] == []


DRIVER = """
from pytest_docker_tools.hookspecs import hookimpl
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

ENGINE = MemoryEngine()
ENGINE.add_image("mine", MemoryImage(cmd=("sh",)))


class MyDriver(MemoryDriver):
    def pause(self, ref, *, timeout=None):
        pass


@hookimpl
def open_driver(settings):
    return MyDriver(ENGINE)
"""
ADOPTION = """
import pytest
from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools.testing.conformance import *

pytest_plugins = ["pytest_docker_tools.testing.fixtures"]
del TestPause.test_missing


@pytest.fixture(scope="session")
def image():
    return "mine"


@pytest.fixture(scope="session")
def can_host():
    return False


def test_mine(create):
    assert create()
"""


@pytest.fixture
def adopted(pytester: pytest.Pytester) -> pytest.Pytester:
    """A driver that does not fulfil the contract, in a package of its own, beside which the suite is adopted."""
    from ..conftest import write_distribution

    pytester.makepyfile(my_driver=DRIVER, test_conformance=ADOPTION)
    write_distribution(pytester.path, "mine = my_driver")
    pytester.syspathinsert()
    return pytester


def test_adoption(adopted: pytest.Pytester) -> None:
    """A few lines run the suite on a driver that is chosen by its name, and show what it does not fulfil."""
    tests = "TestStop or TestPause or TestPullImage or test_mine"
    result = adopted.runpytest_subprocess("--docker-backend=mine", "-k", tests, "-p", "no:cacheprovider", "-vrs")
    result.stdout.fnmatch_lines_random(["SKIPPED * capability: processes", "SKIPPED * capability: host"])
    result.stdout.fnmatch_lines(["test_conformance.py::TestPause::test_and_unpause FAILED*", "*::test_mine PASSED*"])
    result.stdout.fnmatch_lines(["E *assert 'running' == 'paused'"])
    result.stdout.no_fnmatch_line("*TestPause::test_missing*")


def test_without_an_image(adopted: pytest.Pytester) -> None:
    """An author who has not said which image to use is told so."""
    adopted.makepyfile(test_conformance=ADOPTION.replace("def image", "def other"))
    result = adopted.runpytest_subprocess("--docker-backend=mine", "-k", "test_mine", "-p", "no:cacheprovider")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *UsageError*image with the commands of busybox*fixture 'image'*"])
