"""What a build tells while it runs, and when it fails."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ...driver import Driver
from ...exceptions import BuildFailed, DeadlineExceeded
from ..capabilities import needs
from ..fixtures import Build, Named


def says(text: str) -> re.Pattern[str]:
    """Give what finds a line that a step writes, which some builders begin with step and time."""
    return re.compile(rf"^([^R]* )?{text}$", re.MULTILINE)


class TestBuildOutput:
    @needs("processes")
    def test_progress_comes_while_it_runs(self, build: Build, image: str) -> None:
        """Each line is reported when it is written, without its end and colours."""
        seen: list[tuple[float, str]] = []
        dockerfile = f"FROM {image}\nRUN echo one >&2 && sleep 1\nRUN echo two\n".encode()
        build(lambda line: seen.append((time.monotonic(), line)), fileobj=dockerfile)
        when = {word: moment for moment, line in seen for word in ("one", "two") if says(word).search(line)}
        assert when["two"] - when["one"] > 0.5
        assert not [line for _, line in seen if "\x1b" in line or line.endswith("\n")]

    @needs("processes")
    def test_all_of_the_progress(self, build: Build, image: str) -> None:
        """No line is lost, nor is one reported twice."""
        seen: list[str] = []
        build(seen.append, fileobj=f"FROM {image}\nRUN for i in $(seq 100 130); do echo line-$i; done\n".encode())
        found = [match[0] for line in seen for match in re.finditer(r"line-\d+", line)]
        assert found == [f"line-{number}" for number in range(100, 131)]

    @needs("processes")
    def test_quiet(self, build: Build, image: str) -> None:
        """A quiet build reports nothing."""
        seen: list[str] = []
        build(seen.append, fileobj=f"FROM {image}\nRUN echo one\n".encode(), quiet=True)
        assert seen == []

    @needs("processes")
    def test_what_the_progress_raises(self, build: Build, image: str, children: Callable[[], set[int]]) -> None:
        """An error of the callback ends the build, and is the caller's."""
        before = children()

        def stop(line: str) -> None:
            raise KeyError(line)

        with pytest.raises(KeyError):
            build(stop, fileobj=f"FROM {image}\nRUN sleep 600\n".encode())
        assert children() == before

    @needs("processes")
    def test_failing_step(self, driver: Driver, build: Build, image: str, named: Named) -> None:
        """A step that fails is said with its output; the error has the whole log, and no container is left."""
        label = named("volume")
        dockerfile = f"FROM {image}\nLABEL {label}=1\nRUN echo before\nRUN echo the reason >&2; exit 7\n"
        with pytest.raises(BuildFailed, match=r"\b7\b") as raised:
            build(fileobj=dockerfile.encode())
        # What the steps before it made is the engine's cache, and not the driver's to remove.
        driver.remove("image", driver.ids("image", {"label": label}), force=True)
        assert says("the reason").search(str(raised.value))
        assert not says("before").search(str(raised.value))
        assert says("before").search(raised.value.log)
        assert driver.ids("container", {"label": label}) == []

    def test_missing_folder(self, build: Build) -> None:
        """A folder that is not there is BuildFailed, and named."""
        with pytest.raises(BuildFailed, match="/no/such"):
            build(path="/no/such")

    @pytest.mark.parametrize("dockerfile", [None, "Other"])
    def test_missing_dockerfile(self, build: Build, tmp_path: Path, dockerfile: str | None) -> None:
        """So is a folder without that Dockerfile."""
        with pytest.raises(BuildFailed, match=dockerfile or "Dockerfile"):
            build(path=str(tmp_path), dockerfile=dockerfile)

    @needs("processes")
    def test_missing_base(self, build: Build, named: Named) -> None:
        """A base image that is nowhere is BuildFailed, and named."""
        with pytest.raises(BuildFailed, match=(base := named("image"))):
            build(fileobj=f"FROM {base}\n".encode())

    @needs("processes")
    def test_what_is_no_instruction(self, build: Build, image: str) -> None:
        """A Dockerfile that cannot be read is BuildFailed."""
        with pytest.raises(BuildFailed, match=r"(?i)nonsense"):
            build(fileobj=f"FROM {image}\nNONSENSE\n".encode())

    @needs("processes")
    def test_deadline(
        self, build: Build, image: str, children: Callable[[], set[int]], threads: Callable[[], set[threading.Thread]]
    ) -> None:
        """A build that is not done in time is DeadlineExceeded, and nothing of ours is left."""
        before, started = children(), time.monotonic()
        with pytest.raises(DeadlineExceeded):
            build(fileobj=f"FROM {image}\nRUN sleep 600\n".encode(), timeout=1)
        assert time.monotonic() - started < 15
        assert children() == before
        assert not threads()
