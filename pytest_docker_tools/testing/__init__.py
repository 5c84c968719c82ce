"""For authors of plugins: a driver without an engine. For authors of drivers: `conformance` and its `fixtures`."""

from __future__ import annotations

from .memory import MemoryDriver, MemoryEngine, MemoryImage

__all__ = ["MemoryDriver", "MemoryEngine", "MemoryImage"]
