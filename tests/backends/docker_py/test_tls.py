"""Engines that are reached over TLS."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
from docker.tls import TLSConfig

from pytest_docker_tools.drivers import open_driver as open_by_name
from pytest_docker_tools.exceptions import DeadlineExceeded, EngineUnavailable
from pytest_docker_tools_docker_py.driver import DockerPyDriver

from .conftest import FakeEngine

Open = Callable[..., DockerPyDriver]


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of TLS: one certificate for both sides, which it is itself the authority for."""
    folder = tmp_path_factory.mktemp("certificates")
    program = shutil.which("openssl")
    assert program, "The tests of TLS need the openssl command."
    made = ["-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=engine", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(
        [program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *made],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    shutil.copy(folder / "cert.pem", folder / "ca.pem")
    return folder


@pytest.fixture(autouse=True)
def no_other_authority(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take out of the environment what the requests library prefers to the files of an engine."""
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def engine(engine: FakeEngine, certificates: Path) -> Iterator[FakeEngine]:
    """An engine that wants to be shown a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "cert.pem", certificates / "key.pem")
    context.load_verify_locations(certificates / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    plain = engine.socket
    engine.socket = context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
    engine.tell("GET /containers/x/json", {"Id": "x", "Name": "/x"})
    yield engine
    engine.socket.close()


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch, engine: FakeEngine, certificates: Path) -> None:
    """Have the environment name the engine, and the files."""
    monkeypatch.setenv("DOCKER_HOST", engine.url)
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    monkeypatch.setenv("DOCKER_CERT_PATH", str(certificates))


@pytest.mark.usefixtures("chosen")
def test_of_the_environment(open_driver: Open) -> None:
    """What the environment says of TLS is used by the driver, by its client, and by another process."""
    driver = open_driver()
    assert driver.inspect("container", ["x", "x"]) == [{"Id": "x", "Name": "/x"}] * 2
    assert driver.native_client().containers.get("x").id == "x"
    recipe = driver.recipe()
    assert recipe
    again = open_by_name(recipe.backend, recipe.settings)
    assert again.inspect("container", ["x"]) != [None]
    again.close()


def test_of_a_client(engine: FakeEngine, certificates: Path) -> None:
    """A client of somebody else's brings its own."""
    tls = TLSConfig((str(certificates / "cert.pem"), str(certificates / "key.pem")), str(certificates / "ca.pem"), True)
    client = docker.DockerClient(base_url=engine.url, tls=tls, version="1.41")
    driver = DockerPyDriver(api=client.api)
    assert driver.inspect("container", ["x"]) != [None]
    driver.close()
    client.close()


@pytest.mark.usefixtures("chosen")
def test_a_removal_that_nobody_waits_for(open_driver: Open, engine: FakeEngine) -> None:
    """A removal that nobody waits for goes over TLS as well."""
    driver, ref = open_driver(), "1" * 64
    engine.tell(f"DELETE /containers/{ref}", b"", 204)
    driver.version()
    removals = [driver.begin_removal("container", [ref] * 2) for _ in range(2)]
    assert [removal and removal.wait(30) for removal in removals] == [True, True]


@pytest.mark.usefixtures("chosen")
def test_one_that_hangs(open_driver: Open, engine: FakeEngine) -> None:
    """A call over TLS ends in time as any other, and its thread with it."""
    over = threading.Event()
    engine.answers["GET /containers/slow/json"] = lambda handler: over.wait(30)
    driver = open_driver()
    with pytest.raises(DeadlineExceeded):
        driver.inspect("container", ["slow"], timeout=0.3)
    found = [thread for thread in threading.enumerate() if thread.name == "docker-py"]
    for thread in found:
        thread.join(10)
        assert not thread.is_alive()
    over.set()


@pytest.mark.parametrize(
    "tls", [None, {"verify": True}, {"verify": False}], ids=["no TLS", "no authority", "no certificate"]
)
# The last one asks for it.
@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_without_the_right_files(open_driver: Open, engine: FakeEngine, tls: Any) -> None:
    """An engine whose certificate is not trusted, or that does not trust ours, is one that cannot be reached."""
    with pytest.raises(EngineUnavailable, match=engine.url):
        open_driver(base_url=engine.url, tls=tls, timeout=20).ids("container")
