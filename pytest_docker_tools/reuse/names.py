"""The name by which a later run finds what a fixture has made."""

from __future__ import annotations

import json
import re
from typing import Any

from .. import runs
from ..definition import Setup
from ..driver import Kind
from ..exceptions import NotReusable
from .mode import mode

__tracebackhide__ = True

# Of a fixture's name. A host has at most 63 characters.
_LONGEST = 40


def name_for(setup: Setup, kind: Kind) -> str:
    """Give the name that the user chose, or, with `docker_reuse = auto`, one made from where the fixture is.

    Raises `NotReusable` where there is none.
    """
    if setup.options.get("name"):
        return str(setup.options["name"])
    if mode(setup.config) == "auto":
        return made_up(setup)
    raise unnamed(kind, setup.title)


def unnamed(kind: str, title: str) -> NotReusable:
    """Give the error for a resource, as messages name it, that has no name although names are demanded."""
    return NotReusable(
        f"--reuse-containers finds a {kind} again by its name, and {title} has none. Give it one: {kind}(name=...). Or "
        "let the ini option docker_reuse = auto make names."
    )


def made_up(setup: Setup, *besides: str) -> str:
    """Give a name that tells a fixture from others, also of other projects, and from itself with other parameters."""
    name = setup.instance.name
    # The same file may have it for several modules and classes, and each project its own.
    seen_below = getattr(setup.instance.fixturedef, "baseid", "")
    where = [setup.definition.site.file, str(setup.config.rootpath / seen_below)]
    unique = runs.key(*where, name, *_parameters(setup), *besides)
    return f"pytest-{re.sub('[^a-zA-Z0-9_.]', '-', name)[:_LONGEST]}-{unique[:12]}"


def _parameters(setup: Setup) -> list[str]:
    """Give which of its parameters each parametrised fixture has that the fixture needs."""
    callspec: Any = getattr(setup.instance.item, "callspec", None)
    if callspec is None:
        return []
    needed = {node.name for node in setup.instance.upstream} & {*callspec.params}
    return [f"{name}={_told(callspec.params[name], callspec.indices[name])}" for name in sorted(needed)]


def _told(parameter: Any, place: int) -> str:
    """Give what a parameter is in every run, or else its place among the others."""
    try:
        return json.dumps(parameter, sort_keys=True)
    except (TypeError, ValueError):
        return f"#{place}"
