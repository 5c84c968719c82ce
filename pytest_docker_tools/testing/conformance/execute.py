"""Commands in a running container."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from ...driver import Driver, ExecResult
from ...exceptions import Conflict, DeadlineExceeded, NotFound, UnsupportedOption
from ..capabilities import allowed, needs
from ..fixtures import Create

BOTH = ["sh", "-c", "echo out; echo err >&2; exit 3"]
MORE = pytest.mark.parametrize("more", [{}, {"merge_stderr": True}, {"detach": True}, {"tty": True}], ids=str)


class TestExecute:
    @needs("processes")
    def test_streams_and_exit_code(self, driver: Driver, run: Create) -> None:
        """Exit code and both streams are those of the command."""
        container = run()
        assert driver.execute(container, BOTH) == ExecResult(3, b"out\n", b"err\n")
        assert driver.execute(container, ["sh", "-c", "echo err >&2"]) == ExecResult(0, b"", b"err\n")

    @needs("processes")
    def test_merged(self, driver: Driver, run: Create) -> None:
        """Merged, both streams are in the order in which they were written."""
        script = "for i in 1 2 3; do echo $i; sleep 0.2; echo $i >&2; sleep 0.2; done"
        result = driver.execute(run(), ["sh", "-c", script], merge_stderr=True)
        assert result == ExecResult(0, b"1\n1\n2\n2\n3\n3\n", b"")

    @needs("processes")
    def test_bytes(self, driver: Driver, run: Create) -> None:
        """Output is bytes, whatever they are."""
        assert driver.execute(run(), ["printf", r"\377\000\r\n"]).stdout == b"\xff\0\r\n"

    @needs("processes")
    def test_much(self, driver: Driver, run: Create) -> None:
        """Output may be larger than what fits in a pipe, on both streams at once."""
        script = "yes out | head -c 1000000; yes error | head -c 1000000 >&2"
        result = driver.execute(run(), ["sh", "-c", script])
        assert (len(result.stdout), len(result.stderr)) == (1_000_000, 1_000_000)

    @needs("processes")
    def test_a_string_is_split(self, driver: Driver, run: Create) -> None:
        """A string is split as a shell would, and is no shell's command."""
        assert driver.execute(run(), "echo 'a  b' $HOME").stdout == b"a  b $HOME\n"

    @needs("processes")
    def test_words_that_look_like_flags(self, driver: Driver, run: Create) -> None:
        """The words of the command are its own."""
        assert driver.execute(run(), ["echo", "--help", "--", "-it"]).stdout == b"--help -- -it\n"

    @needs("processes")
    def test_environment(self, driver: Driver, run: Create) -> None:
        """Values of any form reach the command, also of names that the client reads, beside the container's."""
        container = run(environment={"MINE": "1", "OTHER": "2"})
        wanted = {"A": "a\nb", "HOME": "/home me", "DOCKER_HOST": "x", "https_proxy": "y", "N": 1, "MINE": 3}
        found = driver.execute(container, ["cat", "/proc/self/environ"], environment=wanted).stdout.decode().split("\0")
        assert {f"{name}={value}" for name, value in wanted.items()} | {"OTHER=2"} <= set(found)
        assert b"A=b=c" in driver.execute(container, ["env"], environment=["A=b=c"]).stdout.splitlines()

    @needs("processes")
    @pytest.mark.parametrize("environment", [{"MINE": None, "A": "1"}, ["MINE", "A=1"]])
    def test_unset_variables(
        self, driver: Driver, run: Create, can_unset: bool, environment: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A variable that is None, or a name alone, is unset, and not taken from the tests."""
        monkeypatch.setenv("MINE", "ours")
        container = run(environment={"MINE": "1"})
        with allowed(can_unset):
            found = driver.execute(container, ["env"], environment=environment).stdout.splitlines()
            assert b"A=1" in found
            assert not [line for line in found if line.startswith(b"MINE=")]

    @needs("processes")
    def test_workdir_and_user(self, driver: Driver, run: Create) -> None:
        """A command can have a folder and a user of its own."""
        container = run()
        found = driver.execute(container, ["sh", "-c", "pwd; id -u"], workdir="/etc", user=65534)
        assert found.stdout == b"/etc\n65534\n"
        assert driver.execute(container, ["id", "-u"], user="nobody").stdout == b"65534\n"
        assert driver.execute(container, ["id", "-g"], user="65534:7").stdout == b"7\n"

    @needs("processes")
    def test_tty(self, driver: Driver, run: Create) -> None:
        """With a terminal there is one stream, with a terminal's line ends."""
        result = driver.execute(run(), ["sh", "-c", "tty; echo error >&2"], tty=True)
        assert result.stdout.endswith(b"/0\r\nerror\r\n")
        assert result.stderr == b""

    @needs("processes")
    def test_privileged(self, driver: Driver, run: Create) -> None:
        """A privileged command has all capabilities that the machine has to give; the container has fewer."""
        container, command = run(), ["sh", "-c", "sed -n 's/CapEff:.//p' /proc/self/status"]
        plain, privileged = (driver.execute(container, command, privileged=wanted) for wanted in (False, True))
        if privileged.exit_code == 126:
            # The engine has tried, on a machine that has not got them itself.
            assert b"caps" in privileged.stdout + privileged.stderr
        else:
            assert (
                int(privileged.stdout, 16) & int(plain.stdout, 16)
                == int(plain.stdout, 16)
                != int(privileged.stdout, 16)
            )

    @needs("processes")
    def test_has_an_empty_stdin(self, driver: Driver, run: Create) -> None:
        """A command that reads its input gets an end of file."""
        assert driver.execute(run(), ["cat"], timeout=10) == ExecResult(0, b"", b"")

    @needs("processes")
    def test_detached(self, driver: Driver, run: Create) -> None:
        """A detached command is not waited for, and has no exit code."""
        container = run()
        started = time.monotonic()
        assert driver.execute(container, ["sleep", "33"], detach=True) == ExecResult(None, b"", b"")
        assert time.monotonic() - started < 20
        assert b"sleep 33" in driver.execute(container, ["ps"]).stdout

    @needs("processes")
    @pytest.mark.parametrize("merge", [False, True])
    @pytest.mark.parametrize("detach", [False, True])
    def test_missing_command(self, driver: Driver, run: Create, detach: bool, merge: bool) -> None:
        """A command that is not there is an exit code, with the engine's text as output."""
        result = driver.execute(run(), ["no-such-command"], detach=detach, merge_stderr=merge)
        assert result.exit_code in (126, 127)
        assert b"no-such-command" in result.stdout + result.stderr

    @needs("processes")
    @pytest.mark.parametrize(
        ("command", "options"),
        [(["/etc/passwd"], {}), (["true"], {"workdir": "/no/such"}), (["true"], {"user": "no-such-user"})],
    )
    def test_what_cannot_be_run(self, driver: Driver, run: Create, command: list[str], options: dict[str, Any]) -> None:
        """What is no program, a folder and a user that are not there are an exit code with the engine's text too."""
        result = driver.execute(run(), command, **options)
        assert result.exit_code in (126, 127)
        assert result.stdout + result.stderr

    @needs("processes")
    @pytest.mark.parametrize("code", [1, 2, 125, 126, 127, 130, 143, 255])
    def test_the_commands_own_exit_code(self, driver: Driver, run: Create, code: int) -> None:
        """An exit code that clients use too is the command's all the same."""
        assert driver.execute(run(), ["sh", "-c", f"echo no; exit {code}"]) == ExecResult(code, b"no\n", b"")

    @needs("processes")
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

    @MORE
    def test_not_running(self, driver: Driver, create: Create, more: Any) -> None:
        """A container that does not run is a conflict."""
        with pytest.raises(Conflict):
            driver.execute(create(), ["true"], **more)

    @MORE
    def test_paused(self, driver: Driver, run: Create, more: Any) -> None:
        """A paused container is a conflict."""
        container = run()
        driver.pause(container)
        with pytest.raises(Conflict):
            driver.execute(container, ["true"], **more)
        driver.unpause(container)

    @MORE
    def test_missing_container(self, driver: Driver, more: Any) -> None:
        """A container that is not there is NotFound."""
        with pytest.raises(NotFound, match="no-such-container"):
            driver.execute("no-such-container", ["true"], **more)

    @pytest.mark.parametrize("command", ["", []])
    def test_no_command(self, driver: Driver, run: Create, command: Any) -> None:
        """Nothing to execute is refused."""
        with pytest.raises(UnsupportedOption, match="command"):
            driver.execute(run(), command)

    @needs("processes")
    def test_deadline(self, driver: Driver, run: Create, children: Callable[[], set[int]]) -> None:
        """A command that is not done in time is DeadlineExceeded, and no process of ours is left."""
        container, before = run(), children()
        started = time.monotonic()
        with pytest.raises(DeadlineExceeded):
            driver.execute(container, ["sleep", "30"], timeout=0.5)
        assert time.monotonic() - started < 15
        assert children() == before
