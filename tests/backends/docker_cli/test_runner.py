"""Running commands of a client program."""

from __future__ import annotations

import gc
import io
import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools.deadline import Deadline
from pytest_docker_tools.exceptions import DeadlineExceeded, EngineError, EngineUnavailable
from pytest_docker_tools_docker_cli import Command, Runner
from pytest_docker_tools_docker_cli import runner as runner_module
from pytest_docker_tools_docker_cli.process import Child

WriteClient = Callable[[str], Runner]
Recording = tuple[Runner, Callable[[], dict[str, Any]]]
Gone = Callable[[int], bool]

NEVER = Deadline(None)

# Starts a child, which starts a grandchild; their ids are in a file, and none of them ends.
FAMILY = """
import os, subprocess, sys, time
sleeper = "import time; time.sleep(600)"
child = (
    "import subprocess, sys, time; "
    f"print(subprocess.Popen([sys.executable, '-c', {sleeper!r}]).pid, flush=True); time.sleep(600)"
)
started = subprocess.Popen([sys.executable, "-c", child], stdout=subprocess.PIPE, text=True)
grandchild = started.stdout.readline().strip()
path = os.path.join(os.path.dirname(sys.argv[0]), "family")
open(path + ".new", "w").write(f"{os.getpid()} {started.pid} {grandchild}")
os.rename(path + ".new", path)
print("ready", flush=True)
time.sleep(600)
"""
# Leaves behind a process that holds its output open, and writes the id of that.
HELD = """
import subprocess
print(subprocess.Popen(["sleep", "60"]).pid, flush=True)
"""


def family(folder: Path) -> list[int]:
    """Give the process ids of FAMILY once they are there."""
    patience = Deadline(60)
    while not (folder / "family").exists():
        assert not patience.passed, "They have not all begun."
        time.sleep(0.01)
    return [int(pid) for pid in (folder / "family").read_text().split()]


def end(pid: str) -> None:
    """End a process, which has to be running still."""
    os.kill(int(pid), signal.SIGKILL)


def command(*arguments: str, **more: Any) -> Command:
    return Command(arguments, **more)


class TestRun:
    def test_gives_exit_code_and_both_streams(self, write_client: WriteClient) -> None:
        """What a command returns and writes is the result, as bytes."""
        runner = write_client(
            "import sys, os; os.write(1, b'\\xff out'); os.write(2, b'err'); sys.exit(int(sys.argv[1]))"
        )
        result = runner.run(command("3"), NEVER)
        assert (result.exit_code, result.stdout, result.stderr) == (3, b"\xff out", b"err")

    def test_merges_streams_in_order(self, write_client: WriteClient) -> None:
        """Merged, both streams are in the order in which they were written."""
        runner = write_client("import os\nfor n in range(50): os.write(1 + n % 2, b'%d ' % n)")
        result = runner.run(command(), NEVER, merge=True)
        assert result.stdout.split() == [b"%d" % n for n in range(50)]

    def test_takes_more_output_than_a_pipe_holds(self, write_client: WriteClient) -> None:
        """Both streams are read as they come, so that neither waits for the other."""
        runner = write_client("import os\nfor n in range(40): os.write(2, b'e' * 65536); os.write(1, b'o' * 65536)")
        result = runner.run(command(), Deadline(30))
        assert (len(result.stdout), len(result.stderr)) == (40 * 65536, 40 * 65536)

    def test_writes_output_to_a_file(self, write_client: WriteClient) -> None:
        """Output can go to a file object instead of the result."""
        taken = io.BytesIO()
        result = write_client("print('archive')").run(command(), NEVER, output=taken)
        assert (taken.getvalue(), result.stdout) == (b"archive\n", b"")

    def test_passes_on_what_goes_wrong_with_that_file(self, write_client: WriteClient) -> None:
        """An error of the file object that takes the output is the caller's."""

        class Full(io.BytesIO):
            def write(self, data: Any) -> int:
                raise OSError("no space")

        with pytest.raises(OSError, match="no space"):
            write_client("print('archive')").run(command(), Deadline(30), output=Full())

    def test_has_an_empty_stdin(self, write_client: WriteClient) -> None:
        """A command that reads its input gets an end of file, not ours."""
        assert write_client("import sys; print(repr(sys.stdin.read()))").run(command(), NEVER).text == "''"

    @pytest.mark.parametrize("size", [0, 5, 3_000_000])
    def test_feeds_bytes_and_files(self, write_client: WriteClient, size: int) -> None:
        """Bytes, and a file object that has no descriptor, are what the command reads."""
        runner = write_client("import sys; print(len(sys.stdin.buffer.read()))")
        for stdin in (b"x" * size, io.BytesIO(b"x" * size)):
            assert runner.run(command(stdin=stdin), NEVER).text == str(size)

    def test_passes_on_what_goes_wrong_with_its_input(self, write_client: WriteClient) -> None:
        """An error of the file object that is the input is the caller's."""

        class Broken(io.BytesIO):
            def read(self, size: int | None = -1) -> bytes:
                raise OSError("gone")

        with pytest.raises(OSError, match="gone"):
            write_client("import sys; sys.stdin.read()").run(command(stdin=Broken()), Deadline(30))

    def test_may_leave_its_input_unread(self, write_client: WriteClient) -> None:
        """A command that ends without reading all of its input is no error."""
        assert write_client("print('enough')").run(command(stdin=b"x" * 3_000_000), NEVER).text == "enough"

    def test_does_not_wait_for_what_holds_its_output(self, write_client: WriteClient) -> None:
        """A command is done when it ends, even if a process that it left still has its output open."""
        end(write_client(HELD).run(command(), NEVER).text)

    def test_runs_many_at_once(self, write_client: WriteClient) -> None:
        """Sixteen threads get sixteen results, each its own."""
        runner = write_client("import sys, time; time.sleep(0.2); print(sys.argv[1]); print(sys.stdin.read())")
        with ThreadPoolExecutor(16) as pool:
            results = pool.map(lambda n: runner.run(command(str(n), stdin=b"%d" % n), Deadline(60)).text, range(16))
        assert [text.split() for text in results] == [[str(n), str(n)] for n in range(16)]


