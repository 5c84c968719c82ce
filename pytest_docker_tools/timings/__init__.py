"""Where the time of a run went: what was done for which fixture, when, and what waited for what.

`making`, `timed` and `removing` are put around what an engine is asked to do, in any thread, and `waiting` around what
the run waits for; `note` takes what is known later. Without `--docker-timings` and `--docker-timings-page` they do
nothing. Only names of fixtures and ids of tests are recorded, never a value.
"""

from __future__ import annotations

from .recorder import begin, called, held, making, note, of, removing, span, timed, turn, waiting

__all__ = ["begin", "called", "held", "making", "note", "of", "removing", "span", "timed", "turn", "waiting"]
