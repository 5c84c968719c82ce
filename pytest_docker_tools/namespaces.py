"""Where a fixture was written, and the name under which a fixture object is known there.

pytest names a fixture by the attribute of the module or class that holds it, which does not exist yet when a factory
is called. So the call site is remembered, and looked at later.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

__tracebackhide__ = True

_PACKAGE = __name__.partition(".")[0]


@dataclass(frozen=True, eq=False)
class Site:
    """The line that called a factory, and the module or class body around it, innermost first."""

    file: str
    line: int
    namespaces: tuple[Mapping[str, Any], ...]

    def name_of(self, thing: object) -> str | None:
        """Give the name that this module or class has for that very object."""
        for namespace in self.namespaces:
            for name, value in list(namespace.items()):
                if value is thing:
                    return name
        return None

    @property
    def folder(self) -> Path:
        """The folder of the file."""
        return Path(self.file).resolve().parent

    def seen_from(self, folder: Path) -> str:
        """Give it as somebody in that folder names it."""
        file = Path(self.file)
        return f"{file.relative_to(folder) if file.is_relative_to(folder) else file}:{self.line}"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def call_site() -> Site:
    """Give the place outside this package from which it was called."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] == _PACKAGE:
        frame = frame.f_back
    assert frame is not None, "a factory is always called from somewhere"
    return Site(frame.f_code.co_filename, frame.f_lineno, _namespaces(frame))


def _namespaces(frame: FrameType | None) -> tuple[Mapping[str, Any], ...]:
    """Give the nearest class body and module. The locals of a function are no place for fixtures."""
    while frame is not None:
        if frame.f_locals is frame.f_globals:
            return (frame.f_globals,)
        if "__qualname__" in frame.f_locals:
            return (dict(frame.f_locals), frame.f_globals)
        frame = frame.f_back
    return ()
