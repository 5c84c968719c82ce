"""The lines of a command, given as they are written."""

from __future__ import annotations

import gc
import threading
import weakref
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools.deadline import Deadline
from pytest_docker_tools.exceptions import DeadlineExceeded, EngineUnavailable
from pytest_docker_tools_docker_cli import runner as runner_module
from pytest_docker_tools_docker_cli.process import Child

from ..conftest import WriteClient
from .conftest import FAMILY, HELD, NEVER, Gone, command, end, family


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
