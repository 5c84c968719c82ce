"""Commands in a container, on an engine of canned answers."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from pytest_docker_tools.driver import ExecResult
from pytest_docker_tools.exceptions import (
    Conflict,
)
from pytest_docker_tools_docker_py.driver import DockerPyDriver

from .conftest import FakeEngine, body_of, respond

EXEC, START = "POST /containers/x/exec", "POST /exec/e/start"
OUTPUT = b"\x01\0\0\0\0\0\0\x03out\x02\0\0\0\0\0\0\x03err"


def raw(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """Answer as an engine does whose output ends with the connection: headers and output at once."""
    body_of(handler)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n"
    handler.wfile.write(head + content)
    handler.close_connection = True


class TestExecute:
    @pytest.fixture(autouse=True)
    def a_command(self, engine: FakeEngine) -> None:
        """An engine that has run a command."""
        engine.tell(EXEC, {"Id": "e"}, 201)
        engine.tell("GET /exec/e/json", {"Running": False, "ExitCode": 3})
        engine.answers[START] = lambda handler: raw(handler, OUTPUT)

    def test_output_that_comes_with_the_headers(self, driver: DockerPyDriver) -> None:
        """Nothing is lost of an answer that comes all at once."""
        for _ in range(20):
            assert driver.execute("x", ["y"]) == ExecResult(3, b"out", b"err")
        assert driver.execute("x", ["y"], merge_stderr=True) == ExecResult(3, b"outerr", b"")
        assert driver.execute("x", ["y"], tty=True) == ExecResult(3, OUTPUT, b"")

    def test_an_exit_code_that_comes_later(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """The exit code is that of the command's end, which may be later than that of its output."""
        states = iter([{"Running": True, "ExitCode": None}, {"Running": True, "ExitCode": 0}])
        ended = {"Running": False, "ExitCode": 7}
        engine.answers["GET /exec/e/json"] = lambda handler: respond(handler, next(states, ended))
        assert driver.execute("x", ["y"]).exit_code == 7

    @pytest.mark.parametrize(("code", "expected"), [(127, 127), (126, 126), (None, 126), (1, 126)])
    @pytest.mark.parametrize("detach", [False, True])
    def test_a_command_that_cannot_be_run(
        self, engine: FakeEngine, driver: DockerPyDriver, detach: bool, code: int | None, expected: int
    ) -> None:
        """What an engine says instead of running a command is its output, with an exit code that says so."""
        engine.tell(START, {"message": "exec: no such file"}, 400)
        engine.tell("GET /exec/e/json", {"Running": False, "ExitCode": code})
        assert driver.execute("x", ["y"], detach=detach) == ExecResult(expected, b"exec: no such file", b"")

    @pytest.mark.parametrize("request_", [EXEC, START])
    @pytest.mark.parametrize(
        ("state", "message"),
        [("paused", "could not execute a command in container 'x': it is paused, not running"), ("running", "odd")],
    )
    def test_a_container_in_another_state(
        self, engine: FakeEngine, driver: DockerPyDriver, request_: str, state: str, message: str
    ) -> None:
        """A conflict is told with the container's state, or in the engine's words where that is not the reason."""
        engine.tell(request_, {"message": "something odd"}, 409)
        engine.tell("GET /containers/x/json", {"State": {"Status": state}})
        with pytest.raises(Conflict, match=message):
            driver.execute("x", ["y"])

    def test_options(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """All that is asked for is sent, and nothing else."""
        sent: list[Any] = []

        def create(handler: BaseHTTPRequestHandler) -> None:
            sent.append(json.loads(body_of(handler)))
            respond(handler, {"Id": "e"}, 201)

        engine.answers[EXEC] = create
        options: dict[str, Any] = {"environment": {"A": 1, "B": None}, "workdir": "/w", "user": 0, "privileged": True}
        driver.execute("x", "a 'b c'", **options)
        driver.execute("x", ["a"])
        assert {**sent[0], "Container": "x"}.items() >= {
            "Cmd": ["a", "b c"],
            "Env": ["A=1", "B"],
            "WorkingDir": "/w",
            "User": "0",
            "Privileged": True,
            "AttachStdin": False,
        }.items()
        assert not {"Env", "WorkingDir"} & sent[1].keys()
