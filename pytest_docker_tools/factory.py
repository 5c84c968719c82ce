"""Turning keywords into a pytest fixture whose dependencies are the fixtures that the keywords refer to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeAlias, TypeVar, cast, get_args

import pytest
from _pytest.fixtures import getfixturemarker

from . import overlap, templates
from .definition import ALWAYS, DEPENDS_ON, Context, Definition, Setup, mark, require_session
from .exceptions import TemplateError, UsageError
from .fixture_function import call_at, dress
from .namespaces import call_site
from .tasks import Work

__tracebackhide__ = True

T = TypeVar("T")
ScopeName = Literal["session", "package", "module", "class", "function"]
Scope: TypeAlias = ScopeName | Callable[[str, pytest.Config], ScopeName]
# Fixtures that have to be set up before another one: names, fxtr("name"), or the fixtures themselves.
DependsOn: TypeAlias = Sequence[str | templates.FixtureReference | Callable[..., Any]]


class Settings(NamedTuple):
    """What factories take besides an engine's keywords: what pytest does with a fixture, and what becomes of its value.

    `shared` is what `sharing` is about; with `wrapper_class` the value of the fixture is what that makes of it.
    """

    scope: Scope
    autouse: bool
    fixture_name: str | None
    depends_on: DependsOn
    shared: bool = False
    wrapper_class: Callable[[Any], Any] | None = None


def fixture(
    factory: str, make: Callable[[Setup], Work[T]], values: Mapping[str, Any], settings: Settings
) -> Callable[..., T]:
    """Give a pytest fixture whose value is what `make(setup)` gives, and that is set up after those it depends on.

    `values` are the keywords as written. Raises `UsageError` for a setting that is none, `TemplateError` at once for a
    string that is no template.
    """
    _check(factory, settings)
    scope, autouse, fixture_name, depends_on, shared, wrapper_class = settings
    written = {DEPENDS_ON: _references(factory, depends_on), **values}
    made = make if wrapper_class is None else partial(_wrapped, make, wrapper_class)
    definition = Definition(factory, made, MappingProxyType(written), call_site(), shared)
    for keyword, value in written.items():
        with Context(definition, keyword):
            # A fixture object's name is not bound yet, so any will do here.
            list(templates.names(value, lambda thing: "" if is_fixture(thing) else None))
    body = lambda **fixtures: _set_up(definition, fixtures)  # noqa: E731
    mark(body, definition)
    decorate = pytest.fixture(scope=scope, autouse=autouse, name=fixture_name)
    return cast("Callable[..., T]", decorate(dress(body, factory, definition.site, lambda: _names(definition))))


def _check(factory: str, settings: Settings) -> None:
    scope, autouse, fixture_name, _, shared, wrapper_class = settings
    if not isinstance(fixture_name, (str, type(None))):
        raise UsageError(f"{factory}(fixture_name=...) takes the name of the fixture, not {fixture_name!r}.")
    if not callable(scope) and scope not in get_args(ScopeName):
        names = ", ".join(get_args(ScopeName))
        raise UsageError(f"{factory}(scope=...) takes one of {names}, or a function, not {scope!r}.")
    if not isinstance(autouse, bool):
        raise UsageError(f"{factory}(autouse=...) takes True or False, not {autouse!r}.")
    if not isinstance(shared, bool):
        raise UsageError(f"{factory}(shared=...) takes True or False, not {shared!r}.")
    if wrapper_class is not None and not callable(wrapper_class):
        raise UsageError(f"{factory}(wrapper_class=...) takes a class, not {wrapper_class!r}.")
    if not callable(scope):
        require_session(f"{factory}()", shared, scope)


async def _wrapped(make: Callable[[Setup], Work[T]], wrapper_class: Callable[[T], Any], setup: Setup) -> Any:
    return wrapper_class(await make(setup))


def _references(factory: str, depends_on: DependsOn) -> list[Any]:
    """Give references to the fixtures that are meant. Raises `UsageError`."""
    if isinstance(depends_on, (list, tuple)):
        found = [templates.fxtr(item) if isinstance(item, str) else item for item in depends_on]
        if all(isinstance(item, templates.FixtureReference) or is_fixture(item) for item in found):
            return found
    raise UsageError(
        f"{factory}(depends_on=...) takes a list of fixtures, or of their names, as in depends_on=[migration, 'db'], "
        f"not {depends_on!r}."
    )


def _names(definition: Definition) -> list[str]:
    """Give the argument names of a fixture, which pytest reads while it collects: what is wrong is told at setup."""
    try:
        return definition.names
    except TemplateError:
        return list(ALWAYS)


def is_fixture(thing: object) -> bool:
    """Say whether this is what `pytest.fixture`, or a factory, gives."""
    return callable(thing) and getfixturemarker(thing) is not None


def _set_up(definition: Definition, fixtures: dict[str, Any]) -> Any:
    values = dict(fixtures)
    # pytest shows the arguments of a failing fixture in its report, and these may be secrets.
    fixtures.clear()
    return call_at(definition.factory, definition.site, lambda: overlap.obtain(definition, values))
