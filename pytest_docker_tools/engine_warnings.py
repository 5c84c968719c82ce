"""What an engine warns of when it creates a container."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterable

from .driver import Driver
from .exceptions import DriverError, EngineWarning

__tracebackhide__ = True


def warn(driver: Driver, container: str, said: Iterable[str]) -> None:
    """Pass on what the engine says of a container, which nobody knows yet, for `Driver.create_container`.

    Where warnings are errors, nothing of the container stays. Raises `EngineWarning` there.
    """
    try:
        for text in said:
            # Of the caller of the verb.
            warnings.warn(text, EngineWarning, stacklevel=3)
    except EngineWarning:
        with contextlib.suppress(DriverError):
            driver.remove("container", [container], force=True, volumes=True)
        raise
