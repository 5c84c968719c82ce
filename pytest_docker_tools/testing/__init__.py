"""For authors of plugins and drivers: a driver without an engine."""

from __future__ import annotations

from .memory import MemoryDriver, MemoryEngine, MemoryImage

__all__ = ["MemoryDriver", "MemoryEngine", "MemoryImage"]
