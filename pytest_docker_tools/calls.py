"""How a call is shown: docker-py's, with the keywords that it is given, without values that may be secret."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from .credentials import hidden

__tracebackhide__ = True

# Keywords of all factories in whose values there may be secrets: errors do not show these.
MAY_BE_SECRET = frozenset(
    {
        *("auth_config", "buildargs", "driver_opts", "environment", "files", "initial_content"),
        *("log_config", "mounts", "secrets"),
    }
)

# By verb, where docker-py has it.
_CALLS = {
    "build": "client.images.build",
    "container": "client.containers.create",
    "network": "client.networks.create",
    "pull": "client.images.pull",
    "volume": "client.volumes.create",
}
# Keywords, and keys in the values of keywords, below which there may be secrets.
_HIDDEN = MAY_BE_SECRET | {"driver_opt", "DriverOpt", "DriverOpts", "options", "Options", "storage_opt"}


class Reference(str):
    """A reference to a fixture and nothing else, as text, such as "{name.attribute}". A text in braces may be JSON."""


def call(verb: str, options: Mapping[str, Any]) -> str:
    """Show docker-py's call with these options, of which those that are None say nothing."""
    return f"{_CALLS[verb]}({', '.join(keyword(name, value) for name, value in options.items() if value is not None)})"


def keyword(name: str, value: Any) -> str:
    """Show a keyword with its value, in which references to fixtures are `Reference`s."""
    return f"{name}={_shown(value, name in _HIDDEN)}"


def _shown(value: Any, is_hidden: bool) -> str:
    if isinstance(value, Reference):
        return value
    if isinstance(value, Mapping):
        pairs = (f"{key!r}: {_shown(item, is_hidden or key in _HIDDEN)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    if is_hidden:
        return "***"
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if type(value) in (list, tuple, set, frozenset):
        items = ", ".join(_shown(item, False) for item in value)
        return f"({items}{',' * (len(value) == 1)})" if type(value) is tuple else f"[{items}]"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return f"{type(value).__name__}({', '.join(_changed_fields(value))})"
    return hidden(repr(value) if isinstance(value, str) else str(value))


def _changed_fields(thing: Any) -> list[str]:
    """Show the fields of a dataclass that are not as they are by default."""
    fields = ((field, getattr(thing, field.name)) for field in dataclasses.fields(thing) if field.init)
    return [keyword(field.name, value) for field, value in fields if value != field.default]