class TestDeadline:
    def test_ends_the_command_with_its_children(self, write_client: WriteClient, tmp_path: Path, gone: Gone) -> None:
        """Of a command that is not done in time, neither children nor grandchildren are left."""
        runner = write_client(FAMILY)
        with pytest.raises(DeadlineExceeded, match=r"was not done after 10 seconds") as raised:
            runner.run(command("inspect"), Deadline(10))
        assert raised.value.command == "client inspect"
        assert all(gone(pid) for pid in family(tmp_path))

    def test_does_not_believe_the_exit_code(self, write_client: WriteClient) -> None:
        """A command that would end well when it is asked to end is not done all the same."""
        runner = write_client("import signal, sys, time; signal.signal(15, lambda *a: sys.exit(0)); time.sleep(600)")
        with pytest.raises(DeadlineExceeded):
            runner.run(command(), Deadline(0.5))

    def test_is_not_held_up_by_a_process_that_left(self, write_client: WriteClient, tmp_path: Path) -> None:
        """A descendant in a session of its own, which is not ours to end, does not hold up the caller."""
        runner = write_client(
            "import subprocess, time\n"
            "left = subprocess.Popen(['sleep', '60'], start_new_session=True)\n"
            f"open({str(tmp_path / 'left')!r}, 'w').write(str(left.pid))\n"
            "time.sleep(600)"
        )
        with pytest.raises(DeadlineExceeded):
            runner.run(command(), Deadline(3))
        end((tmp_path / "left").read_text())

    def test_counts_for_a_command_that_closes_its_output(self, write_client: WriteClient) -> None:
        """A command without output is waited for no longer than any other."""
        runner = write_client("import os, time; os.close(1); os.close(2); time.sleep(600)")
        with pytest.raises(DeadlineExceeded):
            runner.run(command(), Deadline(0.5))


