"""References to fixtures in the values of a factory: finding them, and putting the fixtures' values in their place.

A reference is a field of a string, `"{name.attribute[key]}"`, in the syntax of `str.format`; a `fxtr("name")`; a
fixture object; or a function, whose parameters name fixtures. They are found at any depth of dictionaries (keys too),
lists, tuples, sets and dataclasses. Everything else, bytes included, is a plain value. What a fixture returned is never
searched.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import inspect
import keyword
import re
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from .calls import Reference
from .exceptions import DockerToolsError, TemplateError

__tracebackhide__ = True

# Tells a fixture object from other callables: gives its name as a fixture, or None for anything else.
NameOf = Callable[[Any], "str | None"]

T = TypeVar("T")

# Characters of a text that a sentence has.
_LONGEST = 1000

_NO_TEMPLATE = "is no template, in which a literal brace is {{ or }}"


class TextError(TemplateError):
    """A string has a problem. `unshown` says which, without the string and the reason, which may have parts of it."""

    def __init__(self, text: str, problem: str, reason: str) -> None:
        super().__init__(f"{_shortened(text)!r} {problem}: {reason}.")
        self.unshown = (
            f"a value, not shown as it may be a secret, {problem}. One that a function gives, as in lambda: value, is "
            "taken as it is."
        )


def _shortened(text: str) -> str:
    """Give a text, a script perhaps, as a sentence can have it."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]} ... {text[-_LONGEST // 2 :]}"


@dataclasses.dataclass(frozen=True)
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
    return _copied(value, lambda leaf: _rendered(leaf, fixtures, name_of))


def outline(value: Any, name_of: NameOf) -> Any:
    """Give a copy of a value in which references are text: "{fixture.attribute}", "{function(fixture)}".

    What is nothing else is a `calls.Reference`.
    """
    return _copied(value, lambda leaf: _outlined(leaf, name_of), remade=_unchecked)


def refers(value: Any, name_of: NameOf) -> bool:
    """Say whether a value is not known before fixtures are set up, or functions called."""
    return any(_is_function(leaf) for leaf in _leaves(value)) or next(names(value, name_of), None) is not None


def _copied(value: Any, change: Callable[[Any], Any], remade: Callable[..., Any] = dataclasses.replace) -> Any:
    copied = functools.partial(_copied, change=change, remade=remade)
    if isinstance(value, Mapping):
        return {copied(key): copied(item) for key, item in value.items()}
    if type(value) in (list, tuple, set, frozenset):
        return type(value)(map(copied, value))
    if _is_dataclass(value):
        return remade(value, **{key: copied(item) for key, item in _fields_of(value)})
    return change(value)


def _unchecked(value: Any, **fields: Any) -> Any:
    """Give a copy of a dataclass with other fields, which it may not take for right."""
    made = copy.copy(value)
    for name, item in fields.items():
        object.__setattr__(made, name, item)
    return made


def _rendered(leaf: Any, fixtures: Mapping[str, Any], name_of: NameOf) -> Any:
    fixture = name_of(leaf)
    if fixture is not None:
        return fixtures[fixture]
    if isinstance(leaf, FixtureReference):
        return fixtures[leaf.name]
    if isinstance(leaf, str):
        return _format(leaf, fixtures)
    if _is_function(leaf):
        return leaf(**{name: fixtures[name] for name in _parameters(leaf)})
    return leaf


def _outlined(leaf: Any, name_of: NameOf) -> Any:
    fixture = leaf.name if isinstance(leaf, FixtureReference) else name_of(leaf)
    if fixture is not None:
        return Reference(f"{{{fixture}}}")
    if isinstance(leaf, str):
        parts = list(string.Formatter().parse(leaf))
        text = "".join(_written(*part) for part in parts)
        is_reference = len(parts) == 1 and parts[0][0] == "" and parts[0][1] is not None
        return Reference(text) if is_reference else text
    if _is_function(leaf):
        called = getattr(leaf, "__name__", type(leaf).__name__).strip("<>")
        return Reference(f"{{{called}({','.join(_parameters(leaf))})}}")
    return leaf


def _written(literal: str, field: str | None, spec: str | None, conversion: str | None) -> str:
    if field is None:
        return literal
    return f"{literal}{{{field}{f'!{conversion}' if conversion else ''}{f':{spec}' if spec else ''}}}"


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(key)
            yield from _leaves(item)
    elif type(value) in (list, tuple, set, frozenset):
        for item in value:
            yield from _leaves(item)
    elif _is_dataclass(value):
        for _, item in _fields_of(value):
            yield from _leaves(item)
    else:
        yield value


def _is_dataclass(value: Any) -> bool:
    is_class = isinstance(value, type)
    return dataclasses.is_dataclass(value) and not is_class and not isinstance(value, FixtureReference)


def _fields_of(value: Any) -> list[tuple[str, Any]]:
    """Give the fields that a dataclass is made from."""
    return [(field.name, getattr(value, field.name)) for field in dataclasses.fields(value) if field.init]


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
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
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
