"""A command that is run to its end: what it reads and writes, and what is the result."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pytest_docker_tools.deadline import Deadline

from ..conftest import WriteClient
from .conftest import HELD, NEVER, command, end


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
