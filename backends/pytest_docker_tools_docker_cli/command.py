"""Option tables, and the arguments that come of them.

A table says for each keyword of docker-py which flag of the client it is, and how a value of it is written. What is in
no table is refused, so that no keyword can be lost.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from pytest_docker_tools.exceptions import UnsupportedOption

__tracebackhide__ = True

Values = Callable[[str, Any], Iterable[str]]


class Option(NamedTuple):
    """How a keyword is written.

    `values` takes the keyword and its value in the form of `pytest_docker_tools.normalise`, and gives the values of as
    many flags. Without `flag`, it gives whole flags.
    """

    flag: str
    values: Values


Table = Mapping[str, Option]


def arguments(table: Table, options: Mapping[str, Any], comma_flags: Collection[str] = ()) -> list[str]:
    """Give the flags for options in their normal form. Values of `comma_flags` are read by the client as CSV."""
    return [argument(flag, value, comma_flags) for _, flag, value in _written(table, options)]


def keywords(table: Table, options: Mapping[str, Any]) -> dict[str, str]:
    """Give for each flag that these options are written with the keyword that it comes of."""
    return {flag: keyword for keyword, flag, _ in _written(table, options)}


def argument(flag: str, value: str | None, comma_flags: Collection[str] = ()) -> str:
    """Give a flag with its value, quoted where the client splits it at commas; None is no value."""
    if value is None:
        return flag
    return f"{flag}={comma_separated([value]) if flag in comma_flags else value}"


def _written(table: Table, options: Mapping[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    """Give keyword, flag and value of each flag."""
    for keyword, value in options.items():
        option = table.get(keyword)
        if option is None:
            raise UnsupportedOption(
                keyword, "this backend has no flag for it. Leave it out, or choose another backend."
            )
        for item in option.values(keyword, value):
            check(keyword, item)
            flag, separator, rest = (option.flag, "=", item) if option.flag else item.partition("=")
            yield keyword, flag, rest if separator else None


def check(keyword: str, given: str, what: str = "it") -> str:
    """Refuse what no process can be given as an argument."""
    if "\0" in given:
        raise UnsupportedOption(keyword, f"{what} has a NUL character, which no process can be given.")
    try:
        os.fsencode(given)
    except UnicodeEncodeError:
        raise UnsupportedOption(keyword, f"{what} has half of a surrogate pair, which is no text.") from None
    return given


def comma_separated(fields: Iterable[str]) -> str:
    """Write fields as one line of CSV, quoted where they must be: also where they have an end of a line in them."""
    # Python's own writer quotes other fields in each version, and refuses some.
    written = [*map(_quoted, fields)]
    return '""' if written == [""] else ",".join(written)


def _quoted(field: str) -> str:
    return '"' + field.replace('"', '""') + '"' if re.search(r'[,"\r\n]', field) else field


# How a value in its normal form is written


def text(keyword: str, value: Any) -> list[str]:
    """Write a string or a number as it is."""
    return [str(value)]


def switch(keyword: str, value: bool) -> list[str]:
    """Write True or False."""
    return [str(value).lower()]


def nothing(keyword: str, value: Any) -> list[str]:
    """Write nothing for what the client does anyway."""
    return []


def each(keyword: str, value: Iterable[str]) -> list[str]:
    """Write every string of a list."""
    return [*value]


def billionths(keyword: str, value: int) -> list[str]:
    """Write a number of billionths as a decimal fraction, without rounding."""
    return [format(Decimal(value).scaleb(-9).normalize(), "f")]


def assignments(keyword: str, value: Mapping[str, str]) -> list[str]:
    """Write a dict as name=value."""
    for name in value:
        begin, separator, _ = name.partition("=")
        if separator:
            # What comes after it may be a secret.
            raise UnsupportedOption(keyword, f"a name in it has a '=' after {begin!r}, where its value would begin.")
    return [f"{name}={item}" for name, item in value.items()]
