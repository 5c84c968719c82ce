"""Functions that pytest can introspect as if their author had written them by hand where the factory was called.

The argument names are the fixtures that the factory's keywords refer to, file and line those of the call, so that
`--fixtures`, messages of pytest and tracebacks point there.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from types import CodeType, MappingProxyType
from typing import Any, TypeVar

from .namespaces import Site

T = TypeVar("T")


def dress(function: Callable[..., T], title: str, site: Site, names: Callable[[], list[str]]) -> Callable[..., T]:
    """Give a one-line lambda the name, the place and the arguments by which it is to be known.

    `names` is called when pytest asks for the signature, as a fixture's name is bound after its factory's call. It
    must not raise: pytest would turn that into an internal error.
    """
    function.__code__ = _moved(function.__code__, title, site)
    function.__name__ = function.__qualname__ = title
    function.__doc__ = f"A docker {title}, made when a test asks for it."
    function.__module__ = str(site.namespaces[-1].get("__name__", "")) if site.namespaces else ""
    function.__signature__ = _Signature(names)  # type: ignore[attr-defined]
    return _Unbound(function)


def call_at(title: str, site: Site, function: Callable[[], T]) -> T:
    """Call a function from a frame that has no arguments and stands at the factory's call, for tracebacks to end at.

    (This module as a whole does not hide from tracebacks, as others do, for that frame's sake.)
    """
    __tracebackhide__ = True
    frame: Callable[[], T] = lambda: function()  # noqa: E731
    frame.__code__ = _moved(frame.__code__, title, site)
    return frame()


def _moved(code: CodeType, title: str, site: Site) -> CodeType:
    """Give the code of a one-line function as code of another place."""
    changes: dict[str, Any] = {"co_filename": site.file, "co_firstlineno": site.line, "co_name": title}
    if sys.version_info >= (3, 11):
        changes["co_linetable"] = _without_columns(code)
    return code.replace(**changes)


def _without_columns(code: CodeType) -> bytes:
    """Give a location table that has the first line and no columns: those of our code mean nothing in the user's.

    Each entry is for up to eight code units: a byte of 1, four bits of kind (13: a line, no columns) and three bits
    of length less one, then the distance to the line before. (CPython's InternalDocs/code_objects.md.)
    """
    units = len(code.co_code) // 2
    lengths = [min(8, units - start) for start in range(0, units, 8)]
    return b"".join(bytes([0x80 | 13 << 3 | length - 1, 0]) for length in lengths)


class _Unbound:
    """A function that does not become a method in a class body: pytest warns of wider fixtures that are methods."""

    __wrapped__: Callable[..., Any]

    def __init__(self, function: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)

    def __get__(self, instance: object, owner: type | None = None) -> _Unbound:
        return self

    def __call__(self, **fixtures: Any) -> Any:
        __tracebackhide__ = True
        return self.__wrapped__(**fixtures)


class _Signature(inspect.Signature):
    """A signature of keyword-only parameters, read when it is looked at.

    Keyword-only, because pytest takes the first positional parameter of a fixture in a class for `self`.
    """

    __slots__ = ("_names",)

    def __init__(self, names: Callable[[], list[str]]) -> None:
        super().__init__()
        self._names = names

    @property
    def parameters(self) -> MappingProxyType[str, inspect.Parameter]:
        named = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in self._names()]
        return MappingProxyType({item.name: item for item in named})

    def replace(self, **changes: Any) -> inspect.Signature:  # type: ignore[override]
        changes.setdefault("parameters", list(self.parameters.values()))
        return inspect.Signature(**changes)
