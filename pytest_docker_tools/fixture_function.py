"""A function that pytest can introspect, as if its author had written it by hand where the factory was called.

Its argument names are the fixtures that the factory's keywords refer to, its file and line those of the call, so that
tracebacks, `--fixtures` and messages of pytest point there. (This module does not hide from tracebacks: the
function's frame is the line that the author knows.)
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from .namespaces import Site

Names = Callable[[], "list[str]"]


def fixture_function(
    title: str, site: Site, names: Names, set_up: Callable[[dict[str, Any]], Any]
) -> Callable[..., Any]:
    """Give a function that calls `set_up` with its keyword arguments, which are those of `names`.

    `names` is called when pytest asks for the signature, as a fixture's name is bound after its factory's call. It
    must not raise: pytest would turn that into an internal error.
    """
    # `*_` takes the `self` of a factory called in a class body. One line, as its code is moved to one line.
    body = lambda *_, **fixtures: set_up(fixtures)  # noqa: E731
    body.__code__ = body.__code__.replace(co_filename=site.file, co_firstlineno=site.line, co_name=title)
    body.__name__ = body.__qualname__ = title
    body.__doc__ = f"A docker {title}, made when a test asks for it."
    body.__module__ = str(site.namespaces[-1].get("__name__", "")) if site.namespaces else ""
    body.__signature__ = _Signature(names)  # type: ignore[attr-defined]
    return body


class _Signature(inspect.Signature):
    """A signature of keyword-only parameters, read when it is looked at.

    Keyword-only, because pytest takes the first positional parameter of a fixture in a class for `self`.
    """

    __slots__ = ("_names",)

    def __init__(self, names: Names) -> None:
        super().__init__()
        self._names = names

    @property
    def parameters(self) -> MappingProxyType[str, inspect.Parameter]:
        rest = inspect.Parameter("_", inspect.Parameter.VAR_POSITIONAL)
        named = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in self._names()]
        return MappingProxyType({item.name: item for item in (rest, *named)})

    def replace(self, **changes: Any) -> inspect.Signature:  # type: ignore[override]
        changes.setdefault("parameters", list(self.parameters.values()))
        return inspect.Signature(**changes)