class TestInterruption:
    def test_ends_the_command_with_its_children(self, tmp_path: Path, write_client: WriteClient, gone: Gone) -> None:
        """Ctrl-C reaches the caller, and nothing that a command started is left."""
        write_client(FAMILY)
        caller = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "from pytest_docker_tools_docker_cli import Command, Runner\n"
                "from pytest_docker_tools.deadline import Deadline\n"
                "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
                f"try: Runner({str(tmp_path / 'client')!r}).run(Command(()), Deadline(None))\n"
                "except KeyboardInterrupt: print('interrupted')",
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        pids = family(tmp_path)
        caller.send_signal(signal.SIGINT)
        assert caller.communicate(timeout=10)[0] == "interrupted\n"
        assert all(gone(pid) for pid in pids)

    def test_does_not_come_from_the_terminal(self, write_client: WriteClient) -> None:
        """A command has a session of its own, so that the terminal's signals do not reach it."""
        assert write_client("import os; print(os.getsid(0) == os.getpid())").run(command(), NEVER).text == "True"


class TestClose:
    def test_ends_what_runs_in_other_threads(self, write_client: WriteClient, tmp_path: Path, gone: Gone) -> None:
        """Closing ends a running command with its children, and its caller gets EngineUnavailable."""
        runner = write_client(FAMILY)
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(runner.run, command(), NEVER)
            pids = family(tmp_path)
            runner.close()
            with pytest.raises(EngineUnavailable, match="has been closed"):
                running.result(timeout=5)
        assert all(gone(pid) for pid in pids)

    def test_refuses_later_calls(self, write_client: WriteClient) -> None:
        """After closing, and closing again, no command is run."""
        runner = write_client("print('ran')")
        runner.close()
        runner.close()
        with pytest.raises(EngineUnavailable, match="has been closed"):
            runner.run(command(), NEVER)
        with pytest.raises(EngineUnavailable), runner.lines(command(), NEVER):
            pass


