"""What the containers of a failing test wrote, as sections of its report."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from .factory import Definition, definition_of
from .output import shown

if TYPE_CHECKING:
    from .wrappers.container import Container

__tracebackhide__ = True

# The most that is read, and that is shown, of the end of a container's output.
LINES = 1000
CHARACTERS = 50_000
_ITEM = pytest.StashKey["pytest.Item | None"]()
_WATCHED = pytest.StashKey["list[Watched]"]()


@dataclass
class Watched:
    """A container of a fixture, and, once it is removed, its last output."""

    fixture: str
    node: object
    made_during: str | None
    container: Container | None = None
    last_output: str | None = None

    def keep_output(self) -> None:
        """Read the output now, as the container is about to be removed."""
        if self.container is not None:
            self.last_output = self.output()

    def output(self) -> str:
        """Give the last lines that the container wrote, or a sentence why they cannot be had."""
        if self.last_output is not None or self.container is None:
            return self.last_output or "(it was not made)"
        try:
            return shown(self.container.logs(tail=LINES), CHARACTERS) or "(it wrote nothing)"
        except Exception as error:  # also what a wrapper class of the user's raises: a report must not fail
            return f"(its output cannot be read: {error})"

    def concerns(self, item: pytest.Item) -> bool:
        """Say whether this test uses the container: by name, or because it was made while the test ran."""
        if self.container is None:
            return False
        if self.made_during == item.nodeid:
            return True
        return self.node in item.listchain() and self.fixture in _fixtures_of(item)


def _fixtures_of(item: pytest.Item) -> Collection[str]:
    """Give the fixtures that a test has asked for, those included that it, or a fixture, got by getfixturevalue."""
    request = getattr(item, "_request", item)
    return frozenset(getattr(request, "fixturenames", ()))


def watch(request: pytest.FixtureRequest) -> Watched:
    """Remember a container that is about to be made for the reports of the tests that use it."""
    item = request.config.stash.get(_ITEM, None)
    watched = Watched(request.fixturename or "", request.node, item.nodeid if item else None)
    request.config.stash.setdefault(_WATCHED, []).append(watched)
    return watched


def begin(item: pytest.Item) -> None:
    """Note which test runs."""
    item.config.stash[_ITEM] = item


def end(item: pytest.Item) -> None:
    """Forget the containers that no later report can be about: those that are gone, and those of this test alone."""
    item.config.stash[_ITEM] = None
    watched = item.config.stash.get(_WATCHED, [])
    watched[:] = [entry for entry in watched if entry.last_output is None and entry.node is not item]


def complete(item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
    """Complete the report of a failed phase by the output of each container, or by who named an unknown fixture."""
    if not report.failed:
        return
    for watched in item.config.stash.get(_WATCHED, []):
        if watched.concerns(item):
            report.sections.append((f"docker logs of {watched.fixture}", watched.output()))
    if call.excinfo and isinstance(call.excinfo.value, pytest.FixtureLookupError):
        _explain(call.excinfo.value, report)


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
