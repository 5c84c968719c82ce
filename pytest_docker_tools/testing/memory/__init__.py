"""An engine in memory, and the driver that speaks to it."""

from __future__ import annotations

from .driver import MemoryDriver
from .engine import MemoryEngine
from .image import MemoryImage

__all__ = ["MemoryDriver", "MemoryEngine", "MemoryImage"]
