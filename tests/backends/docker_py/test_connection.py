"""Which engine is spoken to, and how another process opens it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import docker
import pytest
from docker.tls import TLSConfig

from pytest_docker_tools.drivers import open_driver as open_by_name
from pytest_docker_tools.exceptions import EngineUnavailable
from pytest_docker_tools_docker_py.driver import DockerPyDriver

Open = Callable[..., DockerPyDriver]
VARIABLES = ("DOCKER_HOST", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_CONTEXT", "DOCKER_CONFIG")


@pytest.fixture(autouse=True)
def no_engine_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Start from an environment that names no engine."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    """A folder with the files of TLS, as far as their names go."""
    folder = tmp_path / "certificates"
    write_certificates(folder)
    return folder


def write_certificates(folder: Path) -> None:
    folder.mkdir(parents=True)
    for name in ("ca", "cert", "key"):
        (folder / f"{name}.pem").touch()


def write_context(config: Path, name: str, endpoint: Any) -> Path:
    """Write a context, and give the folder for the files of its TLS."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    folder = config / "contexts" / "meta" / digest
    folder.mkdir(parents=True)
    (folder / "meta.json").write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": {"docker": endpoint}}))
    return config / "contexts" / "tls" / digest / "docker"


def settings_of(driver: DockerPyDriver) -> dict[str, Any]:
    recipe = driver.recipe()
    assert recipe is not None
    assert recipe.backend == "docker-py"
    return json.loads(json.dumps(recipe.settings))  # type: ignore[no-any-return]


