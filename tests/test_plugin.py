"""pytest's door: options, the client, what an idle plugin costs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Run, write_distribution

USES_CLIENT = "def test_it(docker_client):\n    print(docker_client.driver.endpoint())"

# A driver that says how it was opened.
DRIVER = """
from pytest_docker_tools.hookspecs import hookimpl
from pytest_docker_tools.testing import MemoryDriver

@hookimpl
def open_driver(settings):
    driver = MemoryDriver()
    driver.opened_with = __name__, dict(settings)
    return driver
"""


def test_an_install_is_enough(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest loads the plugin where it is installed, without being asked to."""
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    monkeypatch.delenv("PYTEST_ADDOPTS")
    result = pytester.runpytest_subprocess("--fixtures")
    result.stdout.fnmatch_lines(["plugins: *docker-tools*", "docker_client *"])


@pytest.fixture
def two_drivers(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two installed distributions with a driver each, `one` and `two`; a test prints which was opened, and how."""
    for name in ("one", "two"):
        pytester.makepyfile(**{f"driver_{name}": DRIVER})
        write_distribution(pytester.path, f"{name} = driver_{name}")
    paths = [str(pytester.path), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    monkeypatch.delenv("PYTEST_DOCKER_BACKEND", raising=False)
    pytester.makepyfile(test_it="def test_it(docker_client):\n    print('opened', *docker_client.driver.opened_with)")


@pytest.mark.usefixtures("two_drivers")
@pytest.mark.parametrize(
    ("option", "environment", "ini", "expected"),
    [
        ("one", "two", "two", "one"),
        (None, "one", "two", "one"),
        (None, None, "two", "two"),
        ("two", None, None, "two"),
    ],
)
def test_choice_of_backend(
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    option: str | None,
    environment: str | None,
    ini: str | None,
    expected: str,
) -> None:
    """The option beats the environment, which beats the ini file."""
    if environment:
        monkeypatch.setenv("PYTEST_DOCKER_BACKEND", environment)
    if ini:
        pytester.makeini(f"[pytest]\ndocker_backend = {ini}\n")
    result = pytester.runpytest_subprocess("-s", *([f"--docker-backend={option}"] if option else []))
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"*opened driver_{expected} {{}}"])


@pytest.mark.usefixtures("two_drivers")
def test_an_unknown_backend_lists_the_installed_ones(pytester: pytest.Pytester) -> None:
    """A backend that is not installed is one sentence with those that are."""
    result = pytester.runpytest_subprocess("--docker-backend=three")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *no docker backend named 'three'. Installed: docker-cli, docker-py, *one, *two.*"])


@pytest.mark.usefixtures("two_drivers")
def test_timeout_reaches_the_driver(pytester: pytest.Pytester) -> None:
    """The ini option docker_timeout is handed to the driver, and has to be a number."""
    pytester.makeini("[pytest]\ndocker_timeout = 2.5\ndocker_backend = one\n")
    pytester.runpytest_subprocess("-s").stdout.fnmatch_lines(["*opened driver_one {'timeout': 2.5}"])
    for text in ("soon", "0", "-1", "nan"):
        pytester.makeini(f"[pytest]\ndocker_timeout = {text}\ndocker_backend = one\n")
        result = pytester.runpytest_subprocess()
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stderr.fnmatch_lines([f"*docker_timeout takes a number of seconds above 0, not '{text}'*"])


def test_the_client_may_be_overridden(pytester: pytest.Pytester, run: Run) -> None:
    """Factories use the docker_client fixture that is nearest to the test, in any scope."""
    pytester.makepyfile("""
        import pytest
        from pytest_docker_tools import container
        from pytest_docker_tools.client import Client
        from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

        engine = MemoryEngine()
        engine.add_image('mine', MemoryImage())

        @pytest.fixture
        def docker_client():
            return Client(MemoryDriver(engine))

        it = container(image='mine')

        def test_it(it):
            assert it.id in engine.containers
    """)
    run().assert_outcomes(passed=1)


def test_a_client_that_is_none_of_ours_is_refused(pytester: pytest.Pytester, run: Run) -> None:
    """A docker_client that has no driver is an error that says what to return."""
    pytester.makepyfile("""
        import pytest
        from pytest_docker_tools import container

        @pytest.fixture
        def docker_client():
            return 'docker'

        it = container(image='mine')
        def test_it(it): ...
    """)
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *docker_client fixture returned str*Client(driver)*"])


def modules_of_an_empty_run(folder: Path, *arguments: str, prelude: str = "") -> list[str]:
    """Give the modules of the package, and of its drivers, that a pytest run of an empty test imports."""
    (folder / "test_empty.py").write_text("def test_it(): ...\n")
    code = f"""{prelude}
import json, pytest, sys
status = pytest.main(['-q', '-p', 'no:cacheprovider', *{list(arguments)!r}])
print(json.dumps(sorted(name for name in sys.modules if name.startswith('pytest_docker_tools'))), file=sys.stderr)
sys.exit(status)
"""
    result = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    found: list[str] = json.loads(result.stderr.splitlines()[-1])
    return found


def imported_by(statement: str) -> set[str]:
    """Give the modules that a statement imports once pytest is there."""
    code = f"import pytest, sys\nprint('-- from here', file=sys.stderr)\n{statement}"
    result = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True, check=True
    )
    lines = result.stderr.partition("-- from here")[2].splitlines()
    return {line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:")}


def test_an_idle_plugin_imports_two_modules(tmp_path: Path) -> None:
    """A run without containers imports the package's face and the plugin, and nothing else of it."""
    assert modules_of_an_empty_run(tmp_path) == ["pytest_docker_tools", "pytest_docker_tools.plugin"]


def test_a_controller_of_xdist_imports_what_tells_runs_apart(tmp_path: Path) -> None:
    """A run with workers, but without containers, imports besides what its workers need to find each other."""
    found = modules_of_an_empty_run(tmp_path, "-n1")
    expected = ["", ".exceptions", ".locks", ".meeting", ".plugin", ".runs", ".tasks"]
    assert found == [f"pytest_docker_tools{module}" for module in expected]


def test_a_worker_of_xdist_imports_two_modules(tmp_path: Path) -> None:
    """So does a worker whose tests have no containers."""
    (tmp_path / "test_it.py").write_text(
        "import json, sys\n"
        "from pathlib import Path\n"
        "def test_it():\n"
        "    ours = sorted(name for name in sys.modules if name.startswith('pytest_docker_tools'))\n"
        "    Path(__file__).with_name('found').write_text(json.dumps(ours))\n"
    )
    modules_of_an_empty_run(tmp_path, "-n1")
    found = json.loads((tmp_path / "found").read_text())
    assert found == ["pytest_docker_tools", "pytest_docker_tools.plugin"]


def test_the_face_imports_nothing() -> None:
    """The package itself imports none of its modules before it is asked for something."""
    assert imported_by("import pytest_docker_tools") == {"pytest_docker_tools"}


def test_factories_import_nothing_that_only_some_need() -> None:
    """What takes a while to import is not imported with the factories, but where it is needed."""
    found = imported_by("from pytest_docker_tools import container")
    assert "pytest_docker_tools.factories.container" in found
    slow = {"asyncio", "difflib", "http.client", "ssl", "typing_extensions", "urllib.request"}
    assert not {name for name in found if name in slow or name.startswith("pytest_docker_tools_docker")}


def test_the_plugin_imports_nothing_that_pytest_does_not() -> None:
    """Importing the plugin after pytest imports its own two modules alone, by Python's own record."""
    assert imported_by("import pytest_docker_tools.plugin") == {"pytest_docker_tools", "pytest_docker_tools.plugin"}


def test_starts_without_posix_modules(tmp_path: Path) -> None:
    """pytest starts, and every module of the package and the driver imports, where POSIX modules are missing."""
    prelude = """
import sys
for name in ('fcntl', 'grp', 'pwd', 'pty', 'resource', 'termios', 'tty', 'syslog'):
    sys.modules[name] = None
"""
    assert modules_of_an_empty_run(tmp_path, prelude=prelude)
    imports = """
import importlib, pkgutil, pytest_docker_tools, pytest_docker_tools_docker_cli, pytest_docker_tools_docker_py
for package in (pytest_docker_tools, pytest_docker_tools_docker_cli, pytest_docker_tools_docker_py):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):
        importlib.import_module(module.name)
"""
    result = subprocess.run([sys.executable, "-c", prelude + imports], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_public_names_are_resolved_on_first_use() -> None:
    """The package offers the factories, lists them, and says which name it does not have."""
    import pytest_docker_tools

    for name in pytest_docker_tools.__all__:
        assert callable(getattr(pytest_docker_tools, name))
        assert name in dir(pytest_docker_tools)
    for module in ("exceptions", "factories", "wrappers"):
        assert getattr(pytest_docker_tools, module).__name__ == f"pytest_docker_tools.{module}"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        pytest_docker_tools.nothing  # noqa: B018


def test_names_that_todays_users_import() -> None:
    """Wrapper, helper and errors are where the older releases have them."""
    from pytest_docker_tools import wrappers
    from pytest_docker_tools.exceptions import ContainerError, ContainerFailed, ContainerNotReady, TimeoutError
    from pytest_docker_tools.wrappers.container import wait_for_callable

    assert issubclass(ContainerFailed, ContainerError)
    assert issubclass(ContainerNotReady, ContainerError)
    assert issubclass(TimeoutError, Exception)
    assert {wrappers.Container.__name__, wait_for_callable.__name__} == {"Container", "wait_for_callable"}
    assert ContainerFailed("the container", "a message").container == "the container"
    assert str(ContainerFailed("the container", "a message")) == "a message"
