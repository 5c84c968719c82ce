"""What tells definitions apart."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import assume, example, given
from hypothesis import strategies as st

from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools.normalise import TABLES, Verb, normalised
from pytest_docker_tools.normalise.values import number, size
from pytest_docker_tools.signature import changed, definition, read, signature, written

from ..conftest import NEEDED
from .conftest import anything, assert_sentence, options, scalars

verbs = st.sampled_from(sorted(TABLES))
given_options = verbs.flatmap(lambda verb: st.tuples(st.just(verb), options(verb)))


def signed(verb: Verb, given: dict[str, Any]) -> dict[str, str]:
    """Give a definition of options that are accepted."""
    try:
        normalised(verb, given)
    except UnsupportedOption as error:
        assert_sentence(error)
        assume(False)
    return definition(verb, given)


def turned_round(value: Any) -> Any:
    """Give a value with the keys of every dict in the other order."""
    if isinstance(value, dict):
        return {key: turned_round(value[key]) for key in reversed(value)}
    return type(value)(map(turned_round, value)) if type(value) in (list, tuple) else value


@given(st.sampled_from(["container", "build"]), st.data())
def test_numbers_and_their_texts(verb: Verb, data: st.DataObject) -> None:
    """A whole number is the same as its text, for every keyword that takes both."""
    keyword = data.draw(st.sampled_from([name for name, form in TABLES[verb].items() if form in (number, size)]))
    value = data.draw(st.integers(-1, 2**53))
    needed = NEEDED.get(verb, {})
    assert definition(verb, {**needed, keyword: value}) == definition(verb, {**needed, keyword: str(value)})


def in_order(value: Any) -> Any:
    """Give a value with a list in place of every set, and dicts, which may become lists, in one order."""
    if isinstance(value, dict):
        return {key: in_order(value[key]) for key in sorted(value, key=repr)}
    if isinstance(value, (set, frozenset)):
        return sorted(map(in_order, value), key=repr)
    return type(value)(map(in_order, value)) if type(value) in (list, tuple) else value


@given(given_options)
@example(("container", {"image": "x", "ports": {80: 1, "80": 2}}))
def test_order_of_keys(given: tuple[Verb, dict[str, Any]]) -> None:
    """The order in which keys are written makes no other definition, at any depth."""
    verb, options = given
    assert signed(verb, options) == definition(verb, turned_round(options))


@given(given_options)
@example(("network", {"check_duplicate": 1}))
@example(("container", {"image": "x", "blkio_weight": "0"}))
def test_the_form_does_not_count(given: tuple[Verb, dict[str, Any]]) -> None:
    """Options have the definition of their normal form, and it has one again."""
    verb, options = given
    assert signed(verb, options) == definition(verb, normalised(verb, in_order(options)))


pairs_of_options = verbs.flatmap(lambda verb: st.tuples(st.just(verb), options(verb), options(verb)))


@given(pairs_of_options, st.randoms(use_true_random=False))
def test_what_differs_counts(given: tuple[Verb, dict[str, Any], dict[str, Any]], chance: Any) -> None:
    """A keyword with another value has changed, in the definition and in the signature, and no other one has."""
    verb, one, other = given
    keyword = chance.choice(sorted(other) or ["name"])
    another = {**one, keyword: other.get(keyword)}
    before, now = signed(verb, one), signed(verb, another)
    first, second = normalised(verb, in_order(one)), normalised(verb, in_order(another))
    differ = {key for key in {*first, *second} - {"name"} if first.get(key, ...) != second.get(key, ...)}
    assert set(changed(before, now)) == differ
    assert (signature(before) == signature(now)) is (before == now)


# Of different types, but not all of different text.
_plain = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=4), st.binary()
)
_besides = st.recursive(
    _plain,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=5,
)


@given(_besides, _besides)
@example(1, "1")
@example(1, True)
@example(0, None)
@example("1", b"1")
@example(None, [])
@example([], {})
@example("", b"")
@example([1], 1)
@example(1, 1.0)
@example({"a": 1}, ["a", 1])
def test_values_of_different_types_differ(one: Any, another: Any) -> None:
    """What counts besides options is told apart by type and value, and is the same as itself."""
    first, second = (definition("volume", {}, {"files": value}) for value in (one, another))
    assert (first == second) is (_typed(one) == _typed(another))


def _typed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _typed(item) for key, item in value.items()}
    return list(map(_typed, value)) if isinstance(value, list) else (type(value).__name__, repr(value))


@given(st.lists(_besides, max_size=3))
def test_a_tuple_is_a_list(value: list[Any]) -> None:
    """Where neither is read any more, a tuple and a list are the same."""
    assert definition("volume", {}, {"files": value}) == definition("volume", {}, {"files": tuple(value)})


@given(verbs, st.data())
def test_anything_is_signed_or_refused(verb: Verb, data: st.DataObject) -> None:
    """Whatever stands for a keyword, it has a definition that a label can have, or is refused in a sentence."""
    needed = NEEDED.get(verb, {})
    keyword = data.draw(st.sampled_from(sorted({*TABLES[verb]} - {"fileobj"})))
    value = data.draw(
        st.one_of(anything, st.lists(anything, max_size=2), st.dictionaries(scalars, anything, max_size=2))
    )
    given = {**needed, keyword: value}
    try:
        found = definition(verb, given)
    except UnsupportedOption as error:
        assert_sentence(error)
        return
    assert read(written(found)) == found
    assert json.loads(written(found)) == found
    assert normalised(verb, given) is not None