class TestEnvironment:
    @pytest.mark.parametrize(
        ("value", "url", "host", "local"),
        [
            ("unix:///run/x.sock", "unix:///run/x.sock", "127.0.0.1", True),
            ("tcp://192.0.2.7:2375", "tcp://192.0.2.7:2375", "192.0.2.7", False),
            ("192.0.2.7:2375", "tcp://192.0.2.7:2375", "192.0.2.7", False),
            ("tcp://[2001:db8::1]:2375", "tcp://[2001:db8::1]:2375", "2001:db8::1", False),
            ("ssh://me@build", "ssh://me@build", "build", False),
            ("npipe:////./pipe/docker_engine", "npipe:////./pipe/docker_engine", "127.0.0.1", True),
        ],
    )
    def test_docker_host(
        self, open_driver: Open, monkeypatch: pytest.MonkeyPatch, value: str, url: str, host: str, local: bool
    ) -> None:
        """DOCKER_HOST names the engine; where it is reached is told without asking it."""
        monkeypatch.setenv("DOCKER_HOST", value)
        endpoint = open_driver().endpoint()
        assert (endpoint.url, endpoint.host, endpoint.local) == (url, host, local)

    def test_nothing(self, open_driver: Open) -> None:
        """Where nothing names an engine, it is the one of this machine."""
        assert open_driver().endpoint().local

    def test_of_the_opening(self, open_driver: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """The engine stays that of the moment in which the driver was made."""
        write_context(tmp_path / "config", "one", {"Host": "tcp://one:1"})
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("DOCKER_CONFIG", "config")
        monkeypatch.setenv("DOCKER_CONTEXT", "one")
        driver = open_driver()
        monkeypatch.setenv("DOCKER_CONTEXT", "two")
        monkeypatch.setenv("DOCKER_HOST", "tcp://two:2")
        monkeypatch.chdir("/")
        assert driver.endpoint().url == "tcp://one:1"

    def test_tls(self, open_driver: Open, monkeypatch: pytest.MonkeyPatch, certificates: Path) -> None:
        """The files of TLS are found where the environment says, and another process is told all of their paths."""
        monkeypatch.chdir(certificates.parent)
        monkeypatch.setenv("DOCKER_HOST", "tcp://build:2376")
        monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
        monkeypatch.setenv("DOCKER_CERT_PATH", certificates.name)
        assert settings_of(open_driver())["tls"] == {
            "ca_cert": str(certificates / "ca.pem"),
            "client_cert": [str(certificates / "cert.pem"), str(certificates / "key.pem")],
            "verify": True,
        }

    def test_tls_without_its_files(self, open_driver: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """TLS without its files is said by every use, with the variables that ask for it."""
        monkeypatch.setenv("DOCKER_HOST", "tcp://build:2376")
        monkeypatch.setenv("DOCKER_CERT_PATH", str(tmp_path / "nothing"))
        driver = open_driver()
        with pytest.raises(EngineUnavailable, match="DOCKER_CERT_PATH"):
            driver.endpoint()
        with pytest.raises(EngineUnavailable, match="DOCKER_CERT_PATH"):
            driver.ids("container")


class TestContext:
    @pytest.mark.parametrize("current", [False, True])
    def test_names_the_engine(
        self, open_driver: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, current: bool
    ) -> None:
        """A context is chosen by DOCKER_CONTEXT, or as the current one; DOCKER_HOST comes before it."""
        config = tmp_path / "home" / ".docker"
        write_context(config, "build", {"Host": "tcp://build:2375", "SkipTLSVerify": False})
        if current:
            (config / "config.json").write_text('{"currentContext": "build"}')
        else:
            monkeypatch.setenv("DOCKER_CONTEXT", "build")
        assert open_driver().endpoint().url == "tcp://build:2375"
        assert settings_of(open_driver())["tls"] is None
        monkeypatch.setenv("DOCKER_HOST", "unix:///x.sock")
        assert open_driver().endpoint().url == "unix:///x.sock"

    @pytest.mark.parametrize("skips", [False, True])
    def test_tls(self, open_driver: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, skips: bool) -> None:
        """A context has files of TLS of its own, and says whether the engine has to prove who it is."""
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
        monkeypatch.setenv("DOCKER_CONTEXT", "build")
        folder = write_context(tmp_path, "build", {"Host": "tcp://build:2376", "SkipTLSVerify": skips})
        write_certificates(folder)
        assert settings_of(open_driver())["tls"] == {
            "ca_cert": str(folder / "ca.pem"),
            "client_cert": [str(folder / "cert.pem"), str(folder / "key.pem")],
            "verify": not skips,
        }

    def test_default(self, open_driver: Open, monkeypatch: pytest.MonkeyPatch) -> None:
        """The context of that name is the engine of this machine."""
        monkeypatch.setenv("DOCKER_CONTEXT", "default")
        assert open_driver().endpoint().local

    @pytest.mark.parametrize("content", [None, "no JSON", "[]", '{"Endpoints": {}}'])
    def test_missing_or_broken(
        self, open_driver: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None
    ) -> None:
        """A context that cannot be had is said by every use, with what to do; no other engine takes its place."""
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
        monkeypatch.setenv("DOCKER_CONTEXT", "build")
        if content is not None:
            write_context(tmp_path, "build", {})
            next(tmp_path.rglob("meta.json")).write_text(content)
        driver = open_driver()
        for use in (driver.endpoint, driver.native_client, lambda: driver.ids("container")):
            with pytest.raises(EngineUnavailable, match=r"'build' in .*docker context use"):
                use()

    def test_made_by_the_docker_client(
        self, open_driver: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """A context in the form in which docker-py itself writes it is understood."""
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
        (tmp_path / "config.json").write_text("{}")
        docker.ContextAPI.create_context("written", host="tcp://192.0.2.9:2375")
        monkeypatch.setenv("DOCKER_CONTEXT", "written")
        assert open_driver().endpoint().host == "192.0.2.9"


class TestRecipe:
    @pytest.mark.parametrize("url", ["unix:///run/x.sock", "tcp://192.0.2.7:2375"])
    def test_opens_the_same_engine_elsewhere(self, open_driver: Open, url: str) -> None:
        """Another process, in another folder and with another environment, is told all there is to know."""
        settings = settings_of(open_driver(base_url=url, timeout=7))
        code = (
            "import json, sys; from pytest_docker_tools.drivers import open_driver\n"
            "driver = open_driver('docker-py', json.load(sys.stdin))\n"
            "print(driver.endpoint().url, driver.timeout)"
        )
        other = subprocess.run(
            [sys.executable, "-c", code],
            input=json.dumps(settings),
            env={"DOCKER_HOST": "tcp://192.0.2.1:1", "DOCKER_CONTEXT": "elsewhere"},
            cwd="/",
            check=True,
            capture_output=True,
            text=True,
        )
        assert other.stdout.split() == [url, "7.0"]

    def test_has_no_secrets(self, open_driver: Open, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nothing else of the environment is part of it."""
        monkeypatch.setenv("DOCKER_AUTH_CONFIG", "hunter2")
        monkeypatch.setenv("PASSWORD", "hunter2")
        assert "hunter2" not in str(open_driver().recipe())


def over(client: docker.DockerClient) -> DockerPyDriver:
    return DockerPyDriver(api=client.api)


class TestOfAClient:
    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            ("unix:///run/x.sock", "unix:///run/x.sock"),
            ("tcp://build:2375", "tcp://build:2375"),
            ("http://build:2375", "tcp://build:2375"),
        ],
    )
    def test_address(self, url: str, expected: str) -> None:
        """Where a client of somebody else's is connected to is read off it, for other processes too."""
        with closing(docker.DockerClient(base_url=url, version="1.41", timeout=9)) as client:
            assert over(client).endpoint().url == expected
            assert settings_of(over(client)) == {"base_url": expected, "tls": None, "timeout": 9}

    def test_tls(self, certificates: Path) -> None:
        """The files of TLS are read off it, with whole paths."""
        pair = (str(certificates / "cert.pem"), os.path.relpath(certificates / "key.pem"))
        tls = TLSConfig(client_cert=pair, ca_cert=str(certificates / "ca.pem"), verify=True)
        with closing(docker.DockerClient(base_url="tcp://build:2376", tls=tls, version="1.41")) as client:
            settings = settings_of(over(client))
        assert settings["base_url"] == "tcp://build:2376"
        assert settings["tls"] == {
            "ca_cert": str(certificates / "ca.pem"),
            "client_cert": [str(certificates / "cert.pem"), str(certificates / "key.pem")],
            "verify": True,
        }
        with closing(open_by_name("docker-py", settings)) as again:
            assert again.recipe() == over(client).recipe()

    def test_tls_with_defaults(self) -> None:
        """TLS with what the system trusts is told, too."""
        with closing(docker.DockerClient(base_url="tcp://build:2376", tls=True, version="1.41")) as client:
            assert settings_of(over(client))["tls"] == {"ca_cert": None, "client_cert": None, "verify": True}

    def test_one_that_cannot_be_told(self, certificates: Path) -> None:
        """A connection that settings cannot express has an address, and no recipe."""
        with closing(docker.DockerClient(base_url="https://build:2376", version="1.41")) as client:
            client.api.cert = str(certificates / "both.pem")
            assert over(client).endpoint().url == "tcp://build:2376"
            assert over(client).recipe() is None
