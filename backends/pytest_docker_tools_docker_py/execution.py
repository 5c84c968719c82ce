"""Running a command in a container."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any, cast

from docker.errors import APIError
from requests import Response

from pytest_docker_tools.driver import ExecResult

from . import errors, streams
from .calls import View

__tracebackhide__ = True

_PIECE = 65536
_CANNOT_RUN = (126, 127)
_LONGEST_PAUSE = 0.25


def execute(api: View, ref: str, options: Mapping[str, Any], *, detach: bool, merge: bool) -> ExecResult:
    """Run a command, and give what it gave. A command that cannot be run is an exit code. Raises `APIError`."""
    command, tty = str(api.exec_create(ref, **options)["Id"]), options.get("tty", False)
    try:
        response = _start(api, command, {"Tty": tty, "Detach": detach})
    except APIError as error:
        if error.status_code in (404, 409):
            raise
        code = api.exec_inspect(command)["ExitCode"]
        return ExecResult(code if code in _CANNOT_RUN else _CANNOT_RUN[0], errors.said_by(error).encode(), b"")
    if detach:
        return ExecResult(None, b"", b"")
    out, err = _output(response.iter_content(_PIECE), tty=tty, merge=merge)
    return ExecResult(_exit_code(api, command), out, err)


def not_running(api: View, ref: str, asked: str, error: APIError) -> errors.Conflict:
    """Give the error for a container in which no command can be run, with its state."""
    state = api.inspect_container(ref)["State"]["Status"]
    said = f"it is {state}, not running" if state != "running" else errors.said_by(error)
    return errors.refusal(errors.Conflict, asked, said, response=error.response)


def _start(api: View, command: str, data: Mapping[str, Any]) -> Response:
    # docker-py's own `exec_start` loses output that comes together with the headers of the answer.
    low = cast(Any, api)
    response: Response = low._post_json(low._url("/exec/{0}/start", command), data=data, stream=not data["Detach"])
    low._raise_for_status(response)
    return response


def _output(pieces: Iterable[bytes], *, tty: bool, merge: bool) -> tuple[bytes, bytes]:
    out, err = bytearray(), bytearray()
    for number, piece in ((0, piece) for piece in pieces) if tty else streams.frames(pieces):
        (err if number == streams.STDERR and not merge else out).extend(piece)
    return bytes(out), bytes(err)


def _exit_code(api: View, command: str) -> int:
    """Give the exit code, which the engine may know later than the end of the output."""
    pause = 0.001
    while (facts := api.exec_inspect(command))["Running"]:
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
    return int(facts["ExitCode"])
