"""Points in time, as engines write them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

__tracebackhide__ = True

# RFC 3339, with any number of digits after the second.
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)")


def epoch(text: str) -> float | None:
    """Give the seconds of the epoch of such a time, None for the year 1, which stands for never."""
    found = _TIME.fullmatch(text)
    if found is None or text.startswith("0001-"):
        return None
    whole, fraction, zone = found.groups()
    seconds = datetime.fromisoformat(whole + zone.replace("Z", "+00:00")).timestamp()
    return seconds + float(f"0.{fraction or 0}")


def last_end(container: dict[str, Any]) -> float | None:
    """Give when a container, by its facts, last ended, None where it never did."""
    return epoch(container["State"].get("FinishedAt") or "")


def last_start(container: dict[str, Any]) -> float | None:
    """Give when a container, by its facts, was last started, None where it never was."""
    return epoch(container["State"].get("StartedAt") or "")


def between(end: float | None, start: float | None) -> float | None:
    """Give the moment that parts what two runs of a container wrote: before it one ended, after it the next started.

    It is the middle, as engines stamp the last lines of a run a little later than its end, and the first ones a little
    earlier than its start. None where no run has ended before.
    """
    return end if end is None or start is None or start < end else (end + start) / 2
