"""Keeping containers, networks and volumes between runs, as `--reuse-containers` asks.

A resource is found by its name, which is therefore demanded, and is the right one if it carries the signature of the
definition. One that does not is stale, and replaced together with the reusable containers that use it. One that this
project did not make is never touched.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from . import labels
from .driver import Driver, Facts, Kind
from .exceptions import NotReusable
from .factory import Setup

__tracebackhide__ = True


def is_on(setup: Setup) -> bool:
    """Say whether this run keeps what it makes."""
    return bool(setup.config.getoption("reuse_containers"))


def find(setup: Setup, kind: Kind, options: Mapping[str, Any]) -> str | None:
    """Give the id of the resource that these options describe, None where there is none, or only a stale one.

    A stale one is removed. Raises `NotReusable` for options without a name, and for a resource of that name that
    is not reusable.
    """
    name = options.get("name")
    if not name:
        raise NotReusable(
            f"--reuse-containers finds a {kind} again by its name, and {setup.title} has none. Give it one: "
            f"{setup.definition.factory}(name=...)."
        )
    facts = named(setup.driver, kind, name)
    if facts is None:
        return None
    if not labels.is_reusable(kind, facts):
        raise NotReusable(
            f"{setup.title} wants to reuse the {kind} {name!r}, which does not appear to be a reusable {kind}: it was "
            f"not made with --reuse-containers. Remove it, or choose another name."
        )
    if labels.of(kind, facts).get(labels.SIGNATURE) == signature(options):
        return _id(kind, facts)
    _replace(setup.driver, kind, facts)
    return None


def signature(options: Mapping[str, Any]) -> str:
    """Give a digest of resolved options. The order of keys does not matter.

    Raises `NotReusable` for a value that cannot be compared between runs.
    """
    text = json.dumps(_comparable(options), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _comparable(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, bytes):
        return {"sha256": hashlib.sha256(value).hexdigest()}
    if isinstance(value, Mapping):
        return {str(key): _comparable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_comparable(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted((_comparable(item) for item in value), key=json.dumps)
    if isinstance(getattr(value, "id", None), str):
        return {"id": value.id}
    raise NotReusable(f"--reuse-containers cannot compare a {type(value).__name__} between runs.")


def named(driver: Driver, kind: Kind, name: str) -> Facts | None:
    """Give the facts of what has that very name, None where there is nothing."""
    [facts] = driver.inspect(kind, [name])
    # An engine also resolves the beginning of an id.
    return facts if facts and str(facts["Name"]).lstrip("/") == name else None


def _id(kind: Kind, facts: Facts) -> str:
    return str(facts["Name" if kind == "volume" else "Id"])


def _replace(driver: Driver, kind: Kind, facts: Facts) -> None:
    """Remove a stale resource, and the reusable containers that hold it."""
    if kind != "container":
        holders = driver.inspect("container", driver.ids("container", {kind: _id(kind, facts)}))
        ours = [holder["Id"] for holder in holders if holder and labels.is_reusable("container", holder)]
        driver.remove("container", ours, force=True, volumes=True)
    driver.remove(kind, [_id(kind, facts)], force=kind == "container", volumes=kind == "container")
