"""Commands in a running container."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from pytest_docker_tools.driver import Driver, ExecResult
from pytest_docker_tools.exceptions import Conflict, DeadlineExceeded, NotFound, UnsupportedOption

Create = Callable[..., str]
BOTH = ["sh", "-c", "echo out; echo err >&2; exit 3"]


class TestExecute:
    def test_streams_and_exit_code(self, driver: Driver, run: Create) -> None:
        """Exit code and both streams are those of the command."""
        assert driver.execute(run(), BOTH) == ExecResult(3, b"out\n", b"err\n")

    def test_merged(self, driver: Driver, run: Create) -> None:
        """Merged, both streams are in the order in which they were written."""
        script = "for i in 1 2 3; do echo $i; sleep 0.02; echo $i >&2; sleep 0.02; done"
        result = driver.execute(run(), ["sh", "-c", script], merge_stderr=True)
        assert result == ExecResult(0, b"1\n1\n2\n2\n3\n3\n", b"")

    def test_bytes(self, driver: Driver, run: Create) -> None:
        """Output is bytes, whatever they are."""
        assert driver.execute(run(), ["printf", r"\377\000"]).stdout == b"\xff\0"

    def test_a_string_is_split(self, driver: Driver, run: Create) -> None:
        """A string is split as a shell would, and is no shell's command."""
        assert driver.execute(run(), "echo 'a  b' $HOME").stdout == b"a  b $HOME\n"

    def test_words_that_look_like_flags(self, driver: Driver, run: Create) -> None:
        """The words of the command are its own."""
        assert driver.execute(run(), ["echo", "--help", "--", "-it"]).stdout == b"--help -- -it\n"

    def test_environment(self, driver: Driver, run: Create) -> None:
        """Values of any form reach the command, also of names that the client reads; None unsets the container's."""
        container = run(environment={"MINE": "1", "OTHER": "2"})
        wanted = {"A": "a\nb", "HOME": "/home me", "DOCKER_HOST": "x", "https_proxy": "y", "MINE": None}
        found = driver.execute(container, ["cat", "/proc/self/environ"], environment=wanted).stdout.decode().split("\0")
        assert {"A=a\nb", "HOME=/home me", "DOCKER_HOST=x", "https_proxy=y", "OTHER=2"} <= set(found)
        assert not [line for line in found if line.startswith("MINE=")]

    def test_workdir_and_user(self, driver: Driver, run: Create) -> None:
        """A command can have a folder and a user of its own."""
        container = run()
        assert (
            driver.execute(container, ["sh", "-c", "pwd; id -u"], workdir="/etc", user=65534).stdout == b"/etc\n65534\n"
        )
        assert driver.execute(container, ["id", "-u"], user="nobody").stdout == b"65534\n"

    def test_tty(self, driver: Driver, run: Create) -> None:
        """With a terminal there is one stream, with a terminal's line ends."""
        assert driver.execute(run(), ["tty"], tty=True).stdout.endswith(b"/0\r\n")

    def test_privileged(self, driver: Driver, run: Create) -> None:
        """A privileged command has capabilities that the container does not have."""
        container = run()
        plain, privileged = (
            driver.execute(container, ["grep", "CapEff", "/proc/self/status"], privileged=wanted).stdout
            for wanted in (False, True)
        )
        assert plain != privileged

    def test_has_an_empty_stdin(self, driver: Driver, run: Create) -> None:
        """A command that reads its input gets an end of file."""
        assert driver.execute(run(), ["cat"], timeout=10) == ExecResult(0, b"", b"")

    def test_detached(self, driver: Driver, run: Create) -> None:
        """A detached command is not waited for, and has no exit code."""
        container = run()
        started = time.monotonic()
        assert driver.execute(container, ["sleep", "30"], detach=True) == ExecResult(None, b"", b"")
        assert time.monotonic() - started < 10
        assert b"sleep 30" in driver.execute(container, ["ps"]).stdout

    @pytest.mark.parametrize("detach", [False, True])
    def test_missing_command(self, driver: Driver, run: Create, detach: bool) -> None:
        """A command that is not there is an exit code, with the engine's text as output."""
        result = driver.execute(run(), ["no-such-command"], detach=detach)
        assert result.exit_code in (126, 127)
        assert b"executable file not found" in result.stdout

    @pytest.mark.parametrize("code", [1, 125, 126, 127, 255])
    def test_the_commands_own_exit_code(self, driver: Driver, run: Create, code: int) -> None:
        """An exit code that clients use too is the command's all the same."""
        assert driver.execute(run(), ["sh", "-c", f"echo no; exit {code}"]) == ExecResult(code, b"no\n", b"")

    @pytest.mark.parametrize(
        "text",
        [
            "Error: No such container: x",
            "Error response from daemon: Container x is not running",
            "Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?",
        ],
    )
    @pytest.mark.parametrize("merge", [False, True])
    def test_the_commands_own_words(self, driver: Driver, run: Create, text: str, merge: bool) -> None:
        """A command that says what an engine says is not taken for one."""
        result = driver.execute(run(), ["sh", "-c", 'echo "$1" >&2; exit 1', "-", text], merge_stderr=merge)
        assert (result.exit_code, result.stdout + result.stderr) == (1, f"{text}\n".encode())

    @pytest.mark.parametrize("more", [{}, {"merge_stderr": True}, {"detach": True}, {"tty": True}])
    def test_not_running(self, driver: Driver, create: Create, more: Any) -> None:
        """A container that does not run is a conflict."""
        with pytest.raises(Conflict, match="created, not running"):
            driver.execute(create(), ["true"], **more)

    def test_paused(self, driver: Driver, run: Create) -> None:
        """A paused container is a conflict."""
        container = run()
        driver.pause(container)
        with pytest.raises(Conflict, match="paused, not running"):
            driver.execute(container, ["true"])
        driver.unpause(container)

    def test_missing_container(self, driver: Driver) -> None:
        """A container that is not there is NotFound."""
        with pytest.raises(NotFound, match="no-such-container"):
            driver.execute("no-such-container", ["true"])

    def test_no_command(self, driver: Driver) -> None:
        """Nothing to execute is refused before the engine is asked."""
        with pytest.raises(UnsupportedOption):
            driver.execute("any", "")
        with pytest.raises(UnsupportedOption):
            driver.execute("any", [])

    def test_deadline(self, driver: Driver, run: Create, children: Callable[[], set[int]]) -> None:
        """A command that is not done in time is DeadlineExceeded, and no process of ours is left."""
        container, before = run(), children()
        with pytest.raises(DeadlineExceeded):
            driver.execute(container, ["sleep", "30"], timeout=0.5)
        assert children() == before
