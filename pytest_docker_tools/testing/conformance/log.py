"""What containers write."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from ...driver import Driver
from ...exceptions import EngineError, NotFound
from ..capabilities import needs
from ..fixtures import Create

STAYS = ["sh", "-c", "echo 1; sleep 0.2; echo 2 >&2; exec sleep 600"]
ONE_STREAM = pytest.mark.parametrize(
    ("stdout", "stderr", "expected"), [(True, False, b"1\n3\n"), (False, True, b"2\n4\n"), (False, False, b"")]
)


def until_written(driver: Driver, container: str, text: bytes) -> str:
    """Wait until a log ends in a text, and give the container back."""
    end = time.monotonic() + 30
    while not driver.logs(container).endswith(text):
        assert time.monotonic() < end
        time.sleep(0.02)
    return container


class TestLogs:
    @needs("processes")
    def test_both_streams(self, driver: Driver, written: str) -> None:
        """Both streams are given in the order in which they were written."""
        assert driver.logs(written) == b"1\n2\n3\n4\n"

    @needs("processes")
    @ONE_STREAM
    def test_streams(self, driver: Driver, written: str, stdout: bool, stderr: bool, expected: bytes) -> None:
        """The streams asked for are given."""
        assert driver.logs(written, stdout=stdout, stderr=stderr) == expected

    @needs("processes")
    @pytest.mark.parametrize(("tail", "expected"), [(0, b""), (1, b"4\n"), (100, b"1\n2\n3\n4\n")])
    def test_tail(self, driver: Driver, written: str, tail: int, expected: bytes) -> None:
        """A number of lines is counted from the end."""
        assert driver.logs(written, tail=tail) == expected

    @needs("processes")
    def test_timestamps(self, driver: Driver, written: str) -> None:
        """Each line can begin with the time at which it was written, in the form of RFC 3339."""
        lines = driver.logs(written, timestamps=True).splitlines()
        assert [line.partition(b" ")[2] for line in lines] == [b"1", b"2", b"3", b"4"]
        assert all(line[10:11] == b"T" and line[:2] == b"20" for line in lines)

    @needs("processes")
    def test_since_and_until(self, driver: Driver, run: Create) -> None:
        """Times are seconds of the epoch, with fractions; the epoch itself is not now."""
        container = run(command=["sh", "-c", "echo 1; while [ ! -e /go ]; do sleep 0.05; done; echo 2"])
        until_written(driver, container, b"1\n")
        time.sleep(0.1)
        between = time.time()
        time.sleep(0.1)
        driver.execute(container, ["touch", "/go"])
        driver.wait(container, timeout=30)
        assert driver.logs(container, since=between) == b"2\n"
        assert driver.logs(container, until=between) == b"1\n"
        assert driver.logs(container, since=0) == b"1\n2\n"

    @needs("processes")
    def test_bytes(self, driver: Driver, run: Create, raw_log: dict[str, Any]) -> None:
        """A log is bytes, whatever they are, also without an end of line."""
        container = run(command=["printf", r"\377\000\r\n\342"], **raw_log)
        driver.wait(container, timeout=30)
        assert driver.logs(container) == b"\xff\0\r\n\xe2"

    def test_not_started(self, driver: Driver, create: Create) -> None:
        """A container that has not been started has written nothing."""
        assert driver.logs(create()) == b""

    @pytest.mark.parametrize(("stdout", "stderr"), [(True, True), (True, False), (False, True)])
    def test_missing(self, driver: Driver, stdout: bool, stderr: bool) -> None:
        """A container that is not there is NotFound, whichever streams are asked for."""
        with pytest.raises(NotFound, match="no-such-container"):
            driver.logs("no-such-container", stdout=stdout, stderr=stderr)

    @needs("processes")
    def test_that_nobody_keeps(self, driver: Driver, run: Create) -> None:
        """A log that the engine does not keep is its error."""
        container = run(log_config={"Type": "none"})
        with pytest.raises(EngineError):
            driver.logs(container)

    @needs("processes")
    def test_that_say_what_the_engine_says(self, driver: Driver, run: Create) -> None:
        """The words of a container are not taken for the engine's."""
        container = run(command=["echo", "Error: No such container: x"])
        driver.wait(container, timeout=30)
        assert driver.logs(container) == b"Error: No such container: x\n"


class TestFollow:
    @needs("processes")
    def test_of_one_that_has_ended(self, driver: Driver, written: str, children: Callable[[], set[int]]) -> None:
        """All lines are given, with their ends, and no more."""
        before = children()
        with driver.follow(written) as lines:
            assert list(lines) == [b"1\n", b"2\n", b"3\n", b"4\n"]
        assert children() == before

    @needs("processes")
    @ONE_STREAM
    def test_one_stream(self, driver: Driver, written: str, stdout: bool, stderr: bool, expected: bytes) -> None:
        """One stream alone can be followed, or none."""
        with driver.follow(written, stdout=stdout, stderr=stderr) as lines:
            assert b"".join(lines) == expected

    @needs("processes")
    def test_gives_lines_as_they_are_written(self, driver: Driver, run: Create) -> None:
        """A line does not wait for the next one."""
        container = run(command=["sh", "-c", "echo 1; while [ ! -e /go ]; do sleep 0.05; done; echo 2; exec sleep 600"])
        with driver.follow(container, timeout=60) as lines:
            assert next(lines) == b"1\n"
            driver.execute(container, ["touch", "/go"])
            assert next(lines) == b"2\n"

    def test_ends_with_the_container(self, driver: Driver, run: Create) -> None:
        """There are no more lines when the container ends, which is no error."""
        container = run()
        killer = threading.Timer(0.3, driver.kill, [container])
        killer.start()
        with driver.follow(container, timeout=60) as lines:
            assert list(lines) == []
        killer.join()
        assert driver.wait(container, timeout=10) == 137

    @needs("processes")
    def test_ends_at_the_deadline(
        self, driver: Driver, run: Create, children: Callable[[], set[int]], threads: Callable[[], object]
    ) -> None:
        """At the deadline there are no more lines, which is no error, and nothing of ours is left."""
        container = until_written(driver, run(command=STAYS), b"2\n")
        before, started = children(), time.monotonic()
        with driver.follow(container, timeout=5) as lines:
            assert list(lines) == [b"1\n", b"2\n"]
            assert time.monotonic() - started < 20
        assert children() == before
        assert not threads()

    @needs("processes")
    def test_ends_when_it_is_left(
        self, driver: Driver, run: Create, children: Callable[[], set[int]], threads: Callable[[], object]
    ) -> None:
        """Leaving the context ends the process at once, and the lines."""
        before = children()
        with driver.follow(run(command=STAYS)) as lines:
            next(lines)
        assert children() == before
        assert list(lines) == []
        assert not threads()

    @needs("processes")
    def test_timestamps(self, driver: Driver, written: str) -> None:
        """Each line can begin with its time."""
        with driver.follow(written, timestamps=True, tail=1) as lines:
            assert [line.partition(b" ")[2] for line in lines] == [b"4\n"]

    @needs("processes")
    def test_tail_and_since(self, driver: Driver, written: str) -> None:
        """What was written before can be left out."""
        with driver.follow(written, tail=1) as lines:
            assert list(lines) == [b"4\n"]
        with driver.follow(written, tail=0) as lines:
            assert list(lines) == []
        with driver.follow(written, since=time.time() + 1000) as lines:
            assert list(lines) == []

    def test_missing(self, driver: Driver) -> None:
        """A container that is not there is NotFound before there are lines."""
        with pytest.raises(NotFound, match="no-such-container"), driver.follow("no-such-container"):
            pass
