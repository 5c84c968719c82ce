"""Keeping containers, networks and volumes between runs, as `--reuse-containers` asks.

A resource is found by its name, and is the right one if it carries the signature of the definition. One that does not
is stale, and replaced together with the reusable resources that need it. What this project did not make, and what
another run is using, is never touched.
"""

from __future__ import annotations

from .life import obtain
from .mode import is_on, mode
from .names import made_up, name_for, unnamed

__all__ = ["is_on", "made_up", "mode", "name_for", "obtain", "unnamed"]
