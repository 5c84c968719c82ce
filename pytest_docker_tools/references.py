"""References to objects of an engine: ids and names."""

from __future__ import annotations

import re

__tracebackhide__ = True

# What an engine may read as the beginning of an id.
PART_OF_AN_ID = re.compile("[0-9a-f]{1,63}")
_ID = re.compile("[0-9a-f]{64}")


def quoted(ref: str) -> str:
    """Give a reference as it is shown: in quotes, and an id no longer than engines themselves show it."""
    return repr(ref[:12] if _ID.fullmatch(ref) else ref)
