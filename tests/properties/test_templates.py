"""References to fixtures, in texts of any kind."""

from __future__ import annotations

import contextlib
import copy
from types import SimpleNamespace
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from pytest_docker_tools.calls import Reference
from pytest_docker_tools.exceptions import TemplateError
from pytest_docker_tools.templates import can_be_requested, fxtr, names, outline, refers, render

from .conftest import anything, assert_sentence, identifiers, same, scalars, texts


def name_of(thing: Any) -> str | None:
    return None


def found(value: Any) -> list[str]:
    return list(names(value, name_of))


def escaped(value: Any) -> Any:
    """Write a value so that no brace of it is a reference."""
    if isinstance(value, str):
        return value.replace("{", "{{").replace("}", "}}")
    if isinstance(value, dict):
        return {escaped(key): escaped(item) for key, item in value.items()}
    return type(value)(map(escaped, value)) if isinstance(value, (list, tuple, set)) else value


@given(anything)
def test_what_is_escaped_is_literal(value: Any) -> None:
    """With braces doubled, any value, at any depth, comes out as it was, and refers to nothing."""
    written = escaped(value)
    assert found(written) == []
    assert not refers(written, name_of)
    assert same(render(written, {}, name_of), value)
    assert same(outline(written, name_of), value)


parts = st.lists(st.one_of(st.tuples(st.just("literal"), texts), st.tuples(st.just("name"), identifiers)), max_size=4)


@given(parts, st.dictionaries(identifiers, st.one_of(texts, st.integers(), st.none())))
def test_a_text_is_filled_in(written: list[tuple[str, str]], values: dict[str, Any]) -> None:
    """Between literals, names are found in their order, and replaced by texts of values, which are not read again."""
    text = "".join(f"{{{part}}}" if kind == "name" else escaped(part) for kind, part in written)
    fixtures = {part: values.get(part) for kind, part in written if kind == "name"}
    assert found(text) == [part for kind, part in written if kind == "name"]
    filled = "".join(str(fixtures[part]) if kind == "name" else part for kind, part in written)
    assert render(text, fixtures, name_of) == filled
    assert refers(text, name_of) is bool(fixtures)


@given(identifiers, identifiers, st.integers(0, 20))
def test_a_format_may_refer_to_fixtures(name: str, width: str, number: int) -> None:
    """Names in the format of another reference are found after it, and its text is filled up as they say."""
    text = f"{{{name}:>{{{width}}}}}"
    assert found(text) == [name, width]
    assert render(text, {name: number, width: number}, name_of) == str(number).rjust(number)


@given(identifiers, anything)
def test_a_reference_gives_the_value_itself(name: str, value: Any) -> None:
    """fxtr and a function of it give what a fixture returned, whatever that is."""
    fixtures = {name: value}
    assert render(fxtr(name), fixtures, name_of) is value
    assert render([{"a": (fxtr(name),)}], fixtures, name_of)[0]["a"][0] is value
    function = eval(f"lambda {name}: {name}")
    assert render(function, {**fixtures, found(function)[0]: value}, name_of) is value


# What is in braces, mostly with a meaning.
_paths = st.sampled_from(["", ".a", "[a]", "[0]", ".a.b", "[a][0]", ".", "[", "[]", "].", ".__class__", "[{net}]"])
_ends = st.sampled_from(
    ["", "!r", "!s", "!x", "!", ":", ":>5", ":d", ":c", ":f", ":x", ":{net}", ":{net:{db}}", ":{", "!r:"]
)
_fields = st.builds("{{{}{}{}}}".format, st.one_of(identifiers, texts), _paths, _ends)
templates = st.one_of(_fields, st.lists(st.one_of(_fields, texts), max_size=3).map("".join))
# Of a width that a text is filled up to there would be as much.
_small = st.one_of(st.integers(0, 99), st.sampled_from([2**40, -1, 10**400, 1.5, float("nan"), 1j]))
_objects = st.builds(lambda a: SimpleNamespace(a=a), scalars)
_values = st.one_of(st.none(), st.booleans(), st.binary(max_size=5), _small, _objects, st.just({"a": [1]}))


@given(templates, st.lists(_values, min_size=5, max_size=5))
@example("{db:c}", [2**40] * 5)
@example("{db:f}", [10**400] * 5)
def test_any_text(text: str, values: list[Any]) -> None:
    """Any text is a template that names fixtures and is filled in from them, or is refused in a sentence."""
    try:
        wanted = found(text)
    except TemplateError as error:
        assert_sentence(error, repr(text))
        return
    assert all(map(can_be_requested, wanted))
    assert isinstance(outline(text, name_of), str)
    assert refers(text, name_of) is bool(wanted)
    if len(text) > 300:
        return
    try:
        assert isinstance(render(text, {name: values[len(name) % 5] for name in wanted}, name_of), str)
    except TemplateError as error:
        assert_sentence(error, repr(text))


@given(identifiers, _paths.filter(lambda path: path[:2] in ("", ".a", "[a", "[0")), st.sampled_from(["", "!r", ":>5"]))
def test_an_outline_shows_a_reference(name: str, path: str, end: str) -> None:
    """What is nothing but a reference is one in an outline, as written; with anything beside it, it is a text."""
    text = f"{{{name}{path}{end}}}"
    assert outline(text, name_of) == text
    assert isinstance(outline(text, name_of), Reference)
    assert not isinstance(outline(f"{text} ", name_of), Reference)


@given(st.recursive(st.one_of(scalars, templates), lambda inner: st.lists(inner, max_size=3), max_leaves=5))
def test_what_was_written_stays(value: Any) -> None:
    """Neither looking for references nor replacing them changes a value."""
    before = copy.deepcopy(value)
    with contextlib.suppress(TemplateError):
        render(value, dict.fromkeys(found(value), "x"), name_of)
    assert same(value, before)
