"""What tells definitions apart."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import assume, example, given
from hypothesis import strategies as st

from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools.normalise import TABLES, Verb, normalised
from pytest_docker_tools.signature import changed, definition, read, signature, written

from .claims import assert_sentence
from .strategies import anything, options, scalars

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


@given(given_options)
@example(("container", {"image": "x", "ports": {80: 1, "80": 2}}))
def test_order_of_keys(given: tuple[Verb, dict[str, Any]]) -> None:
    """The order in which keys are written makes no other definition, at any depth."""
    verb, options = given
    assert signed(verb, options) == definition(verb, turned_round(options))


@given(given_options)
@example(("network", {"check_duplicate": 1}))
def test_the_form_does_not_count(given: tuple[Verb, dict[str, Any]]) -> None:
    """Options have the definition of their normal form, and it has one again."""
    verb, options = given
    assert signed(verb, options) == definition(verb, normalised(verb, options))


pairs_of_options = verbs.flatmap(lambda verb: st.tuples(st.just(verb), options(verb), options(verb)))


@given(pairs_of_options, st.randoms(use_true_random=False))
def test_what_differs_counts(given: tuple[Verb, dict[str, Any], dict[str, Any]], chance: Any) -> None:
    """A keyword with another value has changed, in the definition and in the signature, and no other one has."""
    verb, one, other = given
    keyword = chance.choice(sorted(other) or ["name"])
    another = {**one, keyword: other.get(keyword)}
    before, now = signed(verb, one), signed(verb, another)
    first, second = normalised(verb, one), normalised(verb, another)
    differ = {key for key in {*first, *second} - {"name"} if first.get(key, ...) != second.get(key, ...)}
    if not any(isinstance(value, (set, frozenset)) for value in [*one.values(), *another.values()]):
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
    needed = {"image": "x"} if verb == "container" else {"path": "."} if verb == "build" else {"repository": "x"}
    keyword = data.draw(st.sampled_from(sorted({*TABLES[verb]} - {"fileobj"})))
    value = data.draw(
        st.one_of(anything, st.lists(anything, max_size=2), st.dictionaries(scalars.filter(_is_hashable), anything))
    )
    given = {**(needed if verb in ("container", "build", "pull") else {}), keyword: value}
    try:
        found = definition(verb, given)
    except UnsupportedOption as error:
        assert_sentence(error)
        return
    assert read(written(found)) == found
    assert json.loads(written(found)) == found
    assert normalised(verb, given) is not None


def _is_hashable(value: Any) -> bool:
    return value.__hash__ is not None
