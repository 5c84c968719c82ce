"""References to fixtures in the values of a factory: finding them, and putting the fixtures' values in their place.

A reference is a field of a string, `"{name.attribute[key]}"`, in the syntax of `str.format`; a `fxtr("name")`; a
fixture object; or a function, whose parameters name fixtures. They are found at any depth of dictionaries (keys too),
lists, tuples and sets. Everything else, bytes included, is a plain value. What a fixture returned is never searched.
"""

from __future__ import annotations

import functools
import inspect
import keyword
import re
import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .exceptions import DockerToolsError, TemplateError

__tracebackhide__ = True

# Tells a fixture object from other callables: gives its name as a fixture, or None for anything else.
NameOf = Callable[[Any], "str | None"]

_ESCAPE = "Write a literal brace as {{ or }}."


@dataclass(frozen=True)
class FixtureReference:
    """The value of the fixture of that name, whatever its type. Made by `fxtr`."""

    name: str


def fxtr(name: str) -> FixtureReference:
    """Refer to a fixture by name, to get its value as it is, where a template string would make it a string."""
    if not isinstance(name, str) or not can_be_requested(name):
        raise TemplateError(f"fxtr() takes the name of a fixture, such as fxtr('settings'), not {name!r}.")
    return FixtureReference(name)


def can_be_requested(name: str) -> bool:
    """Say whether a fixture of that name can be the argument of another."""
    return name.isidentifier() and not keyword.iskeyword(name)


def names(value: Any, name_of: NameOf) -> Iterator[str]:
    """Give the names of the fixtures that a value refers to, in the order in which they are written.

    Raises `TemplateError` for a string that is no template, and for a function whose parameters cannot be read.
    """
    for leaf in _leaves(value):
        fixture = name_of(leaf)
        if fixture is not None:
            yield fixture
        elif isinstance(leaf, FixtureReference):
            yield leaf.name
        elif isinstance(leaf, str):
            yield from _fields(leaf)
        elif _is_function(leaf):
            yield from _parameters(leaf)


def render(value: Any, fixtures: Mapping[str, Any], name_of: NameOf) -> Any:
    """Give a copy of a value in which every reference is replaced by what `fixtures` has for it.

    Raises `TemplateError` where a value does not have the attribute or key that a string asks for.
    """
    if isinstance(value, Mapping):
        return {render(key, fixtures, name_of): render(item, fixtures, name_of) for key, item in value.items()}
    if type(value) in (list, tuple, set, frozenset):
        return type(value)(render(item, fixtures, name_of) for item in value)
    fixture = name_of(value)
    if fixture is not None:
        return fixtures[fixture]
    if isinstance(value, FixtureReference):
        return fixtures[value.name]
    if isinstance(value, str):
        return _format(value, fixtures)
    if _is_function(value):
        return value(**{name: fixtures[name] for name in _parameters(value)})
    return value


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(key)
            yield from _leaves(item)
    elif type(value) in (list, tuple, set, frozenset):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


def _fields(text: str) -> Iterator[str]:
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError as error:
        raise TemplateError(f"{text!r} is no template: {error}. {_ESCAPE}") from None
    for _, field, spec, _ in parts:
        if field is None:
            continue
        name = re.split(r"[.\[]", field, maxsplit=1)[0]
        if not can_be_requested(name):
            raise TemplateError(f"{text!r} refers to {{{field}}}, which begins with no name of a fixture. {_ESCAPE}")
        yield name
        yield from _fields(spec or "")


def _format(text: str, fixtures: Mapping[str, Any]) -> str:
    try:
        return string.Formatter().vformat(text, (), fixtures)
    except DockerToolsError:
        raise
    # Without the cause, whose report would show the values of all fixtures.
    except KeyError as error:
        raise TemplateError(f"{text!r} cannot be filled in: there is no key {error}.") from None
    except (AttributeError, IndexError, TypeError, ValueError) as error:
        raise TemplateError(f"{text!r} cannot be filled in: {str(error).rstrip('.')}.") from None


def _is_function(value: Any) -> bool:
    return inspect.isroutine(value) or isinstance(value, functools.partial)


def _parameters(function: Callable[..., Any]) -> list[str]:
    """Give the parameters without a default, as pytest does for fixtures."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:
        raise TemplateError(f"{function!r} does not say what its parameters are: wrap it in a lambda.") from None
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [item.name for item in parameters if item.kind in named and item.default is item.empty]
