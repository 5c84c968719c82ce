"""Each keyword counts in the definition of what is made, whichever form of it is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pytest_docker_tools.normalise import Verb
from pytest_docker_tools.signature import changed, definition, signature

from ...conftest import NEEDED
from .conftest import KEPT, ROWS

# Keywords under whose name a normal form has nothing, or that have one value only.
MOVED = {"network": "network_mode", "remove": "auto_remove"}
ONE_VALUE = ("version", "check_duplicate")


def of(verb: Verb, options: Mapping[str, Any]) -> dict[str, str]:
    return definition(verb, {**NEEDED.get(verb, {}), **options})


def other(value: Any) -> Any:
    """Give another value of the same form, which differs in what comes last in it."""
    if isinstance(value, dict):
        last = next(reversed(value), "a")
        return {**value, last: other(value.get(last, ""))}
    if isinstance(value, (list, tuple)):
        return type(value)([*value[:-1], other(value[-1] if value else "")])
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return value + b"1" if isinstance(value, bytes) else f"{value or ''}1"


@pytest.mark.parametrize(("verb", "keyword", "value", "form"), [row for row in ROWS if row[3] and row[1] != "name"])
def test_each_keyword_counts(verb: Verb, keyword: str, value: Any, form: dict[str, Any]) -> None:
    """Another value of a keyword makes another definition, in which that keyword differs and no other one."""
    key = MOVED.get(keyword, keyword)
    found = of(verb, {keyword: value})
    assert key in found
    # The first network of a container is known by a keyword of its own.
    assert {*changed(of(verb, {}), found)} <= {key, "network_mode"}
    if keyword not in ONE_VALUE:
        another = of(verb, {**form, key: other(form[key])})
        assert changed(found, another) == [key]
        assert signature(found) != signature(another)


@pytest.mark.parametrize(("verb", "keyword", "value"), KEPT)
def test_what_says_that_there_is_nothing_counts(verb: Verb, keyword: str, value: Any) -> None:
    """A 0, False, or nothing in it, that the engine is told is not the same as no keyword."""
    assert changed(of(verb, {}), of(verb, {keyword: value})) == [keyword]
