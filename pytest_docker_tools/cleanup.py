"""What `pytest --docker-cleanup` does: removing what runs that are over have left, and saying what stays, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from . import items, meeting, orphans
from .driver import Driver
from .items import Item
from .terminal import writing

__tracebackhide__ = True


def run(driver: Driver, write: Callable[[str], object], *, everything: bool) -> bool:
    """Remove what is dead, and, with `everything`, what was kept on purpose. Gives False where that failed for some.

    Each thing is written in a line. What a run is using, and what may be somebody else's, is never removed. Raises
    `EngineUnavailable`, and other errors where it cannot be told what is there.
    """
    place, there, outcomes = meeting.folder(), items.ours(driver), Counter[orphans.Outcome]()
    width = max((len(_title(item)) for item in there), default=0)
    for item, outcome, why in orphans.remove(driver, place, there, "all" if everything else "old"):
        outcomes[outcome] += 1
        line = f"{outcome:7}  {_title(item):{width}}  {' '.join(why.split())}"
        write(writing.printable(line).rstrip())
    counts = ", ".join(f"{number} {outcome}" for outcome, number in outcomes.items())
    write(f"{counts or 'nothing of this library is'} on the engine at {driver.endpoint().url}")
    return not outcomes["failed"]


def _title(item: Item) -> str:
    name = item.name.removeprefix("sha256:")[:12] if item.kind == "image" else item.name
    return f"{item.kind:9}  {name}"
