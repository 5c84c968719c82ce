"""A look at a container for a report, which never fails, and has no patience with an engine that does not answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from ..exceptions import DeadlineExceeded, EngineUnavailable
from ..moments import epoch

if TYPE_CHECKING:
    from ..driver import Driver, Facts
    from ..ledger import Entry, Ledger

__tracebackhide__ = True

T = TypeVar("T")
# Seconds that one call of the engine may take, and one that reads a log that may be long.
PATIENCE = 5.0
PATIENCE_WITH_LOGS = 30.0


class Wanted(NamedTuple):
    """What of a log is to be read: the last `lines` (None: all) since the test began, and all of it once more."""

    lines: int | None
    whole: bool


class Unknown(str):
    """Why something is not known, as a sentence."""


@dataclass(frozen=True)
class Look:
    """What was seen of a container: its inspect JSON (None: it is gone), and its log since a moment.

    A log is None where nobody wanted it. Where only the log was read, the state is an older one.
    """

    facts: Facts | Unknown | None
    log: bytes | Unknown | None = None
    whole_log: bytes | Unknown | None = None
    since: float | None = None
    state_is_old: bool = False


def take(ledger: Ledger, entry: Entry, wanted: Wanted, *, only_log: bool = False) -> Look:
    """Look at a container, of whose log `wanted` is read, with one call of the engine for each part."""
    driver, ref = entry.driver, entry.ref
    ask = partial(_answer, ledger.silent, driver)
    facts = entry.facts if only_log else ask(lambda: driver.inspect("container", [ref], timeout=PATIENCE)[0])
    if not isinstance(facts, dict):
        return Look(facts)
    since = _since(ledger, entry, facts)
    patience = PATIENCE_WITH_LOGS if wanted.lines is None else PATIENCE
    log = whole = None
    if wanted.lines != 0:
        log = ask(lambda: driver.logs(ref, tail=wanted.lines, since=since, timeout=patience))
    if wanted.whole:
        whole = ask(lambda: driver.logs(ref, timeout=PATIENCE_WITH_LOGS))
    return Look(facts, log, whole, since, state_is_old=only_log)


def _answer(silent: list[Driver], driver: Driver, ask: Callable[[], T]) -> T | Unknown:
    """Give what the engine answers, or why it does not. One that was silent once is not asked again in this test."""
    if driver in silent:
        return Unknown("the engine does not answer")
    try:
        return ask()
    except (DeadlineExceeded, EngineUnavailable) as error:
        silent.append(driver)
        return Unknown(error)
    except Exception as error:  # also what no driver should raise: a report must not fail
        return Unknown(error)


def _since(ledger: Ledger, entry: Entry, facts: Facts) -> float | None:
    """Give when the test that runs began, by the engine's clock. None for what was made during this test."""
    if ledger.item is None or entry.made_during == ledger.item.nodeid:
        return None
    created = epoch(facts.get("Created") or "")
    if created is None or entry.created is None:
        return ledger.began
    before, after = entry.created
    # Where the clocks differ, a little that was written earlier is shown rather than too little.
    return ledger.began if before <= created <= after else ledger.began + created - after
