"""What a container writes, and commands in it."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ..conftest import wait_until
from .conftest import Make, Raises

BOTH = ["sh", "-c", "echo out; sleep 0.2; echo err >&2; exit 3"]


class TestLogs:
    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ({}, b"out\nerr\n"),
            ({"stdout": False}, b"err\n"),
            ({"stderr": False}, b"out\n"),
            ({"tail": 1}, b"err\n"),
            ({"tail": 0}, b""),
            ({"tail": "all"}, b"out\nerr\n"),
            ({"tail": None}, b"out\nerr\n"),
            ({"tail": -1}, b"out\nerr\n"),
            ({"tail": "1"}, b"out\nerr\n"),
            ({"since": None, "until": None}, b"out\nerr\n"),
            ({"follow": True}, b"out\nerr\n"),
            ({"follow": True, "stdout": False}, b"err\n"),
        ],
    )
    def test_options(self, ended: Make, options: dict[str, Any], expected: bytes) -> None:
        """A log is bytes, of the streams and as many lines as were asked for."""
        assert ended(BOTH).logs(**options) == expected

    def test_since_and_until(self, ended: Make) -> None:
        """Times are numbers of seconds, or datetimes, which are local ones without a zone."""
        made, hour = ended(BOTH), timedelta(hours=1)
        utc, local = datetime.now(timezone.utc), datetime.now()
        assert made.logs(since=time.time() + 3600) == b""
        assert made.logs(since=int(time.time()) - 3600) == b"out\nerr\n"
        assert made.logs(since=utc + hour) == made.logs(since=local + hour) == b""
        assert made.logs(until=utc - hour) == made.logs(until=local - hour) == b""
        assert made.logs(until=utc + hour, since=local - hour) == b"out\nerr\n"

    @pytest.mark.parametrize("keyword", ["since", "until"])
    def test_no_time(self, create: Make, raises: Raises, keyword: str) -> None:
        """Text is no time."""
        with raises("cannot be meant"):
            create().logs(**{keyword: "10m"})

    def test_timestamps(self, ended: Make) -> None:
        """Each line can have its time."""
        assert ended("echo 1").logs(timestamps=True).endswith(b"Z 1\n")

    def test_stream(self, ended: Make) -> None:
        """A stream is an iterator of bytes that ends with the container."""
        stream = ended(BOTH).logs(stream=True)
        assert iter(stream) is stream
        assert list(stream) == [b"out\n", b"err\n"]

    def test_stream_of_one_that_runs(self, run: Make) -> None:
        """A stream gives lines as they are written, and can be closed before its end."""
        stream = run(["sh", "-c", "echo 1; sleep 600"]).logs(stream=True, stderr=False)
        assert next(stream) == b"1\n"
        stream.close()
        assert list(stream) == []

    def test_stream_that_is_not_followed(self, run: Make) -> None:
        """Without `follow`, a stream ends where the log does now."""
        made = run(["sh", "-c", "echo 1; echo 2; exec sleep 600"])
        wait_until(lambda: made.logs() == b"1\n2\n")
        assert list(made.logs(stream=True, follow=False, tail=1)) == [b"2\n"]

    def test_nothing(self, create: Make) -> None:
        """A container that was not started has written nothing."""
        assert create().logs() == b""


class TestExecRun:
    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ({}, b"out\nerr\n"),
            ({"stdout": False}, b"err\n"),
            ({"stderr": False}, b"out\n"),
            ({"demux": True}, (b"out\n", b"err\n")),
            ({"demux": True, "stdout": False}, (None, b"err\n")),
            ({"tty": True}, b"out\r\nerr\r\n"),
            ({"tty": True, "demux": True}, (b"out\r\nerr\r\n", None)),
            ({"user": None}, b"out\nerr\n"),
        ],
    )
    def test_output(self, run: Make, options: dict[str, Any], expected: Any) -> None:
        """The output is bytes, or with `demux` a pair with None for an empty stream; both are in a named tuple."""
        result = run().exec_run(BOTH, **options)
        assert result == (3, expected)
        assert (result.exit_code, result.output) == result

    @pytest.mark.parametrize("options", [{}, {"demux": True}])
    def test_detached(self, run: Make, options: dict[str, Any]) -> None:
        """A detached command that runs has no exit code, and its output is an empty str."""
        assert run().exec_run("sleep 600", detach=True, **options) == (None, "")

    def test_in_docker_pys_order(self, run: Make) -> None:
        """All options may be given by their positions."""
        made = run()
        command = ["sh", "-c", 'echo "$A $PWD"; id -u; echo err >&2']
        positional = (True, True, False, False, False, "nobody", False, False, False, {"A": "1"}, "/etc", True)
        assert made.exec_run(command, *positional) == (0, (b"1 /etc\n65534\n", b"err\n"))

    def test_string_and_environment(self, run: Make) -> None:
        """A string is split as a shell would; an environment may be a list."""
        made = run()
        assert made.exec_run("echo 'a  b' $A").output == b"a  b $A\n"
        assert made.exec_run(["sh", "-c", "echo $A"], environment=["A=1"]).output == b"1\n"
        assert made.exec_run("id -u", user="65534").output == b"65534\n"

    def test_privileged(self, run: Make) -> None:
        """A privileged command asks for all capabilities, which a machine may not have to give."""
        made, command = run(), ["sh", "-c", "sed -n 's/CapEff:.//p' /proc/self/status"]
        plain, privileged = (made.exec_run(command, privileged=wanted) for wanted in (False, True))
        if privileged.exit_code == 126:
            assert b"caps" in privileged.output
        else:
            assert int(privileged.output, 16) > int(plain.output, 16)

    def test_missing_command(self, run: Make) -> None:
        """A command that is not there is an exit code with the engine's words, no error."""
        exit_code, output = run().exec_run("no-such-command")
        assert exit_code in (126, 127)
        assert b"no-such-command" in output

    def test_paused(self, run: Make, raises: Raises) -> None:
        """A paused container executes nothing."""
        made = run()
        made.pause()
        with raises("Conflict"):
            made.exec_run("true")
        made.unpause()
