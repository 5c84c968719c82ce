"""Values that have no structure of their own: strings, numbers, and lists and dictionaries of them.

A form takes a keyword and what a user wrote for it, and gives the one way in which drivers find it. It raises
`UnsupportedOption`, which names the keyword, where that cannot be meant. No value that may be a secret is in a message.
Applied to its own result, a form gives it again.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NoReturn, TypeAlias

from ..exceptions import UnsupportedOption

__tracebackhide__ = True

Form: TypeAlias = Callable[[str, Any], Any]

# What is a list neither of strings nor of anything: the last one would be empty the next time.
_NO_LIST = (str, bytes, bytearray, Mapping, Iterator)
# What would become a string that shows how Python writes it.
_NO_TEXT = (bytes, bytearray, Mapping, list, tuple, set, frozenset)
_UNITS = {"b": 1, "k": 1024, "m": 1024**2, "g": 1024**3}


def words(keyword: str, value: Any) -> list[str]:
    """Give the words of a command: a string is split as a shell would, None is no word."""
    if value is None:
        return []
    if not isinstance(value, str):
        return texts(keyword, value)
    try:
        return shlex.split(value)
    except ValueError as error:
        raise UnsupportedOption(keyword, f"it cannot be split into words as a shell would: {error}.") from None


def texts(keyword: str, value: Any) -> list[str]:
    """Give a list of strings from a list of strings or numbers, or from one string."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, Iterable) or isinstance(value, _NO_LIST):
        raise UnsupportedOption(keyword, f"it takes a list of strings, not {type_of(value)}.")
    return [_text(keyword, item, "list") for item in value]


def _text(keyword: str, item: Any, kind: str) -> str:
    if item is None or isinstance(item, _NO_TEXT):
        raise UnsupportedOption(keyword, f"it takes a {kind} of strings, and not {type_of(item)} in it.")
    return str(item)


def _text_or_none(keyword: str, item: Any, kind: str) -> str:
    return "" if item is None else _text(keyword, item, kind)


def text(keyword: str, value: Any) -> str:
    """Give a string from a string or a number."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise UnsupportedOption(keyword, f"it takes a string, not {type_of(value)}.")
    return str(value)


def path(keyword: str, value: Any) -> str:
    """Give the path of a file or folder as a string."""
    return text(keyword, os.fspath(value) if isinstance(value, os.PathLike) else value)


def number(keyword: str, value: Any) -> int:
    """Give a whole number."""
    if isinstance(value, bool) or not re.fullmatch("-?[0-9]+", str(value)):
        raise UnsupportedOption(keyword, f"it takes a whole number, not {value!r}.")
    return int(value)


def switch(keyword: str, value: Any) -> bool:
    """Give True or False."""
    if value not in (True, False):
        raise UnsupportedOption(keyword, f"it takes True or False, not {value!r}.")
    return bool(value)


def size(keyword: str, value: Any) -> int:
    """Give bytes from a number, or from a string such as "128m" or "1.5gb" (powers of 1024)."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise UnsupportedOption(keyword, f"it takes bytes, or a string such as '128m', not {type_of(value)}.")
    if isinstance(value, int):
        return _in_range(keyword, value, value)
    text = value.strip().lower()
    number = text[:-1] if text[-1:] == "b" and text[-2:-1].isalpha() else text
    unit = number[-1:] if number[-1:] in _UNITS else ""
    try:
        return _in_range(keyword, value, int(float(number.removesuffix(unit) if text else "0") * _UNITS.get(unit, 1)))
    except (ValueError, OverflowError):
        raise UnsupportedOption(keyword, f"{value!r} is not a size such as 1000, '128m' or '2g'.") from None


def _in_range(keyword: str, written: Any, size: int) -> int:
    # Some clients would make another number of it.
    if not -(2**63) <= size < 2**63:
        raise UnsupportedOption(keyword, f"{written!r} is more than any engine counts.")
    return size


def as_it_is(keyword: str, value: Any) -> Any:
    """Give what was written."""
    return value


def only(*accepted: Any) -> Form:
    """Make a form that takes these values only."""

    def taken(keyword: str, value: Any) -> Any:
        if value not in accepted:
            raise UnsupportedOption(keyword, f"it can only be {' or '.join(map(repr, accepted))}.")
        # 1 is True.
        return accepted[accepted.index(value)]

    return taken


def refused(reason: str) -> Form:
    """Make a form that takes nothing."""

    def refuse(keyword: str, value: Any) -> NoReturn:
        raise UnsupportedOption(keyword, reason)

    return refuse


def many(form: Form) -> Form:
    """Make a form that takes a list of what another takes."""
    return lambda keyword, value: [form(keyword, item) for item in sequence_of(keyword, value)]


