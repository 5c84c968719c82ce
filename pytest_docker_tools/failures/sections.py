"""What is known of the containers of a failing test, as sections of its report."""

from __future__ import annotations

import contextlib
import inspect
from pathlib import Path
from typing import Any

import pytest

from .. import ledger
from ..closure import closure
from ..definition import Definition, definition_of
from ..ledger import Entry, Ledger
from ..output import printable
from . import log_files, look
from .description import LINES, Logs, describe
from .look import Look, Unknown, Wanted

__tracebackhide__ = True

# Where pytest's own fixtures are that run functions of the user's.
_XUNIT = ("_pytest.python", "_pytest.unittest")


def _logs(config: pytest.Config) -> Logs:
    """Give how much of a log a report shows."""
    chosen: Logs = config.getoption("docker_logs") or config.getini("docker_logs")
    return chosen


def _folder(config: pytest.Config) -> Path | None:
    """Give the folder for logs as files, if there is to be one."""
    chosen = config.getoption("docker_logs_dir")
    return config.invocation_params.dir / chosen if chosen else None


def _wanted(config: pytest.Config) -> Wanted:
    # One line more than is shown tells whether there are more.
    lines: dict[Logs, int | None] = {"all": None, "tail": LINES + 1, "none": 0}
    return Wanted(lines[_logs(config)], whole=_folder(config) is not None)


def before_removal(config: pytest.Config, entry: Entry) -> None:
    """Look at a container that is about to be removed, if a report may be about it later.

    That costs a passing test nothing where its teardown cannot fail, and else one reading of the log.
    """
    if entry.kind != "container":
        return
    run, wanted = ledger.of(config), _wanted(config)
    # Nothing that goes wrong here is to hold up the removal.
    with contextlib.suppress(Exception):
        if entry.failed:
            entry.last_look = look.take(run, entry, wanted)
        elif wanted != Wanted(0, False) and run.item and entry in run.used_by(run.item) and _may_still_fail(run.item):
            entry.last_look = look.take(run, entry, wanted, only_log=True)


def _may_still_fail(item: pytest.Item) -> bool:
    """Say whether a fixture of a test has a teardown of its own, whose failure pytest tells only when all is over."""
    nodes, function = closure(item), getattr(item, "function", None)
    # A test that has the request can add finalizers, and get fixtures that are not known before.
    if nodes is None or (function and "request" in inspect.signature(function).parameters):
        return True
    # The client ends after all containers.
    return any(_can_fail_later(node.fixturedef) for node in nodes if node.name != "docker_client")


def _can_fail_later(fixture: pytest.FixtureDef[Any]) -> bool:
    function = inspect.unwrap(fixture.func)
    is_generator = inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function)
    if function.__module__.startswith("_pytest."):
        return is_generator and function.__module__ in _XUNIT
    return definition_of(fixture.func) is None and (is_generator or "request" in fixture.argnames)


def complete(item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
    """Complete the report of a failed phase by its containers, or by who named an unknown fixture."""
    if not report.failed:
        return
    if call.excinfo and isinstance(call.excinfo.value, pytest.FixtureLookupError):
        _explain(call.excinfo.value, report)
    run = ledger.of(item.config)
    for entry in run.fail(item):
        if entry.kind == "container":
            _add_section(report, f"docker container {entry.fixture}", _section(item, run, entry))
    if call.when == "setup":
        for title, error in run.failed_besides:
            _add_section(report, f"docker {title}, which failed as well", printable(f"{type(error).__name__}: {error}"))


def _add_section(report: pytest.TestReport, title: str, text: str) -> None:
    """Add to what pytest shows of the failure. Its `sections` would be in no junit file, and not at a prompt of pdb.

    What is no traceback, as with doctests, has no place for more, so that its text gets longer.
    """
    shown: Any = report.longrepr
    if hasattr(shown, "addsection"):
        shown.addsection(title, text)
    else:
        report.longrepr = f"{shown or ''}\n{f' {title} '.center(80, '-')}\n{text}"


def _section(item: pytest.Item, run: Ledger, entry: Entry) -> str:
    """Give the text of a section; a report does not fail, whatever drivers, wrappers and engines do."""
    config = item.config
    stays = config.getoption("docker_keep") or entry.until is None
    try:
        seen = _look(config, run, entry)
        return describe(entry, seen, logs=_logs(config), stays=bool(stays), file=_file(item, entry, seen))
    except Exception as error:
        return printable(f"It cannot be shown: {type(error).__name__}: {error}")


def _look(config: pytest.Config, run: Ledger, entry: Entry) -> Look:
    if entry.last_look:
        return entry.last_look
    if entry.removed:
        return Look(Unknown("it was removed before this failure was known"))
    return look.take(run, entry, _wanted(config))


def _file(item: pytest.Item, entry: Entry, seen: Look) -> str | None:
    """Write all of a log, and say where it is."""
    folder = _folder(item.config)
    if folder is None or seen.whole_log is None:
        return None
    if isinstance(seen.whole_log, Unknown):
        return f"the log cannot be read: {seen.whole_log}"
    return log_files.write(log_files.path_of(folder, item.nodeid, entry.fixture, entry.ref), seen.whole_log)


def _explain(error: pytest.FixtureLookupError, report: pytest.TestReport) -> None:
    """Say which keyword of which factory asked for a fixture that pytest does not know.

    pytest shows the source of the function that asked, and looks for a `def`, which a factory's fixture has not.
    """
    definition = _asking(error)
    # The other reason for this error is a fixture that depends on itself, which pytest tells well.
    if definition is None or "not found" not in getattr(report.longrepr, "errorstring", ""):
        return
    keywords = [f"{key}=..." for key in definition.values if error.argname in definition.names_in(key)]
    report.longrepr = (
        f"{definition.factory}({', '.join(keywords)}) at {definition.site} refers to a fixture {error.argname!r}, "
        f"which pytest does not know there. A literal brace in a string is written {{{{ or }}}}.\n"
        f"{getattr(report.longrepr, 'errorstring', '')}"
    )


def _asking(error: pytest.FixtureLookupError) -> Definition | None:
    stack = getattr(error, "fixturestack", None) or [None]
    return definition_of(getattr(stack[-1], "func", None))
