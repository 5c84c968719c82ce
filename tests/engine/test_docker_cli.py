"""What is the docker client's own: its contexts and variables, what it cannot do, and how its errors read."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools.driver import Driver
from pytest_docker_tools.drivers import open_driver
from pytest_docker_tools.exceptions import (
    BuildFailed,
    Conflict,
    EngineError,
    EngineUnavailable,
    ImageNotFound,
    NotFound,
    PortUnavailable,
    UnsupportedOption,
)

Create = Callable[..., str]
FactsOf = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def backend() -> str:
    """The one that runs the docker client."""
    return "docker-cli"


def test_an_open_stdin(create: Create, facts: FactsOf) -> None:
    """A stdin that is open ends when the first who was attached to it leaves."""
    config = facts(create(stdin_open=True))["Config"]
    assert (config["OpenStdin"], config["StdinOnce"]) == (True, True)


class TestContexts:
    def test_a_context_names_the_engine(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A context names the engine, and DOCKER_HOST comes before it."""
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
        monkeypatch.delenv("DOCKER_HOST", raising=False)
        create = ["docker", "context", "create", "other", "--docker", "host=tcp://192.0.2.7:2375"]
        subprocess.run(create, check=True, capture_output=True)
        monkeypatch.setenv("DOCKER_CONTEXT", "other")
        with closing(open_driver("docker-cli")) as driver:
            assert (driver.endpoint().url, driver.endpoint().host) == ("tcp://192.0.2.7:2375", "192.0.2.7")
        monkeypatch.setenv("DOCKER_HOST", "unix:///tmp/x.sock")
        with closing(open_driver("docker-cli")) as driver:
            assert (driver.endpoint().url, driver.endpoint().local) == ("unix:///tmp/x.sock", True)

    def test_a_context_that_is_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A context that is not there is said by every verb, with what to do."""
        monkeypatch.delenv("DOCKER_HOST", raising=False)
        monkeypatch.setenv("DOCKER_CONTEXT", "no-such-context")
        with closing(open_driver("docker-cli")) as driver:
            with pytest.raises(EngineUnavailable, match="no-such-context"):
                driver.endpoint()
            with pytest.raises(EngineUnavailable, match="no-such-context"):
                driver.ids("container")

    def test_the_users_context_with_a_login(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The engine that the user's configuration names is the one that pulls with another login."""
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
        for name in ("DOCKER_HOST", "DOCKER_CONTEXT"):
            monkeypatch.delenv(name, raising=False)
        create = ["docker", "context", "create", "other", "--docker", f"host=unix://{tmp_path}/other.sock"]
        for command in (create, ["docker", "context", "use", "other"]):
            subprocess.run(command, check=True, capture_output=True)
        login = {"username": "me", "password": "hunter3"}
        with closing(open_driver("docker-cli")) as driver, pytest.raises(EngineUnavailable, match=r"other\.sock"):
            driver.pull_image({"repository": "127.0.0.1:1/nothing", "auth_config": login})


class TestWithoutAnEngine:
    @pytest.fixture
    def dead(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
        """A driver of a socket that is not there."""
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/dead.sock")
        with closing(open_driver("docker-cli")) as driver:
            yield driver

    def test_dead_socket(self, dead: Driver) -> None:
        """A socket that is not there is named, with the variable that names another."""
        with pytest.raises(EngineUnavailable, match=r"dead\.sock.*DOCKER_HOST"):
            dead.ids("container")

    def test_no_client(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A driver without its client is made all the same, and says what to install when it is used."""
        monkeypatch.setenv("PATH", "/no/such")
        with closing(open_driver("docker-cli")) as driver, pytest.raises(EngineUnavailable, match="Install"):
            driver.version()


class TestErrors:
    def test_missing_image(self, create: Create) -> None:
        """The error has the client's exit code, and names what gets images."""
        with pytest.raises(ImageNotFound, match=r"fetch\(\)") as raised:
            create(image="localhost/no-such-image")
        assert raised.value.exit_code == 1

    def test_port(self, driver: Driver, run: Create, create: Create, facts: FactsOf) -> None:
        """A host port that is in use comes with what to do."""
        port = facts(run(ports={80: ("127.0.0.1",)}))["NetworkSettings"]["Ports"]["80/tcp"][0]["HostPort"]
        container = create(ports={80: ("127.0.0.1", port)})
        with pytest.raises(PortUnavailable, match="None for a free one"):
            driver.start(container)

    def test_states(self, driver: Driver, create: Create) -> None:
        """A container that cannot execute says what it is doing instead."""
        container = create()
        with pytest.raises(Conflict, match="created, not running"):
            driver.execute(container, ["true"])
        driver.start(container)
        driver.pause(container)
        with pytest.raises(Conflict, match="paused, not running"):
            driver.execute(container, ["true"])

    def test_failing_step(self, build: Create, image: str) -> None:
        """The error of a build has the command that was run."""
        with pytest.raises(BuildFailed, match=r"returned a non-zero code: 7|exit code: 7") as raised:
            build(fileobj=f"FROM {image}\nRUN exit 7\n".encode())
        assert raised.value.command is not None
        assert raised.value.command.startswith("docker build")

    def test_pull(self, driver: Driver, publish: Callable[..., Any]) -> None:
        """An image that is not in the registry comes with what to check, and a dead registry with its own words."""
        with pytest.raises(ImageNotFound, match="Check the name and the tag"):
            driver.pull_image({"repository": f"{publish().repository}:nope"})
        with pytest.raises(EngineError, match=r"127\.0\.0\.1:1/nothing:latest.*refused"):
            driver.pull_image({"repository": "127.0.0.1:1/nothing"})

    def test_words_of_the_engine(self, driver: Driver, create: Create, run: Create) -> None:
        """What only the engine knows is said in its words."""
        with pytest.raises(EngineError, match=r"[Mm]inimum memory limit"):
            create(mem_limit=1000)
        with pytest.raises(EngineError, match="executable file not found"):
            driver.start(create(command=["no-such-command"], init=False))
        with pytest.raises(EngineError, match="does not support reading"):
            driver.logs(run(log_config={"Type": "none"}))
        with pytest.raises(NotFound, match="must be a directory"):
            driver.put_archive(create(), "/no/such", b"")


class TestRefusals:
    @pytest.mark.parametrize("options", [{"cpu_percent": 5}, {"network_disabled": True}])
    def test_containers(self, create: Create, options: dict[str, Any]) -> None:
        """What the client has no flag for is refused."""
        with pytest.raises(UnsupportedOption) as raised:
            create(**options)
        assert raised.value.keyword in options
