"""Where a wrapper says that a port is reached, it is reached: wherever the tests run, and wherever the engine does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools.driver import Driver
from pytest_docker_tools.probes import Http
from pytest_docker_tools.testing.capabilities import needs, skip_without
from pytest_docker_tools.testing.fixtures import Create

from ..conftest import BASE, Module, Project, wait_until
from .conftest import OtherEngine

Inside = Callable[..., None]

REPOSITORY = Path(__file__).parents[3]
WEB = """
import os
from urllib.request import urlopen
from pytest_docker_tools.exceptions import UsageError
from pytest_docker_tools.probes import Http

def get(container, port=80):
    return urlopen(container.url(port, path='/index.html'), timeout=10).read()

def gateway():
    return os.popen('ip route').read().split()[2]
"""


def serving(port: int = 80, **options: Any) -> str:
    """Give the text of a module with a fixture `web`, a container in which a web server listens on a port."""
    command = f"httpd -f -p {port} -h /www"
    options = {"image": BASE, "command": command, "files": {"/www/index.html": b"it works"}, **options}
    return f"{WEB}\nweb = container(**{options!r}, labels=MARK)\n"


def expecting(*lines: str) -> str:
    """Give the text of a test of that container."""
    return "\n    ".join(["def test_it(web):", *lines]) + "\n"


def answering(address: str, port: int | str = 80) -> str:
    """Give the text of a test that finds it at an address."""
    return expecting(f"assert web.get_addr({port}) == {address}", f"assert get(web, {port}) == b'it works'")


@needs("host")
class TestOnTheMachine:
    """The tests run on the engine's machine."""

    @pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.2"])
    @pytest.mark.parametrize("fixed", [True, False])
    def test_published(self, project: Project, fixed_ports: range, host: str, fixed: bool) -> None:
        """A free port or a fixed one, of all addresses or of one, is reached there."""
        port = fixed_ports[0] if fixed else None
        reached = host.replace("0.0.0.0", "127.0.0.1")
        text = serving(ports={"80/tcp": (host, port)}) + answering(f"({reached!r}, {port or 'web.ports[80][0]'})")
        project(text).assert_outcomes(passed=1)

    @pytest.mark.parametrize("hosts", [["0.0.0.0", "::"], ["::", "0.0.0.0"], ["::"]])
    def test_both_families(
        self, project: Project, program: str, wide_network: str, fixed_ports: range, hosts: list[str]
    ) -> None:
        """Each family has the port that is bound to it, and IPv4 comes first."""
        # podman takes this one to the letter, and forwards nothing.
        skip_without("a port of all IPv6 addresses", hosts != ["::"] or program != "podman")
        ports = dict(zip(hosts, fixed_ports, strict=False))
        expected = ("127.0.0.1", ports["0.0.0.0"]) if "0.0.0.0" in ports else ("::1", ports["::"])
        text = serving(network=wide_network, ports={"80/tcp": [*ports.items()]}) + answering(f"{expected}")
        project(text + f"    assert web.ports[80][0] == {expected[1]}\n").assert_outcomes(passed=1)

    def test_network_of_the_machine(self, project: Project, fixed_ports: range) -> None:
        """A port of a container in the machine's network is reached without being published."""
        port = fixed_ports[0]
        text = serving(port, network_mode="host", wait_for=Http("/index.html", port=port))
        project(text + answering(f"('127.0.0.1', {port})", port)).assert_outcomes(passed=1)

    def test_network_of_another(self, project: Project) -> None:
        """A port of a container in the network of another is reached where the other has it published."""
        text = (
            serving(ports={"80/tcp": None})
            + "side = container(image=BASE, command='sleep 600', network_mode='container:{web.id}', labels=MARK)\n"
            "def test_it(web, side):\n"
            "    assert side.get_addr(80) == web.get_addr(80)\n"
            "    assert get(side) == b'it works'\n"
        )
        project(text).assert_outcomes(passed=1)

    def test_no_network(self, project: Project) -> None:
        """Where there is no network, the error says why there is no way."""
        result = project(serving(network_mode="none") + expecting("web.get_addr(80)"))
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(["*UsageError: Port 80/tcp of container*network_mode='none'*"])


@pytest.mark.usefixtures("engine")
class TestRemote:
    """The engine is on another machine."""

    @pytest.mark.parametrize("hosts", [["0.0.0.0"], ["{host}"], ["127.0.0.1", "0.0.0.0"]])
    def test_published(self, project: Project, engine: OtherEngine, hosts: list[str]) -> None:
        """A published port is reached at the engine's host: one of all addresses, or of one that is not loopback."""
        bindings = [(host.format(host=engine.host), 4711 + place) for place, host in enumerate(hosts)]
        text = serving(ports={"80/tcp": bindings}) + answering(f"('{engine.host}', {bindings[-1][1]})")
        project(text).assert_outcomes(passed=1)

    def test_loopback(self, project: Project) -> None:
        """A port of its loopback interface is an error that says what helps."""
        result = project(serving(ports={"80/tcp": ("127.0.0.1", None)}) + expecting("web.get_addr(80)"))
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(["*UsageError: Port 80/tcp*is published at 127.0.0.1*docker_host_address*"])

    def test_network_of_the_machine(self, project: Project, engine: OtherEngine) -> None:
        """A port of a container in its machine's network is reached at the engine's host, without being published."""
        text = serving(8080, network_mode="host", wait_for=Http("/index.html", port=8080))
        project(text + answering(f"('{engine.host}', 8080)", 8080)).assert_outcomes(passed=1)

    def test_chosen_host(self, project: Project, engine: OtherEngine, pytester: pytest.Pytester) -> None:
        """A name that the ini option gives comes first."""
        pytester.makeini("[pytest]\ndocker_host_address = engine.example\n")
        text = serving(ports={"80/tcp": 4711}) + expecting("assert web.url(80) == 'http://engine.example:4711'")
        project(text).assert_outcomes(passed=1)