class TestLines:
    def test_come_as_they_are_written(self, write_client: WriteClient, tmp_path: Path) -> None:
        """A line is given while the command still runs, with its end, and so is a last one without."""
        taken = tmp_path / "taken"
        runner = write_client(
            "import os, time\n"
            "print('one', flush=True)\n"
            f"while not os.path.exists({str(taken)!r}): time.sleep(0.01)\n"
            "print('two'); print('three', end='')"
        )
        with runner.lines(command(), Deadline(60)) as lines:
            assert next(lines) == b"one\n"
            taken.touch()
            assert list(lines) == [b"two\n", b"three"]
            assert lines.exit_code == 0

    @pytest.mark.parametrize(("only", "rest"), [("stdout", b"e\n"), ("stderr", b"")])
    def test_may_be_of_one_stream(self, write_client: WriteClient, only: str, rest: bytes) -> None:
        """Of one stream alone, the lines are that stream's."""
        runner = write_client("import sys; print('o'); print('e', file=sys.stderr); sys.exit(4)")
        with runner.lines(command(), NEVER, stdout=only == "stdout", stderr=only == "stderr") as lines:
            assert list(lines) == [only[3:4].encode() + b"\n"]
        assert (lines.exit_code, bytes(lines.stderr)) == (4, rest)

    def test_end_at_the_deadline(self, write_client: WriteClient, tmp_path: Path, gone: Gone) -> None:
        """A command that writes nothing more is ended at the deadline, with its children."""
        with write_client(FAMILY).lines(command(), Deadline(2)) as lines:
            with pytest.raises(DeadlineExceeded):
                list(lines)
            pids = family(tmp_path)
        assert all(gone(pid) for pid in pids)

    def test_end_at_the_deadline_of_a_command_that_never_stops_writing(self, write_client: WriteClient) -> None:
        """Lines that keep coming do not put off the deadline, and are not collected without bound."""
        with (
            write_client("while True: print('y' * 1000)").lines(command(), Deadline(0.5)) as lines,
            pytest.raises(DeadlineExceeded),
        ):
            sum(map(len, lines))

    def test_end_when_the_context_is_left(self, write_client: WriteClient, tmp_path: Path, gone: Gone) -> None:
        """Leaving the context ends the command, and there are no lines any more."""
        with write_client(FAMILY).lines(command(), NEVER) as lines:
            assert next(lines) == b"ready\n"
            pids = family(tmp_path)
        assert all(gone(pid) for pid in pids)
        assert list(lines) == []

    @pytest.mark.parametrize(("patience", "undone"), [(0, False), (30, True)])
    def test_undo_what_they_have_done(
        self, write_client: WriteClient, tmp_path: Path, patience: float, undone: bool
    ) -> None:
        """A command that has the patience of its caller is hung up before it is ended for certain."""
        code = """
import os, signal, sys, time
def undo(*_):
    open(sys.argv[1], "w").close()
    sys.exit(1)
signal.signal(signal.SIGHUP, undo)
print("ready", flush=True)
time.sleep(600)
"""
        done = tmp_path / "undone"
        with write_client(code).lines(command(str(done), patience=patience), NEVER) as lines:
            next(lines)
        assert done.exists() is undone

    def test_that_will_not_end_are_ended(self, write_client: WriteClient, tmp_path: Path, gone: Gone) -> None:
        """A command that does not heed being hung up is ended with its children when its time is over."""
        deaf = f"import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n{FAMILY}"
        with write_client(deaf).lines(command(patience=0.2), NEVER) as lines:
            assert next(lines) == b"ready\n"
            pids = family(tmp_path)
        assert all(gone(pid) for pid in pids)

    def test_leaving_a_command_that_writes_much_does_not_hang(self, write_client: WriteClient) -> None:
        """Nobody waits for room in a queue that nobody reads, and no thread is left."""
        with write_client("while True: print('y')").lines(command(), NEVER) as lines:
            next(lines)
        assert [thread for thread in threading.enumerate() if thread.name == "docker-cli"] == []

    def test_do_not_wait_for_what_holds_the_output(self, write_client: WriteClient) -> None:
        """The lines end with the command, even if a process that it left still has its output open."""
        with write_client(HELD).lines(command(), NEVER) as lines:
            [line] = lines
        end(line.decode())

    def test_are_forgotten(self, write_client: WriteClient) -> None:
        """Nothing is kept of a command that is over."""
        runner = write_client("print(1)")
        with runner.lines(command(), NEVER) as lines:
            list(lines)
        runner.run(command(), NEVER)
        runner.finish(runner.begin(command()))
        seen = weakref.ref(lines.child)
        del lines
        gc.collect()
        assert seen() is None

    @pytest.mark.parametrize("how", ["run", "begin"])
    def test_that_start_while_the_runner_closes_are_ended(
        self, write_client: WriteClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, gone: Gone, how: str
    ) -> None:
        """A command that `close` comes too early for is ended all the same."""
        runner = write_client(FAMILY)
        started: list[int] = []

        class Late(Child):
            def __init__(self, *arguments: Any, **options: Any) -> None:
                super().__init__(*arguments, **options)
                started.extend(family(tmp_path))
                runner.close()

        monkeypatch.setattr(runner_module, "Child", Late)
        with pytest.raises(EngineUnavailable, match="has been closed"):
            runner.begin(command()) if how == "begin" else runner.run(command(), NEVER)
        assert started
        assert all(gone(pid) for pid in started)

    def test_end_when_the_runner_is_closed(self, write_client: WriteClient) -> None:
        """Who reads lines when the runner is closed gets EngineUnavailable."""
        runner = write_client(FAMILY)
        with runner.lines(command(), NEVER) as lines:
            next(lines)
            threading.Timer(0.2, runner.close).start()
            with pytest.raises(EngineUnavailable):
                next(lines)