def sequence_of(keyword: str, value: Any) -> Sequence[Any]:
    """Give a list of anything, refusing a single value."""
    if isinstance(value, _NO_LIST) or not isinstance(value, Iterable):
        raise UnsupportedOption(keyword, f"it takes a list, not {type_of(value)}.")
    return list(value)


def keyed(*needed: str, **keys: Form) -> Form:
    """Make a form that takes a dict with keys of the engine's API, in any case and with or without underscores.

    Gives the keys as the API has them; None is as if the key were not there. The `needed` must be there.
    """
    names = {name.lower(): name for name in keys}

    def taken(keyword: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise UnsupportedOption(keyword, f"it takes dicts with {', '.join(keys)}, not {type_of(value)}.")
        found = {}
        for given, item in value.items():
            name = names.get(str(given).lower().replace("_", ""))
            if name is None:
                raise UnsupportedOption(keyword, f"it has no {given!r}; it has {', '.join(keys)}.")
            if name in found:
                raise UnsupportedOption(keyword, f"it has {name!r} twice.")
            if item is not None:
                found[name] = keys[name](keyword, item)
        for name in needed:
            if name not in found:
                raise UnsupportedOption(keyword, f"it needs {name!r}.")
        return found

    return taken


def assignments(keyword: str, value: Any) -> dict[str, str]:
    """Give a dict of strings."""
    if not isinstance(value, Mapping):
        raise UnsupportedOption(keyword, f"it takes a dict, not {type_of(value)}.")
    return {_text(keyword, name, "dict"): _text_or_none(keyword, item, "dict") for name, item in value.items()}


def labels(keyword: str, value: Any) -> dict[str, str]:
    """Give labels from a dict, or from a list of names (which then have an empty value)."""
    return assignments(keyword, value) if isinstance(value, Mapping) else dict.fromkeys(texts(keyword, value), "")


def environment(keyword: str, value: Any) -> dict[str, str | None]:
    """Give variables from a dict or a list of "NAME=value". None unsets the variable."""
    if isinstance(value, Mapping):
        found = {str(name): _environment_value(keyword, item) for name, item in value.items()}
    else:
        found = dict(_split_variable(item) for item in texts(keyword, value))
    for name in found:
        begin = re.split("[=\0]", name)[0]
        if not name or begin != name:
            raise UnsupportedOption(keyword, f"the name of a variable is empty, or has '=' or NUL after {begin!r}.")
    return found


def _environment_value(keyword: str, value: Any) -> str | None:
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            raise UnsupportedOption(keyword, "a value of bytes has to be UTF-8.") from None
    return None if value is None else _text(keyword, value, "dict")


def _split_variable(item: str) -> tuple[str, str | None]:
    name, separator, value = item.partition("=")
    return name, value if separator else None


def pairs(keyword: str, value: Any) -> list[tuple[str, str]]:
    """Give pairs from a dict, or from a list of "name:value" strings or of two-tuples."""
    if isinstance(value, Mapping):
        return [*assignments(keyword, value).items()]
    found = []
    for item in [value] if isinstance(value, str) else sequence_of(keyword, value):
        pair = item.partition(":")[::2] if isinstance(item, str) else item
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise UnsupportedOption(keyword, f"it takes pairs, or strings with ':', not {type_of(item)}.")
        left, right = pair
        found.append((_text(keyword, left, "list"), _text_or_none(keyword, right, "list")))
    return found


def joined(keyword: str, value: Mapping[str, str] | Iterable[tuple[str, str | None]]) -> list[str]:
    """Give pairs as strings with a colon between them, or the first alone where the second is empty."""
    found = [*value.items()] if isinstance(value, Mapping) else [*value]
    for left, _ in found:
        if ":" in left:
            raise UnsupportedOption(keyword, f"{left!r} has a colon, which separates the parts here.")
    return [f"{left}:{right}" if right else left for left, right in found]


def filters(given: Mapping[str, Any] | None) -> dict[str, list[str]]:
    """Give the values of each filter as a list, in the engine's words."""
    if not isinstance(given, (Mapping, type(None))):
        raise UnsupportedOption("filters", f"it takes a dict such as {{'label': 'name=value'}}, not {type_of(given)}.")
    return {name: _several(values) for name, values in (given or {}).items()}


def _several(given: Any) -> list[str]:
    values = given if isinstance(given, Iterable) and not isinstance(given, str) else [given]
    return [str(value).lower() if isinstance(value, bool) else str(value) for value in values]


def type_of(value: Any) -> str:
    """Give the type of a value, for messages, which do not show values."""
    return type(value).__name__
