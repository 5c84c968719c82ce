"""The filters of `ids`, over inspect JSON."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ... import normalise
from ...exceptions import EngineError

__tracebackhide__ = True

Facts = Mapping[str, Any]
Match = Callable[[Facts, str], bool]


def matches(kind: str, facts: Facts, filters: Mapping[str, str | Sequence[str]] | None) -> bool:
    """Say whether an object has all labels, and one of the values of each other filter."""
    for name, values in normalise.filters(filters).items():
        if name not in FILTERS[kind]:
            raise EngineError(f"Invalid filter {name!r}. For a {kind} there are {', '.join(sorted(FILTERS[kind]))}.")
        every = all if name == "label" else any
        if not every(FILTERS[kind][name](facts, value) for value in values):
            return False
    return True


def _label(facts: Facts, value: str) -> bool:
    labels = (facts.get("Config", facts).get("Labels")) or {}
    name, separator, wanted = value.partition("=")
    return name in labels and (not separator or labels[name] == wanted)


def _name(facts: Facts, value: str) -> bool:
    name = str(facts["Name"])
    return bool(re.search(value, name) or re.search(value, name.removeprefix("/")))


def _id(facts: Facts, value: str) -> bool:
    return str(facts["Id"]).removeprefix("sha256:").startswith(value.removeprefix("sha256:"))


def _network(facts: Facts, value: str) -> bool:
    attached: Mapping[str, Any] = facts["NetworkSettings"]["Networks"]
    return value in attached or value in [endpoint["NetworkID"] for endpoint in attached.values()]


def _volume(facts: Facts, value: str) -> bool:
    return any(value in (mount.get("Name"), mount["Destination"]) for mount in facts["Mounts"])


def _reference(facts: Facts, value: str) -> bool:
    for tag in facts["RepoTags"]:
        if fnmatch.fnmatch(tag, value) or fnmatch.fnmatch(tag.rpartition(":")[0], value):
            return True
    return False


def _ancestor(facts: Facts, value: str) -> bool:
    image = facts["Config"]["Image"]
    return value in (facts["Image"], image) or value == image.rpartition(":")[0] or value == f"{image}:latest"


def _is_true(value: str) -> bool:
    return value.lower() in ("true", "1")


def _driver(facts: Facts, value: str) -> bool:
    return bool(facts["Driver"] == value)


FILTERS: dict[str, dict[str, Match]] = {
    "container": {
        "ancestor": _ancestor,
        "exited": lambda facts, value: (
            facts["State"]["Status"] == "exited" and facts["State"]["ExitCode"] == int(value)
        ),
        "id": _id,
        "label": _label,
        "name": _name,
        "network": _network,
        "status": lambda facts, value: bool(facts["State"]["Status"] == value),
        "volume": _volume,
    },
    "image": {
        "dangling": lambda facts, value: _is_true(value) == (not facts["RepoTags"]),
        "label": _label,
        "reference": _reference,
    },
    "network": {
        "driver": _driver,
        "id": _id,
        "label": _label,
        "name": _name,
        "scope": lambda facts, value: bool(facts["Scope"] == value),
    },
    "volume": {
        "dangling": lambda facts, value: _is_true(value) == (facts["UsageData"]["RefCount"] == 0),
        "driver": _driver,
        "label": _label,
        "name": _name,
    },
}
