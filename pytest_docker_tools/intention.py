"""What a factory's fixture would do, told before anything that it refers to is there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

import pytest

from . import attachments, calls, publishing, reuse
from .definition import Definition
from .driver import Driver, Made
from .exceptions import UnsupportedOption
from .factories.build import located
from .factories.fetch import mirrored
from .normalise import TABLES, takes_any_text

__tracebackhide__ = True

_VERBS: Mapping[str, Made] = {
    "build": "build",
    "container": "container",
    "fetch": "pull",
    "network": "network",
    "volume": "volume",
}
# What the creation of a container is told of the networks, under other keywords.
_NETWORKS = ("networks", "aliases")
# What has a name of its own on the engine, and what stands for one that is chosen when the fixture is set up.
_NAMED = ("container", "network", "volume")
_NAME = "pytest-RANDOM"


def intention(definition: Definition, name: str, driver: Driver, config: pytest.Config) -> list[str]:
    """Give the command, or call, that makes a fixture of this name, and the keywords that are not in it.

    Nothing is made, and nobody asked. Raises what the fixture's setup would raise for the same reasons: `UsageError`,
    `TemplateError`, `UnsupportedOption`.
    """
    values = _values(definition, config)
    verb = _VERBS.get(definition.factory)
    if verb is None:
        return _keywords(values, values)
    asked = {keyword: value for keyword, value in values.items() if keyword in (*TABLES[verb], *_NETWORKS)}
    later = {keyword for keyword in asked if _is_unread(definition, verb, keyword, asked[keyword])}
    while True:
        options = {keyword: value for keyword, value in asked.items() if keyword not in later}
        if "networks" in later:
            # These are names in networks that are not known yet.
            options.pop("aliases", None)
        try:
            command = driver.shown(verb, _prepared(definition, name, options, config))
            # A creation attaches a container to the first of its networks only.
            return [command, *_keywords(values, values.keys() - options.keys() | {"networks"})]
        except UnsupportedOption as error:
            refused = driver.refuses.get(verb, {})
            if error.keyword in refused or error.keyword not in options or not definition.refers(error.keyword):
                raise
            # What a fixture will have there, such as a host port, may well be right.
            later.add(error.keyword)


def _values(definition: Definition, config: pytest.Config) -> dict[str, Any]:
    """Give the keywords that say something, with references as text."""
    said = {keyword: value for keyword, value in definition.outline().items() if value is not None}
    # Dependencies are shown as such.
    said.pop("depends_on", None)
    if definition.factory == "fetch" and config.getini("docker_pull_policy") == "missing":
        said.setdefault("policy", "missing")
    return said


def _is_unread(definition: Definition, verb: Made, keyword: str, outlined: Any) -> bool:
    """Say whether all of a value will come of a fixture, and be no string: an environment, a list of networks ..."""
    is_reference = isinstance(outlined, str) and not isinstance(definition.values[keyword], str)
    return is_reference and not takes_any_text(verb, keyword)


def _prepared(definition: Definition, name: str, options: dict[str, Any], config: pytest.Config) -> dict[str, Any]:
    """Give the options of the verb, as the factory makes them of its keywords."""
    if definition.factory in _NAMED:
        prepared = {**_name(definition, name, config), **options}
        if definition.factory == "container":
            attachments.bring_together(prepared)
            publishing.bind(prepared, config.getini("docker_publish_address"))
        return prepared
    if definition.factory == "build":
        known = {keyword: value for keyword, value in options.items() if not definition.refers(keyword)}
        return {**options, **located(known, partial(definition.places, config=config), definition.title(name))}
    if definition.factory == "fetch":
        repository = str(options["repository"])
        # Who refers to a fixture there may name a registry by it.
        return options if repository.startswith("{") else {**options, "repository": mirrored(repository, config)}
    return options


def _name(definition: Definition, name: str, config: pytest.Config) -> dict[str, str]:
    """Give the name of what the user has given none. Raises `NotReusable` where one is demanded."""
    if definition.values.get("name"):
        return {}
    mode = reuse.mode(config)
    if mode == "named":
        raise reuse.unnamed(definition.factory, definition.title(name))
    if mode == "auto":
        return {"name": f"pytest-{name}-KEY"}
    # The engine itself gives containers names.
    return {} if definition.factory == "container" else {"name": _NAME}


def _keywords(values: Mapping[str, Any], chosen: Collection[str]) -> list[str]:
    shown = [calls.keyword(keyword, value) for keyword, value in values.items() if keyword in chosen]
    return [", ".join(shown)] if shown else []
