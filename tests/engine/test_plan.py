"""The plan of a run, and the line that says which engine it had, on a real engine."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from pytest_docker_tools.driver import Driver

from .conftest import Left, Project, free_port

# On a fixed port, as some engines choose a free one when they create a container.
DEFINITION = """
it = container(
    image=BASE, command='httpd -f -p 8080', hostname='it', working_dir='/tmp', user='1000:1000', labels=MARK,
    ports={'8080/tcp': ('127.0.0.1', {port})}, tmpfs={'/scratch': 'size=1m'},
    mem_limit='64m', cap_drop=['NET_RAW'], read_only=True, stop_signal='KILL', init=True, timeout=60,
    restart_policy={'Name': 'on-failure', 'MaximumRetryCount': 2}, extra_hosts={'a.test': '192.0.2.1'},
)
"""
DUMP = """
def test_it(it):
    import json
    Path('facts.json').write_text(json.dumps(it.attrs))
"""
# What is of one container only, has a time, or says whether it was created to be looked at.
OWN = {"Annotations", "AttachStderr", "AttachStdout", "CreateCommand", "Labels", "LogConfig"}


def asked_for(facts: dict[str, Any]) -> dict[str, Any]:
    """Give what a container was created with, but for what is empty."""
    given = {**facts["Config"], **facts["HostConfig"], "Env": sorted(facts["Config"]["Env"])}
    return {key: value for key, value in given.items() if value and key not in OWN}


@pytest.fixture
def carry_out(backend: str) -> Callable[[str], str]:
    """Type what a plan shows of a container, and give the container's id."""

    def in_a_shell(command: str) -> str:
        done = subprocess.run(command, shell=True, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def in_python(call: str) -> str:
        import docker

        with closing(docker.from_env()) as client:
            return str(eval(call, {"client": client}).id)

    return in_python if backend == "docker-py" else in_a_shell


def test_what_a_plan_shows_is_what_a_run_makes(
    project: Project, driver: Driver, carry_out: Callable[[str], str], pytester: pytest.Pytester
) -> None:
    """The command, or call, of a plan makes a container like that of the fixture."""
    [ours] = driver.ids("image", {"reference": "localhost/pytest-docker-tools/busybox"})
    definition = DEFINITION.replace("{port}", str(free_port()))
    result = project(definition + DUMP, "--docker-plan")
    [line] = [line for line in result.stdout.lines if "create" in line]
    [made] = driver.inspect("container", [carry_out(line.strip())])
    assert made
    project(definition + DUMP).assert_outcomes(passed=1)
    of_the_fixture = json.loads((pytester.path / "facts.json").read_text())
    assert asked_for(made) == asked_for(of_the_fixture)
    assert made["Image"] == of_the_fixture["Image"] == ours


def test_a_plan_makes_nothing(project: Project, left: Left) -> None:
    """A plan leaves the engine as it was, and its status is that of success."""
    result = project(
        DEFINITION.replace("{port}", "0") + "net = network(labels=MARK)\ndef test_it(it, net): ...",
        "--docker-plan",
        "-n2",
    )
    assert result.ret == 0
    assert left() == []


@pytest.mark.parametrize("arguments", [[], ["-q"], ["-n2"]], ids=" ".join)
def test_which_engine_it_was(project: Project, driver: Driver, backend: str, arguments: list[str]) -> None:
    """The end of a run into a file says backend, client, engine and address, once."""
    result = project("net = network(labels=MARK)\ndef test_one(net): ...\ndef test_two(docker_client): ...", *arguments)
    result.assert_outcomes(passed=2)
    facts = driver.version()
    client, engine = facts["Client"], f"engine {facts['Version']} (API {facts['ApiVersion']})"
    line = f"{backend} ({client['Name']} {client['Version']}), {engine} at {driver.endpoint().url}"
    assert result.stdout.lines.count(line) == 1
    assert client["Version"]
