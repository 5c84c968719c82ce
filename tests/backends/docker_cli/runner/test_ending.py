"""Commands that are ended before they are done: at the deadline, by Ctrl-C, by closing the runner."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pytest_docker_tools.deadline import Deadline
from pytest_docker_tools.exceptions import DeadlineExceeded, EngineUnavailable

from ..conftest import WriteClient
from .conftest import FAMILY, NEVER, Gone, command, end, family


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
