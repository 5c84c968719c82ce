"""Making the resources of a test side by side, while pytest still gets them one after the other, in its own order.

What pytest will ask for is forecast from what it knows of a test's fixtures. What can be made is begun before its turn;
when pytest sets up the fixture, with the values that were foreseen, it gets what was made. A forecast that was wrong
costs time: what nobody took is removed. Threads make calls of the engine only; everything else is done by pytest's own
thread, while a fixture is set up, and no thread is left when the test's body begins.
"""

from __future__ import annotations

from .conductor import Conductor, obtain, of

__all__ = ["Conductor", "obtain", "of"]
