"""What containers write."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from pytest_docker_tools.driver import Driver
from pytest_docker_tools.exceptions import EngineError, NotFound

Create = Callable[..., str]
BOTH = ["sh", "-c", "echo 1; sleep 0.02; echo 2 >&2; sleep 0.02; echo 3; sleep 0.02; echo 4 >&2"]
SLOW = ["sh", "-c", "echo 1; sleep 0.5; echo 2 >&2; exec sleep 600"]


@pytest.fixture
def written(driver: Driver, run: Create) -> str:
    """A container that has written to both streams, and ended."""
    container = run(command=BOTH)
    driver.wait(container, timeout=30)
    return container


class TestLogs:
    @pytest.mark.parametrize(
        ("stdout", "stderr", "expected"),
        [(True, True, b"1\n2\n3\n4\n"), (True, False, b"1\n3\n"), (False, True, b"2\n4\n"), (False, False, b"")],
    )
    def test_streams(self, driver: Driver, written: str, stdout: bool, stderr: bool, expected: bytes) -> None:
        """The streams asked for are given, in the order in which they were written."""
        assert driver.logs(written, stdout=stdout, stderr=stderr) == expected

    @pytest.mark.parametrize(("tail", "expected"), [(0, b""), (1, b"4\n"), (100, b"1\n2\n3\n4\n")])
    def test_tail(self, driver: Driver, written: str, tail: int, expected: bytes) -> None:
        """A number of lines is counted from the end."""
        assert driver.logs(written, tail=tail) == expected

    def test_timestamps(self, driver: Driver, written: str) -> None:
        """Each line can have the time at which it was written."""
        assert b"Z 1\n" in driver.logs(written, timestamps=True)

    def test_since_and_until(self, driver: Driver, run: Create) -> None:
        """Times are seconds of the epoch, with fractions; the epoch itself is not now."""
        container = run(command=["sh", "-c", "echo 1; sleep 1; echo 2"])
        time.sleep(0.5)
        between = time.time()
        driver.wait(container, timeout=30)
        assert driver.logs(container, since=between) == b"2\n"
        assert driver.logs(container, until=between) == b"1\n"
        assert driver.logs(container, since=0) == b"1\n2\n"

    def test_bytes(self, driver: Driver, run: Create) -> None:
        """A log is bytes, whatever they are, also without an end of line."""
        # The engine's usual log is JSON, which cannot have them all.
        container = run(command=["printf", r"\377\000\r\n\342"], log_config={"Type": "local"})
        driver.wait(container, timeout=30)
        assert driver.logs(container) == b"\xff\0\r\n\xe2"

    def test_not_started(self, driver: Driver, create: Create) -> None:
        """A container that has not been started has written nothing."""
        assert driver.logs(create()) == b""

    def test_missing(self, driver: Driver) -> None:
        """A container that is not there is NotFound, whichever streams are asked for."""
        for stdout, stderr in ((True, True), (True, False), (False, True)):
            with pytest.raises(NotFound):
                driver.logs("no-such-container", stdout=stdout, stderr=stderr)

    def test_of_a_driver_that_keeps_none(self, driver: Driver, run: Create) -> None:
        """A log that the engine does not keep is its error."""
        with pytest.raises(EngineError, match="does not support reading"):
            driver.logs(run(log_config={"Type": "none"}))

    def test_that_say_what_the_engine_says(self, driver: Driver, run: Create) -> None:
        """The words of a container are not taken for the engine's."""
        container = run(command=["echo", "Error: No such container: x"])
        driver.wait(container, timeout=30)
        assert driver.logs(container) == b"Error: No such container: x\n"


class TestFollow:
    def test_ends_with_the_container(self, driver: Driver, written: str) -> None:
        """All lines are given, with their ends, and then the container has ended."""
        with driver.follow(written) as lines:
            assert list(lines) == [b"1\n", b"2\n", b"3\n", b"4\n"]

    @pytest.mark.parametrize(("stdout", "stderr", "expected"), [(True, False, b"1\n3\n"), (False, True, b"2\n4\n")])
    def test_one_stream(self, driver: Driver, written: str, stdout: bool, stderr: bool, expected: bytes) -> None:
        """One stream alone can be followed."""
        with driver.follow(written, stdout=stdout, stderr=stderr) as lines:
            assert b"".join(lines) == expected

    def test_gives_lines_as_they_are_written(self, driver: Driver, run: Create) -> None:
        """A line does not wait for the next one."""
        with driver.follow(run(command=SLOW)) as lines:
            assert next(lines) == b"1\n"
            assert next(lines) == b"2\n"

    def test_ends_at_the_deadline(self, driver: Driver, run: Create, children: Callable[[], set[int]]) -> None:
        """At the deadline there are no more lines, which is no error."""
        before, started = children(), time.monotonic()
        with driver.follow(run(command=SLOW), timeout=1.5) as lines:
            assert list(lines) == [b"1\n", b"2\n"]
            assert time.monotonic() - started < 8
        assert children() == before

    def test_ends_when_it_is_left(self, driver: Driver, run: Create, children: Callable[[], set[int]]) -> None:
        """Leaving the context ends the process at once, and the lines."""
        before = children()
        with driver.follow(run(command=SLOW)) as lines:
            next(lines)
        assert children() == before
        assert list(lines) == []

    def test_tail_and_since(self, driver: Driver, written: str) -> None:
        """What was written before can be left out."""
        with driver.follow(written, tail=1) as lines:
            assert list(lines) == [b"4\n"]
        with driver.follow(written, since=time.time() + 1000) as lines:
            assert list(lines) == []

    def test_missing(self, driver: Driver) -> None:
        """A container that is not there is NotFound before there are lines."""
        with pytest.raises(NotFound), driver.follow("no-such-container"):
            pass
