"""By which names fixtures are known to each other without a reference.

A container may ask for an image by the tag with which another fixture builds it, or for a server by its alias. pytest
knows of no dependency there, but who puts the one before the other in a test counts on it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from ..definition import Definition
from ..exceptions import TemplateError
from ..normalise import image_reference

__tracebackhide__ = True

# What no name begins or ends next to, in a text that has it.
_PART = r"[\w.-]"


class Mentions(NamedTuple):
    """The names by which others may mean what a fixture makes, and the texts in which it may mean others."""

    names: frozenset[str]
    texts: tuple[str, ...]

    def has(self, names: Collection[str]) -> bool:
        """Say whether the texts have any of these names in them."""
        if not names:
            return False
        named = re.compile(rf"(?<!{_PART})(?:{'|'.join(map(re.escape, names))})(?!{_PART})")
        return any(named.search(text) for text in self.texts)


# Each test asks again, so that it is remembered. Neither fixtures nor their modules are kept by it.
_KNOWN: WeakKeyDictionary[Definition, Mentions] = WeakKeyDictionary()


def of(definition: Definition) -> Mentions:
    """Give what the keywords of a fixture mention."""
    if definition not in _KNOWN:
        outline = _outline(definition)
        _KNOWN[definition] = Mentions(_names(outline), tuple(_texts(outline)))
    return _KNOWN[definition]


def _names(outline: Mapping[str, Any]) -> frozenset[str]:
    networks = outline.get("networks")
    endpoints = networks.values() if isinstance(networks, Mapping) else ()
    stages = outline.get("stages")
    if outline.get("repository"):
        # Other tags of what is pulled are other images.
        pulled = image_reference(outline)
        return frozenset(text for text in (pulled, pulled.removesuffix(":latest")) if "{" not in text)
    given = [
        *(outline.get(keyword) for keyword in ("name", "tag", "aliases")),
        *(stages.values() if isinstance(stages, Mapping) else ()),
        *(endpoint.get("Aliases") for endpoint in endpoints if isinstance(endpoint, Mapping)),
    ]
    found = {text for text in _texts(given) if text and "{" not in text}
    # An image is meant with any tag of its repository.
    return frozenset(found | {re.sub(r":[\w.-]+$", "", text) for text in found})


def _outline(definition: Definition) -> Mapping[str, Any]:
    try:
        return definition.outline()
    except TemplateError:
        # Its setup will say so.
        return {}


def _texts(value: Any) -> Iterator[str]:
    """Give the texts in a value, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts([*value, *value.values()])
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from _texts(item)