@needs("host", "processes")
class TestInAContainer:
    """The tests run in a container of the engine, to which its socket is mounted."""

    @pytest.mark.parametrize("published", [True, False])
    def test_shared_network(self, inside: Inside, network: str, published: bool) -> None:
        """On a network of both the container is reached at its own address and port, published or not."""
        ports = {"80/tcp": None} if published else {}
        text = serving(network=network, ports=ports) + answering("(web.ips.primary, 80)")
        inside(text, network=network)

    def test_other_networks(self, inside: Inside, network: str) -> None:
        """Without a network of both a published port is reached at the gateway of the tests' own container."""
        text = serving(ports={"80/tcp": None}) + answering("(gateway(), web.ports[80][0])")
        inside(text, network=network)

    def test_loopback(self, inside: Inside, network: str) -> None:
        """Without one, a port of the machine's loopback interface is an error that says what helps."""
        text = serving(ports={"80/tcp": ("127.0.0.1", None)}) + expecting(
            "with pytest.raises(UsageError, match='give both containers a network'):",
            "    web.get_addr(80)",
        )
        inside(text, network=network)

    def test_network_of_the_machine(self, inside: Inside, network: str, fixed_ports: range) -> None:
        """A port of a container in the machine's network is reached at the gateway."""
        port = fixed_ports[0]
        text = serving(port, network_mode="host", wait_for=Http("/index.html", port=port))
        inside(text + answering(f"(gateway(), {port})", port), network=network)

    def test_tests_in_the_network_of_the_machine(self, inside: Inside) -> None:
        """Tests in the machine's network reach what those on the machine do."""
        text = serving(ports={"80/tcp": ("127.0.0.1", None)}) + answering("('127.0.0.1', web.ports[80][0])")
        inside(text, network_mode="host")


@pytest.fixture
def fixed_ports(subnet: int) -> range:
    """Two ports that no tests beside these use, and that are given to nobody who asks for a free one."""
    return range(22100 + 2 * subnet, 22102 + 2 * subnet)


@pytest.fixture
def inside(
    module: Module,
    pytester: pytest.Pytester,
    run: Create,
    driver: Driver,
    backend: str,
    program: str,
    host_variable: str,
    engine_socket: str,
) -> Inside:
    """Write a test module, and run pytest on it in a container."""

    def inside(text: str, **options: Any) -> None:
        module(text)
        here = str(pytester.path)
        shared = {place: {"bind": place, "mode": "ro"} for place in needed(program)}
        container = run(
            command=[sys.executable, "-m", "pytest", f"--docker-backend={backend}", "-p", "no:cacheprovider"],
            working_dir=here,
            environment={
                host_variable: f"unix://{engine_socket}",
                "PATH": f"/bin:{os.environ['PATH']}",
                "TMPDIR": "/tmp",  # podman's own is one that the image does not have
            },
            volumes={**shared, **{place: {"bind": place, "mode": "rw"} for place in (here, engine_socket)}},
            **options,
        )
        exit_code = driver.wait(container, timeout=120)
        assert exit_code == 0, driver.logs(container).decode(errors="replace")

    return inside


@pytest.fixture(scope="module")
def engine_socket(driver: Driver, program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The path of the engine's socket, at which podman listens only where it is asked to."""
    if program == "podman":
        with podman_service(tmp_path_factory.mktemp("podman") / "socket") as path:
            yield str(path)
    else:
        address = driver.endpoint().url
        skip_without("a socket of the engine", address.startswith("unix://"))
        yield address.removeprefix("unix://")


@contextmanager
def podman_service(path: Path) -> Iterator[Path]:
    process = subprocess.Popen(["podman", "system", "service", "--time=0", f"unix://{path}"])
    try:
        wait_until(path.exists)
        yield path
    finally:
        process.terminate()
        process.wait(10)


def needed(program: str) -> list[str]:
    """Give the folders and files of this machine that its interpreter and a client need, none in another."""
    client = shutil.which(program)
    assert client
    system = ["/usr", "/lib", "/lib64", "/etc/ld.so.cache"]
    places = [*system, sys.prefix, sys.base_prefix, str(REPOSITORY), *sys.path, os.path.dirname(client)]
    found = {Path(path) for place in places for path in (place, os.path.realpath(place)) if os.path.exists(place)}
    return [str(place) for place in found if not found & {*place.parents}]
