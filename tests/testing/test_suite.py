"""The conformance suite itself: that nothing of the contract is missing in it, and how it is adopted."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType

import pytest

from pytest_docker_tools.driver import CAPABILITIES, Driver
from pytest_docker_tools.normalise import TABLES, Verb
from pytest_docker_tools.testing import conformance, fixtures
from pytest_docker_tools.testing.conformance import attachments, build, errors, keywords
from pytest_docker_tools.testing.conformance.verbs import VERBS

ROOT = Path(__file__).parents[2]
# What is no call of the engine, or has no deadline.
NO_VERBS = {
    *("approximates", "can", "client_command", "close", "endpoint", "lacks", "missing", "native_client", "recipe"),
    *("refuses", "shown"),
    # Asks an engine only where that does not try checks by itself.
    "health",
    # Asks none.
    "still_runs",
    # Comes back at once, whatever the engine does.
    "begin_removal",
}


def modules() -> Iterator[ModuleType]:
    """Give the modules of the suite."""
    for found in pkgutil.iter_modules(conformance.__path__, f"{conformance.__name__}."):
        yield importlib.import_module(found.name)


def test_every_verb_is_called() -> None:
    """The table of verbs, with which deadlines and ends are tested, has every verb of the contract."""
    public = {name for name in vars(Driver) if not name.startswith("_")}
    assert {name.split()[0] for name in VERBS} == public - NO_VERBS


# Keywords that have no row in a table of the suite, and where they are tested instead.
ELSEWHERE: dict[Verb, dict[str, str]] = {
    "container": {
        "environment": "TestCreateContainer.test_environment",
        "image": "TestCreateContainer.test_image",
        "links": "TestCreateContainer.test_links",
        "lxc_conf": "TestKeywords.test_what_cannot_be_meant",
        "mounts": "TestCreateContainer.test_folders_of_the_host",
        "name": "TestCreateContainer.test_gives_the_full_id",
        "networking_config": "TestAttachments.test_from_the_start",
        "storage_opt": "TestKeywords.test_size_of_a_container",
        "use_config_proxy": "tests/engine/test_proxies.py",
        "volumes_from": "TestCreateContainer.test_volumes_from_and_container_modes",
    },
    "build": {
        "buildargs": "TestBuildImage.test_arguments",
        "cache_from": "TestBuildImage.test_cache",
        "custom_context": "TestBuildImage.test_an_archive",
        "dockerfile": "TestBuildImage.test_dockerfile_is_of_the_folder",
        "encoding": "TestBuildImage.test_an_archive",
        "fileobj": "TestBuildImage.test_a_dockerfile_alone",
        "forcerm": "TestBuildImage.test_containers_of_a_step_that_fails",
        "gzip": "TestBuildImage.test_content",
        "labels": "TestBuildImage.test_tag_and_labels",
        "nocache": "TestBuildImage.test_cache",
        "path": "TestBuildImage.test_a_folder",
        "platform": "TestBuildImage.test_platform",
        "pull": "TestBuildImage.test_pull",
        "quiet": "TestBuildOutput.test_quiet",
        "rm": "TestBuildImage.test_containers_of_steps",
        "secrets": "TestBuildSecrets.test_secrets",
        "squash": "TestBuildImage.test_squash",
        "tag": "TestBuildImage.test_tag_and_labels",
        "target": "TestBuildImage.test_target",
    },
    "network": {
        "check_duplicate": "TestCreateNetwork.test_taken_name",
        "enable_ipv6": "TestCreateNetwork.test_ipv6",
        "ingress": "TestCreateNetwork.test_of_a_swarm",
        "ipam": "TestCreateNetwork.test_pool",
        "name": "TestCreateNetwork.test_gives_the_id",
    },
    "volume": {"name": "TestCreateVolume.test_gives_the_name"},
    "connect": {"aliases": "TestConnect.test_and_disconnect", "links": "TestAttachments.test_links"},
}
ROWS: dict[Verb, set[str]] = {
    "container": {keyword for row in keywords.CONTAINER for keyword in row.options},
    "build": {keyword for effect in build.EFFECTS for keyword in effect.options},
    "network": {keyword for row in keywords.NETWORK for keyword in row.options},
    "volume": {keyword for row in keywords.VOLUME for keyword in row.options},
    "connect": {row.keyword for row in attachments.ROWS},
}


@pytest.mark.parametrize("verb", ROWS)
def test_every_keyword_is_tested(verb: Verb) -> None:
    """Each keyword has a row in a table, or a test of its own."""
    assert ROWS[verb] | ELSEWHERE[verb].keys() == TABLES[verb].keys()
    for name in ELSEWHERE[verb].values():
        group, _, test = name.partition(".")
        assert (ROOT / name).exists() or hasattr(getattr(conformance, group), test)


def test_every_class_is_offered() -> None:
    """What a star-import gives is every class of tests that there is."""
    classes = {name for module in modules() for name in vars(module) if name.startswith("Test")}
    assert classes == set(conformance.__all__)


def test_every_capability_is_a_fixture() -> None:
    """For each capability there is a fixture to ask, and one to need it."""
    wanted = {f"{prefix}_{capability}" for prefix in ("can", "needs") for capability in CAPABILITIES}
    assert wanted <= set(fixtures.__all__)


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="The suite sees processes where there is /proc.")
def test_a_secret_in_arguments_is_seen(tmp_path: Path) -> None:
    """What looks for secrets among the arguments of processes finds one that is there, and nothing else."""
    for argument, seen in (("--password=hunter2-seen", pytest.raises(AssertionError)), ("--stdin", nullcontext())):
        command = [sys.executable, "-c", "import sys; sys.stdin.read()", argument]
        process = subprocess.Popen(command, stdin=subprocess.PIPE)
        with process, seen, errors.nobody_sees("hunter2-seen", tmp_path):
            assert process.poll() is None


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
