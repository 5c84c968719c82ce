"""References to fixtures in values."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_docker_tools.calls import Reference
from pytest_docker_tools.exceptions import TemplateError
from pytest_docker_tools.templates import fxtr, names, outline, refers, render


@dataclass(frozen=True)
class Probe:
    """Stands for a value with a structure."""

    path: Any
    made: list[str] = field(default_factory=list, init=False)


class FixtureObject:
    """Stands for what pytest.fixture gives."""


def name_of(thing: Any) -> str | None:
    return "some_fixture" if isinstance(thing, FixtureObject) else None


def found(value: Any) -> list[str]:
    return list(names(value, name_of))


def rendered(value: Any, **fixtures: Any) -> Any:
    return render(value, fixtures, name_of)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("{db}", ["db"]),
        ("{db.ips.primary}:{port[0]}", ["db", "port"]),
        ("{db!r:>{width}}", ["db", "width"]),
        ("{{literal}} {db}", ["db"]),
        ("none", []),
        (b"{db}", []),
        (5, []),
        (None, []),
        (fxtr("db"), ["db"]),
        (FixtureObject(), ["some_fixture"]),
        (lambda db, net: db, ["db", "net"]),
        (lambda db, cached=1, *rest, **more: db, ["db"]),
        (functools.partial(lambda a, b: a, b=1), ["a"]),
        ({"{key}": ["{a}", ("{b}", {"deep": {"{c}"}})]}, ["key", "a", "b", "c"]),
        ([Probe("{a}"), Probe([fxtr("b"), Probe(lambda c: c)])], ["a", "b", "c"]),
        (Probe, []),
    ],
)
def test_names_are_found_in_every_form_and_at_any_depth(value: Any, expected: list[str]) -> None:
    """The names of fixtures are found in every form of a reference and at any depth, in the order written."""
    assert found(value) == expected


@pytest.mark.parametrize("text", ["{", "}", "{db", "{}", "{0}", '{"json": 1}', "{ db }", "{db!}", "{.a}"])
def test_a_string_that_is_no_template_shows_the_escape(text: str) -> None:
    """A string with a brace that belongs to no reference is an error that shows the text and how to escape."""
    with pytest.raises(TemplateError) as caught:
        found(text)
    assert repr(text) in str(caught.value)
    assert "{{" in str(caught.value)


def test_values_replace_references() -> None:
    """Strings are filled in; fxtr, fixture objects and functions give values of any type."""
    db = SimpleNamespace(ips={"net": "10.0.0.2"}, ports={"80/tcp": [8080]})
    value = {
        "url": "http://{db.ips[net]}:{db.ports[80/tcp][0]}/{{x}}",
        "object": fxtr("db"),
        "fixture": FixtureObject(),
        "function": lambda db: list(db.ips),
        "{key}": ("{key}", {"{key}"}, ["{key}"]),
        "bytes": b"{key}",
    }
    assert rendered(value, db=db, key="k", some_fixture=0) == {
        "url": "http://10.0.0.2:8080/{x}",
        "object": db,
        "fixture": 0,
        "function": ["net"],
        "k": ("k", {"k"}, ["k"]),
        "bytes": b"{key}",
    }


@pytest.mark.parametrize("value", [None, 0, False, "", [], {}, (), b""])
def test_falsy_values_survive(value: Any) -> None:
    """A falsy value stays what it is, as a value and as what a fixture returned."""
    assert rendered(value) == value
    assert rendered(fxtr("it"), it=value) is value


def test_a_fixtures_value_is_not_rendered_again() -> None:
    """Braces in what a fixture or function returned mean nothing."""
    assert rendered([fxtr("it"), "{it}", lambda it: it], it="{other}") == ["{other}"] * 3


def test_the_users_value_is_not_changed() -> None:
    """Rendering gives copies of the collections that the user wrote."""
    value = {"list": ["{it}"]}
    rendered(value, it="x")
    assert value == {"list": ["{it}"]}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{it.nothing}", "nothing"),
        ("{it.keys[missing]}", "missing"),
        ("{it.list[7]}", "range"),
        ("{it:d}", "format"),
    ],
)
def test_a_missing_attribute_or_key_is_named(text: str, reason: str) -> None:
    """An attribute or key that a fixture's value does not have is an error with the text and what is missing."""
    it = SimpleNamespace(keys={"a": 1}, list=[1])
    with pytest.raises(TemplateError) as caught:
        rendered(text, it=it)
    assert repr(text) in str(caught.value)
    assert reason in str(caught.value)


@pytest.mark.parametrize("name", ["", "a.b", "{a}", 5, None])
def test_fxtr_takes_a_name(name: Any) -> None:
    """What cannot be the name of a fixture is refused where fxtr is called."""
    with pytest.raises(TemplateError, match="name of a fixture"):
        fxtr(name)


def test_dataclasses_are_filled_in() -> None:
    """A dataclass is copied, with references in its fields replaced; its class is a plain value."""
    given = Probe(["{a}", fxtr("b")])
    assert rendered([given, Probe], a=1, b=2) == [Probe(["1", 2]), Probe]
    assert given == Probe(["{a}", fxtr("b")])


@dataclass(frozen=True)
class Picky(Probe):
    """One that takes numbers only."""

    def __post_init__(self) -> None:
        self.path + 1


def pick(db: Any, cache: Any, number: int = 0) -> Any:
    """A function of fixtures."""


@pytest.mark.parametrize(
    ("value", "text", "is_open"),
    [
        ("plain", "plain", False),
        ("{a.b[c]}-{d!r:>{width}}", "{a.b[c]}-{d!r:>{width}}", True),
        ("{{a}}", "{a}", False),
        (fxtr("a"), "{a}", True),
        (FixtureObject(), "{some_fixture}", True),
        (pick, "{pick(db,cache)}", True),
        (lambda: 1, "{lambda()}", True),
        (functools.partial(pick, 1), "{partial(cache)}", True),
        ({"{a}": [fxtr("b"), (1, None)]}, {"{a}": ["{b}", (1, None)]}, True),
        ({"a": {b"{b}"}}, {"a": {b"{b}"}}, False),
        (Probe("{a}"), Probe("{a}"), True),
        (Probe(fxtr("a")), Probe("{a}"), True),
    ],
)
def test_outline(value: Any, text: Any, is_open: bool) -> None:
    """References can be shown as text before anything is there, and told from what is plain."""
    assert outline(value, name_of) == text
    assert refers(value, name_of) is is_open


def test_outline_of_what_would_be_refused() -> None:
    """A dataclass that checks its fields need not take the text of a reference for one."""
    value = Picky(1)
    object.__setattr__(value, "path", fxtr("a"))
    assert outline(value, name_of).path == "{a}"


def test_what_is_nothing_but_a_reference() -> None:
    """In an outline, a literal in braces is told from a reference that looks the same."""
    given = ["{a}", fxtr("a"), FixtureObject(), lambda a: a, "{{a}}", "{a}b", "{a}{b}", "a"]
    assert [isinstance(text, Reference) for text in outline(given, name_of)] == [True] * 4 + [False] * 4
