"""Waiting for a health check, and for a line of the log."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_docker_tools import moments
from pytest_docker_tools.exceptions import ContainerNotReady, UsageError
from pytest_docker_tools.probes import Healthy, LogLine
from pytest_docker_tools.testing import MemoryEngine, MemoryImage

from .conftest import Started, last_words

CHECKED = {"Test": ["CMD", "true"]}


class TestHealthy:
    def test_is_waited_for(self, started: Started) -> None:
        """A container is ready once its health check succeeds."""
        container = started(MemoryImage(healthcheck=CHECKED, healthy_after=4), Healthy())
        container.timeout = 30
        container.wait_until_ready()
        assert container.attrs["State"]["Health"]["Status"] == "healthy"

    def test_the_last_try_is_told(self, started: Started, monkeypatch: pytest.MonkeyPatch) -> None:
        """When time is over, the state of the check is told, with the exit code and output of its last try."""
        container = started(MemoryImage(healthcheck=CHECKED, healthy_after=10**6), Healthy())
        assert last_words(container) == "its health check says starting, as it has not been tried yet"
        found = {
            "Status": "unhealthy",
            "Log": [{"ExitCode": 1, "Output": ""}, {"ExitCode": 7, "Output": "no\x1b db\n"}],
        }
        monkeypatch.setattr(container.driver, "health", lambda facts, timeout: found)
        assert last_words(container) == (
            r"its health check says unhealthy; the last try ended with exit code 7: no\x1b db"
        )

    @pytest.mark.parametrize("options", [{}, {"healthcheck": {"test": ["NONE"]}}])
    def test_without_a_check(self, started: Started, options: dict[str, Any]) -> None:
        """A container that has no health check is told at once, with what to do."""
        with pytest.raises(UsageError, match=r"has no health check.*container\(healthcheck="):
            started(MemoryImage(), Healthy(), **options).wait_until_ready()


class TestLogLine:
    @pytest.mark.parametrize("pattern", ["ready", "^server is ready$", r"port \d+", "(?i)READY"])
    def test_is_found(self, started: Started, pattern: str) -> None:
        """A regular expression is searched in the whole log, whose lines may end with \\r\\n."""
        started(MemoryImage(logs=b"boot\nserver is ready\r\nport 80\n"), LogLine(pattern)).wait_until_ready()

    def test_how_often(self, started: Started) -> None:
        """A line that comes several times may be waited for to do so."""
        image = MemoryImage(logs=b"ready\nstopping\nready\n")
        started(image, LogLine("^ready$", times=2)).wait_until_ready()
        started(image, LogLine("^ready$")).wait_until_ready()
        assert last_words(started(image, LogLine("ready", 3))) == "'ready' is not found in its log 3 times, but 2"

    def test_what_was_searched_is_told(self, started: Started) -> None:
        """When time is over, the pattern is told, and what the container wrote instead is shown."""
        container = started(MemoryImage(logs=b"waiting for godot\n"), LogLine("godot came"))
        assert last_words(container) == "'godot came' is not found in its log"
        with pytest.raises(ContainerNotReady, match="waiting for godot"):
            container.wait_until_ready()

    def test_a_run_before_does_not_count(self, started: Started, engine: MemoryEngine) -> None:
        """After a restart, only what was written since then is searched."""
        container = started(MemoryImage(), LogLine("ready"))
        engine.containers[container.id].write(b"ready\n")
        container.wait_until_ready()
        with pytest.raises(ContainerNotReady, match="'ready' is not found"):
            container.restart()
        engine.containers[container.id].write(b"ready\n")
        container.wait_until_ready()
        container.pause()
        container.unpause()

    def test_late_last_words(self, started: Started, engine: MemoryEngine) -> None:
        """A line that the engine stamps a moment after the end of its run is not of the next one."""
        container = started(MemoryImage(), LogLine("ready"))
        run = engine.containers[container.id]
        run.write(b"ready\n")
        run.started, run.finished = "2030-01-01T00:00:01Z", "2030-01-01T00:00:00Z"
        run.log[-1] = run.log[-1]._replace(time=(moments.epoch(run.finished) or 0) + 0.01)
        assert last_words(container) == "'ready' is not found in its log"
        run.log[-1] = run.log[-1]._replace(time=(moments.epoch(run.started) or 0) - 0.01)
        container.wait_until_ready()

    def test_no_regular_expression(self, started: Started) -> None:
        """What is no regular expression is told at once."""
        with pytest.raises(UsageError, match=r"LogLine\('\('\) is no regular expression"):
            started(MemoryImage(), LogLine("(")).wait_until_ready()
