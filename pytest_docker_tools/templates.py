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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from .exceptions import DockerToolsError, TemplateError

__tracebackhide__ = True

# Tells a fixture object from other callables: gives its name as a fixture, or None for anything else.
NameOf = Callable[[Any], "str | None"]

T = TypeVar("T")

_NO_TEMPLATE = "is no template, in which a literal brace is {{ or }}"


class TextError(TemplateError):
    """A string has a problem. `unshown` says which, without the string and the reason, which may have parts of it."""

    def __init__(self, text: str, problem: str, reason: str) -> None:
        super().__init__(f"{text!r} {problem}: {reason}.")
        self.unshown = (
            f"a value, not shown as it may be a secret, {problem}. One that a function gives, as in lambda: value, is "
            "taken as it is."
        )


@dataclass(frozen=True)
class FixtureReference:
    """The value of the fixture of that name, whatever its type. Made by `fxtr`."""

    name: str


# A value as a test author may write it: itself, a template string, fxtr("name"), or something callable: a fixture,
# or a function whose parameters name fixtures.
Value: TypeAlias = T | str | FixtureReference | Callable[..., Any]

Flag = Value[bool]
Number = Value[int]
Text = Value[str]
Texts = Value[Sequence[Text]]
# Bytes, or a string with a unit.
Size = Value[int | str]


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
        raise TextError(text, _NO_TEMPLATE, str(error)) from None
    for _, field, spec, _ in parts:
        if field is None:
            continue
        name = re.split(r"[.\[]", field, maxsplit=1)[0]
        if not can_be_requested(name):
            raise TextError(text, _NO_TEMPLATE, f"{{{field}}} begins with no name of a fixture")
        yield name
        yield from _fields(spec or "")


def _format(text: str, fixtures: Mapping[str, Any]) -> str:
    try:
        return string.Formatter().vformat(text, (), fixtures)
    except DockerToolsError:
        raise
    # Without the cause, whose report would show the values of all fixtures.
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        problem = f"cannot be filled in from {' and '.join(map(repr, dict.fromkeys(_fields(text))))}"
        reason = f"there is no key {error}" if isinstance(error, KeyError) else str(error).rstrip(".")
        raise TextError(text, problem, reason) from None


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
