"""What tests hold in place of an engine's objects."""

from __future__ import annotations

from .container import Container

__all__ = ["Container"]
