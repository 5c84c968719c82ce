"""How drivers tell what a build wrote."""

from __future__ import annotations

import re
from collections.abc import Sequence

__tracebackhide__ = True

_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# The lines of the step that failed that are shown at once; the error has the whole log.
_SHOWN = 20


def without_colour(text: str) -> str:
    """Give a text without the sequences that colour it in a terminal."""
    return _COLOUR.sub("", text)


def shortened(step: Sequence[str]) -> list[str]:
    """Give the line with which a step begins, and the last that it wrote."""
    return [*step[:1], *step[1:][-_SHOWN:]]