class TestProgram:
    def test_missing_is_said_on_first_use(self) -> None:
        """A runner of a missing program can be made, and says what to install when it is used."""
        runner = Runner("no-such-client", install="Install it.")
        with pytest.raises(EngineUnavailable, match=r"There is no 'no-such-client' on the PATH\. Install it\."):
            runner.run(command("version"), NEVER)

    def test_that_cannot_be_run_is_said(self, tmp_path: Path) -> None:
        """A program that the system refuses is an unavailable engine."""
        (tmp_path / "client").write_text("#!/no/such/interpreter\n")
        (tmp_path / "client").chmod(0o755)
        with pytest.raises(EngineUnavailable, match="cannot be run"):
            Runner(str(tmp_path / "client")).run(command(), NEVER)

    def test_environment_and_directory_are_fixed(
        self, recording: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What a test does to its own environment and directory later does not change the engine."""
        runner, recorded = recording
        before = os.getcwd()
        monkeypatch.setenv("DOCKER_HOST", "tcp://elsewhere")
        monkeypatch.setenv("PATH", "")
        monkeypatch.chdir(tmp_path)
        runner.run(command(), NEVER)
        assert recorded()["directory"] == before
        assert "DOCKER_HOST" not in recorded()["environment"]

    def test_environment_can_be_changed(self, write_client: WriteClient, tmp_path: Path) -> None:
        """A runner's own variables replace or remove those of the process."""
        write_client("import os; print(os.environ.get('NEW'), os.environ.get('HOME'))")
        runner = Runner(str(tmp_path / "client"), {"NEW": "1", "HOME": None})
        assert runner.run(command(), NEVER).text == "1 None"

    def test_first_words(self, tmp_path: Path, recording: Recording) -> None:
        """They come before those of each command, in what is run, shown and said."""
        runner = Runner(str(tmp_path / "client"), first_words=("the engine", "x"))
        assert runner.run(command("ps", "--all"), NEVER).command == "client 'the engine' x ps --all"
        assert recording[1]()["argv"] == ["the engine", "x", "ps", "--all"]
        runner.close()
        with pytest.raises(EngineUnavailable, match=r"^'client 'the engine' x ps' was not done"):
            runner.run(command("ps"), NEVER)

    def test_prefix(self, tmp_path: Path, write_client: WriteClient) -> None:
        """What the client writes before its lines is not what it complains of; elsewhere in a line it stays."""
        write_client("import sys; sys.exit('a.b: Error: no a.b: x\\na.b: exit status 1\\naxb: y')")
        result = Runner(str(tmp_path / "client"), prefix="a.b: ").run(command(), NEVER)
        assert result.complaint == "Error: no a.b: x\nexit status 1\naxb: y"
        assert result.stderr == b"a.b: Error: no a.b: x\na.b: exit status 1\naxb: y\n"


class TestSecrets:
    def test_reach_the_environment_only(self, recording: Recording) -> None:
        """Secret values are in the command's environment, not among its arguments, and what is unset is not there."""
        runner, recorded = recording
        runner.run(command("create", secrets={"PASSWORD": "hunter2"}, unset=frozenset({"HOME"})), NEVER)
        assert recorded()["argv"] == ["create"]
        assert recorded()["environment"]["PASSWORD"] == "hunter2"
        assert "HOME" not in recorded()["environment"]

    def test_are_not_shown(self, write_client: WriteClient) -> None:
        """No representation, message or shown command has a secret value."""
        secret = command(
            "volume", "create", "--opt=o=user=me,password=hunter2", secrets={"P": "hunter2"}, stdin=b"hunter2"
        )
        runner = write_client("import time; time.sleep(600)")
        with pytest.raises(DeadlineExceeded) as raised:
            runner.run(secret, Deadline(0.2))
        assert "hunter2" not in f"{secret.shown('docker')} {raised.value} {raised.value.command}"
        assert "hunter2" not in repr(Command((), {"P": "hunter2"}, stdin=b"hunter2"))

    @pytest.mark.parametrize(
        "word",
        [
            "--network=name=n,driver-opt=a=hunter2",
            '--network=name=n,"driver-opt=a=1,hunter2"',
            '--mount=type=volume,target=/x,"volume-opt=o=a,password=hunter2"',
            '--log-opt="token=a,hunter2"',
            "--driver-opt=a=hunter2",
        ],
    )
    def test_are_not_shown_of_options(self, word: str) -> None:
        """What a client takes only as an argument, and may be secret, is not shown."""
        shown = command("create", word).shown("docker")
        assert "hunter2" not in shown + repr(command("create", word))
        assert word.partition("=")[0] in shown

    @pytest.mark.parametrize("word", ["a\0b", "\ud800"])
    def test_that_no_process_can_be_given_are_refused_in_a_sentence(self, write_client: WriteClient, word: str) -> None:
        """A name that cannot be an argument is an error that shows it, and nothing is run."""
        with pytest.raises(EngineError, match=r"inspect' was not run: .*which no process can be given") as caught:
            write_client("raise SystemExit(0)").run(command("inspect", "--", word), NEVER)
        assert repr(word) in str(caught.value)

    def test_too_long_are_refused_in_a_sentence(self, write_client: WriteClient) -> None:
        """An environment that the system does not take is an error that says what to do."""
        with pytest.raises(EngineError, match="longer than this system allows"):
            write_client("").run(command("create", secrets={"BIG": "x" * 4_000_000}), NEVER)
