"""What tells the definition of a resource from any other one, and what has changed between two of them.

A definition is all that the engine is asked for, with what names stand for at present in their place, and the
definitions of the resources that it needs. How it is written does not count: the order of keys and of sets, or which of
its forms a keyword has. Nor does what the engine is not asked for, such as `timeout`, `wait_for` and `wrapper_class`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from typing import Any

from .normalise import Verb, normalised

__tracebackhide__ = True

# A digest for each keyword, and for each resource that is needed, by its kind and name: "container db".
Definition = Mapping[str, str]

# It is found by this.
_NOT_COMPARED = ("name",)


def definition(verb: Verb, options: Mapping[str, Any], besides: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Give the definition in resolved options of a verb. `besides` counts as well, or in place of options.

    Raises `UnsupportedOption` for options that cannot be meant.
    """
    compared = {**normalised(verb, _in_order(options)), **(besides or {})}
    return {key: _digest(value) for key, value in compared.items() if key not in _NOT_COMPARED}


def signature(definition: Definition) -> str:
    """Give what is the same for two definitions that are."""
    return _digest(definition)


def changed(before: Definition, now: Definition) -> list[str]:
    """Give the keywords in which two definitions differ."""
    return sorted(key for key in {*before, *now} if before.get(key) != now.get(key))


def written(definition: Definition) -> str:
    """Give a definition as the text of a label."""
    return json.dumps(definition, sort_keys=True)


def read(text: str | None) -> Definition | None:
    """Give the definition in the text of a label, None where it is none."""
    try:
        found = json.loads(text or "")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _in_order(value: Any) -> Any:
    """Give a value with what has no order in one, before it is made a list of."""
    if isinstance(value, Mapping):
        # By their repr, in which 80 and "80" are two.
        return {key: _in_order(value[key]) for key in sorted(value, key=repr)}
    if isinstance(value, (set, frozenset)):
        return sorted(map(_in_order, value), key=repr)
    if type(value) in (list, tuple):
        # A tuple and a list do not mean the same, e.g. (address, port) and [port, port].
        return type(value)(map(_in_order, value))
    return value


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(_comparable(value), sort_keys=True).encode()).hexdigest()[:32]


def _comparable(value: Any) -> Any:
    """Give a value of normalised options as JSON, in which different ones are different."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, bytes):
        return {"sha256": hashlib.sha256(value).hexdigest()}
    if isinstance(value, Mapping):
        return {str(key): _comparable(item) for key, item in value.items()}
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    return [_comparable(item) for item in value]
