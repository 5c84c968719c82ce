"""What becomes of what was recorded at the end of a run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from . import recorder
from .record import Record, read, written

__tracebackhide__ = True

# The name under which a worker of xdist hands its record to the controller.
OUTPUT = "pytest-docker-tools-timings"
_OF_WORKERS = pytest.StashKey["list[Record]"]()
_WRITTEN = pytest.StashKey[str]()


def require_writable(config: pytest.Config) -> None:
    """Raise `UsageError` where the page could not be written at the end. Nothing is written now."""
    # The controller of xdist writes it, perhaps on another machine.
    if hasattr(config, "workerinput"):
        return
    file = _page_file(config)
    if not _is_writable(file):
        raise pytest.UsageError(f"--docker-timings-page takes a file that can be written, not {str(file)!r}.")


def finish(config: pytest.Config) -> None:
    """Hand over what a worker of xdist has recorded, or write the page of a run, if that is wanted."""
    output = getattr(config, "workeroutput", None)
    own = recorder.of(config)
    if own is not None:
        own.finish()
    if output is None:
        _write_page(config)
    elif own is not None:
        output[OUTPUT] = written(own.record)


def take_over(config: pytest.Config, text: str) -> None:
    """Take what a worker has handed over."""
    config.stash.setdefault(_OF_WORKERS, []).append(read(text))


def show(config: pytest.Config, terminal: pytest.TerminalReporter) -> None:
    """Say on the terminal where the time went, and where the page is."""
    records = _records(config)
    if records and config.getoption("docker_timings"):
        from . import table

        terminal.section("docker timings")
        for line in table.lines(records, is_whole=config.getoption("verbose") > 0):
            terminal.line(line)
    if _WRITTEN in config.stash:
        terminal.write_sep("-", config.stash[_WRITTEN])


def _write_page(config: pytest.Config) -> None:
    records = _records(config)
    if not records or not config.getoption("docker_timings_page"):
        return
    from .page import page

    file = _page_file(config)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(page(records), "utf-8")
        config.stash[_WRITTEN] = f"generated docker timings: {file}"
    except OSError as error:
        config.stash[_WRITTEN] = f"no docker timings, as {str(file)!r} cannot be written: {error.strerror}"


def _is_writable(file: Path) -> bool:
    try:
        folder = next((place for place in file.parents if place.exists()), file.parent)
        place = file if file.exists() else folder
        return not file.is_dir() and folder.is_dir() and os.access(place, os.W_OK)
    except OSError:
        # A folder on the way may not be searched.
        return False


def _page_file(config: pytest.Config) -> Path:
    return config.invocation_params.dir / str(config.getoption("docker_timings_page"))


def _records(config: pytest.Config) -> list[Record]:
    """Give what was recorded here, and by workers, in the order of their names."""
    own = recorder.of(config)
    found = [*config.stash.get(_OF_WORKERS, []), *([own.record] if own else [])]
    return sorted(found, key=lambda record: (len(record.process), record.process))
