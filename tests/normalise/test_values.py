"""Strings, numbers, and lists and dictionaries of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools.normalise import filters, joined
from pytest_docker_tools.normalise.values import (
    Form,
    as_it_is,
    assignments,
    environment,
    keyed,
    labels,
    many,
    number,
    only,
    pairs,
    path,
    refused,
    sequence_of,
    size,
    switch,
    text,
    texts,
    words,
)

from .conftest import assert_form, assert_refused

GIB = 1024**3

pool = keyed("Subnet", Subnet=text, IPRange=text, Options=assignments)


@pytest.mark.parametrize(
    ("form", "value", "expected"),
    [
        (words, None, []),
        (words, "", []),
        (words, [], []),
        (words, "redis-server --save ''", ["redis-server", "--save", ""]),
        (words, ("sleep", 5, 1.5), ["sleep", "5", "1.5"]),
        (words, ["sh", "-c", ""], ["sh", "-c", ""]),
        (texts, "one", ["one"]),
        (texts, ["a", 1], ["a", "1"]),
        (texts, (), []),
        (texts, {"a": 1}.keys(), ["a"]),
        (text, "a", "a"),
        (text, 9, "9"),
        (path, "a", "a"),
        (path, Path("a", "b"), str(Path("a", "b"))),
        (number, 5, 5),
        (number, "-5", -5),
        (switch, True, True),
        (switch, 0, False),
        (size, 0, 0),
        (size, -1, -1),
        (size, 1024, 1024),
        (size, "", 0),
        (size, "1024", 1024),
        (size, "10b", 10),
        (size, "1k", 1024),
        (size, "128M", 128 * 1024**2),
        (size, "128mb", 128 * 1024**2),
        (size, "1.5g", GIB * 3 // 2),
        (size, " 2GB ", 2 * GIB),
        (as_it_is, b"a", b"a"),
        (only("a", "b"), "b", "b"),
        (many(number), (1, "2"), [1, 2]),
        (sequence_of, [1], [1]),
        (sequence_of, ({"a": 1},), [{"a": 1}]),
        (sequence_of, {2}, [2]),
        (pool, {"Subnet": "a", "IPRange": None}, {"Subnet": "a"}),
        (pool, {"subnet": "a", "ip_range": 5}, {"Subnet": "a", "IPRange": "5"}),
        (pool, {"SUBNET": "a", "options": {"b": 1}}, {"Subnet": "a", "Options": {"b": "1"}}),
        (assignments, {"a": 1, "b": True, 3: "x=y", "d": None}, {"a": "1", "b": "True", "3": "x=y", "d": ""}),
        (labels, {"a": 1, "b": None, 3: "x=y"}, {"a": "1", "b": "", "3": "x=y"}),
        (labels, ["a", "b=1"], {"a": "", "b=1": ""}),
        (environment, {}, {}),
        (environment, {"A": 1, "B": True, "C": "", "D": None}, {"A": "1", "B": "True", "C": "", "D": None}),
        (environment, {"A": b"x", "B": "two\nlines"}, {"A": "x", "B": "two\nlines"}),
        (environment, ["A=1", "B=x=y", "C=", "D"], {"A": "1", "B": "x=y", "C": "", "D": None}),
        (environment, ["A=1", "B", "A=2="], {"A": "2=", "B": None}),
        (environment, "A=1", {"A": "1"}),
        (pairs, {"a": "1", "b": None}, [("a", "1"), ("b", "")]),
        (pairs, ["a:1", "b:::1", "c"], [("a", "1"), ("b", "::1"), ("c", "")]),
        (pairs, [("a", 1), ["b", None]], [("a", "1"), ("b", "")]),
        (pairs, "a:1", [("a", "1")]),
    ],
)
def test_forms(form: Form, value: Any, expected: Any) -> None:
    """What may be written in several ways has one form."""
    assert_form(form, value, expected)


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (words, "no 'end"),
        (words, 5),
        (words, ["sleep", None]),
        (texts, {"a": 1}),
        (texts, b"a"),
        (texts, [["a"]]),
        (texts, [b"a"]),
        (text, True),
        (text, 1.5),
        (text, ["a"]),
        (path, b"a"),
        (number, "1.5"),
        (number, 1.5),
        (number, "many"),
        (number, False),
        (switch, "yes"),
        (switch, 2),
        (size, "many"),
        (size, "g"),
        (size, "1t"),
        (size, "1mib"),
        (size, "inf"),
        (size, "nan"),
        (size, True),
        (size, 1.5),
        (only("a", "b"), "c"),
        (refused("it is gone."), {}),
        (many(number), [1, "x"]),
        (many(number), "12"),
        (sequence_of, "a"),
        (sequence_of, b"a"),
        (sequence_of, {"a": 1}),
        (sequence_of, 5),
        (pool, ["Subnet"]),
        (pool, {"Subnet": "a", "Net": "b"}),
        (pool, {"Subnet": "a", "Options": ["b"]}),
        (pool, {"Subnet": None}),
        (pool, {"Subnet": "a", "subnet": "b"}),
        (assignments, ["a=1"]),
        (assignments, "a=1"),
        (labels, 5),
        (labels, [None]),
        (environment, 5),
        (environment, {"A": ["x"]}),
        (environment, {"": "x"}),
        (environment, ["=x"]),
        (environment, {"A=B": "x"}),
        (environment, {"A\0": "x"}),
        (environment, {"A": b"\xff"}),
        (pairs, [("a", "b", "c")]),
        (pairs, [5]),
        (pairs, 5),
    ],
)
def test_what_cannot_be_meant(form: Form, value: Any) -> None:
    """A way in which nothing can be written is refused."""
    assert_refused(form, value)


@pytest.mark.parametrize(
    ("form", "value", "said"),
    [
        (only("a", "b"), "c", "it can only be 'a' or 'b'"),
        (refused("it is gone."), {}, "it is gone"),
        (pool, {"Net": "b"}, "it has no 'Net'; it has Subnet, IPRange, Options"),
        (pool, {}, "it needs 'Subnet'"),
        (words, "no 'end", "it cannot be split into words as a shell would: No closing quotation"),
    ],
)
def test_what_is_said(form: Form, value: Any, said: str) -> None:
    """A refusal says what would be accepted."""
    assert_refused(form, value, said)


@pytest.mark.parametrize("form", [texts, words, labels, environment, pairs, sequence_of])
def test_what_can_be_read_once_is_no_list(form: Form) -> None:
    """What would be empty for the next fixture, or once it was signed, is refused."""
    assert_refused(form, iter(["a=b"]), ".*list_iterator")


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (environment, {"A=B": "hunter2"}),
        (environment, {"A=hunter2": None}),
        (environment, ["A\0hunter2"]),
        (environment, {"A": b"hunter2\xff"}),
        (environment, 5.5),
        (assignments, ["password=hunter2"]),
        (text, ["hunter2"]),
        (words, "hunter2 'x"),
        (texts, [b"hunter2"]),
        (labels, [{"hunter2": "hunter2"}]),
        (pairs, [["hunter2"]]),
        (pool, "hunter2"),
        (size, ["hunter2"]),
        (many(number), "hunter2"),
    ],
)
def test_values_are_not_shown(form: Form, value: Any) -> None:
    """What may be a secret is no part of a message."""
    with pytest.raises(UnsupportedOption) as raised:
        form("keyword", value)
    assert "hunter2" not in str(raised.value)
    assert repr(value) not in str(raised.value)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, {}),
        ({"label": "a=1", "name": ["b", "c"]}, {"label": ["a=1"], "name": ["b", "c"]}),
        (
            {"dangling": True, "exited": 3, "label": ("a", 1)},
            {"dangling": ["true"], "exited": ["3"], "label": ["a", "1"]},
        ),
    ],
)
def test_filters(given: Any, expected: dict[str, list[str]]) -> None:
    """A filter has one value or several, which may be numbers or True."""
    assert filters(given) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([("a", "::1"), ("b", "")], ["a:::1", "b"]),
        ({"/tmp": "size=1m", "/run": ""}, ["/tmp:size=1m", "/run"]),
    ],
)
def test_pairs_as_strings(value: Any, expected: list[str]) -> None:
    """Of each pair the second part may have colons, or be empty."""
    assert joined("keyword", value) == expected


def test_pairs_that_would_be_others() -> None:
    """A first part with a colon is refused, as the second would seem to begin there."""
    with pytest.raises(UnsupportedOption, match="'a:b' has a colon, which separates the parts here"):
        joined("keyword", [("a:b", "c")])
