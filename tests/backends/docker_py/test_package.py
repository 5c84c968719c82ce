"""The door of the package: what is imported when, and what is said where docker-py is not there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import docker
import pytest

from pytest_docker_tools.client import Client
from pytest_docker_tools.drivers import open_driver
from pytest_docker_tools.exceptions import EngineUnavailable
from pytest_docker_tools.testing import MemoryDriver
from pytest_docker_tools_docker_py import adapt_client
from pytest_docker_tools_docker_py.driver import DockerPyDriver

EXTRA = "pip install 'pytest-docker-tools[docker-py]'"
VERBS: list[Callable[..., object]] = [
    lambda driver: driver.inspect("container", ["x"]),
    lambda driver: driver.create_container({"image": "x"}),
    lambda driver: driver.follow("x"),
    lambda driver: driver.endpoint(),
    lambda driver: driver.recipe(),
    lambda driver: driver.native_client(),
    lambda driver: driver.version(),
]


def run(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    "code",
    [
        # Being asked for the hooks, and asked about a client of somebody else's, costs no import of the library.
        "import sys, pytest_docker_tools_docker_py as package\n"
        "assert package.adapt_client(object()) is None\n"
        "assert not {'docker', 'requests', 'urllib3'} & sys.modules.keys()",
        # Nor does another driver, which looks through all packages for the one of that name.
        "import sys; from pytest_docker_tools.drivers import open_driver\n"
        "open_driver('docker-cli').close()\n"
        "assert not {'docker', 'requests', 'pytest_docker_tools_docker_py'} & sys.modules.keys()",
        # Without the modules that Windows does not have.
        "import sys; sys.modules.update(dict.fromkeys(('fcntl', 'grp', 'pty', 'pwd', 'resource', 'termios', 'tty')))\n"
        "import pytest_docker_tools_docker_py.driver",
    ],
)
def test_imports(code: str) -> None:
    """The package is imported lightly, and on every system."""
    run(code)


def test_is_found_by_its_name() -> None:
    """The driver comes through the door that all drivers come through, with the settings that it is given."""
    with closing(open_driver("docker-py", {"timeout": 5})) as driver:
        assert isinstance(driver, DockerPyDriver)
        assert driver.timeout == 5


@pytest.fixture(params=["nothing of that name", "a folder of that name", "an old version"])
def complaint(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Take docker-py away, and give what is then to be said."""
    monkeypatch.syspath_prepend(tmp_path)
    for module in [name for name in sys.modules if name.partition(".")[0] == "docker"]:
        monkeypatch.delitem(sys.modules, module)
    if request.param == "an old version":
        (tmp_path / "docker").mkdir()
        (tmp_path / "docker" / "__init__.py").write_text("__version__ = '7.1.0'")
        return "needs 7.2, not 7.1.0"
    if request.param == "nothing of that name":
        monkeypatch.setitem(sys.modules, "docker", None)
    else:
        # That of the project comes last: a package that is installed is found before it.
        monkeypatch.setattr(sys, "path", [str(tmp_path)])
        (tmp_path / "docker").mkdir()
        (tmp_path / "docker" / "Dockerfile").touch()
    return "Install the docker library"


@pytest.mark.parametrize("verb", VERBS)
def test_without_docker_py(complaint: str, verb: Callable[..., object]) -> None:
    """A driver is made all the same, and says in one sentence what to install when it is used, also when closed."""
    from pytest_docker_tools_docker_py import open_driver

    driver = open_driver({})
    for _ in range(2):
        with pytest.raises(EngineUnavailable) as raised:
            verb(driver)
        assert complaint in str(raised.value)
        assert str(raised.value).endswith(EXTRA)
        assert "\n" not in str(raised.value)
        driver.close()


class Derived(docker.DockerClient):
    """A client that a test suite has made its own."""


@pytest.mark.parametrize("kind", [docker.DockerClient, Derived])
def test_a_client_of_docker_py_is_known(kind: type[docker.DockerClient]) -> None:
    """An official client, and one of a class derived from it, gets a driver over its own connection."""
    with closing(kind(base_url="tcp://127.0.0.1:1", version="1.41", timeout=9)) as client:
        driver = adapt_client(client)
        assert isinstance(driver, DockerPyDriver)
        assert driver.endpoint().url == "tcp://127.0.0.1:1"
        assert driver.timeout == 9


def test_other_clients_are_not_known() -> None:
    """What only looks like an official client is somebody else's."""

    class DockerClient:
        api = None

    for client in (DockerClient(), Client(MemoryDriver()), docker.APIClient(version="1.41"), None, 5):
        assert adapt_client(client) is None


def test_a_client_of_an_old_docker_py(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client of a docker-py that is too old is known, and the driver over it says so."""
    monkeypatch.setattr(docker, "__version__", "7.1.0")
    with closing(docker.DockerClient(base_url="tcp://127.0.0.1:1", version="1.41")) as client:
        driver = adapt_client(client)
        assert driver is not None
        with pytest.raises(EngineUnavailable, match=r"needs 7\.2"):
            driver.ids("container")
