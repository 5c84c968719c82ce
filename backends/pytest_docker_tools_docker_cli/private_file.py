"""Files with secrets."""

from __future__ import annotations

import os
from pathlib import Path

__tracebackhide__ = True


def write(file: Path, content: bytes) -> None:
    """Write a new file that nobody but its owner can read."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as opened:
        opened.write(content)
