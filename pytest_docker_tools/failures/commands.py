"""Commands with which a person looks at what the tests have made, or removes it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..driver import Kind

__tracebackhide__ = True

# In the order in which they can be removed.
_REMOVE: Mapping[Kind, Sequence[str]] = {
    "container": ("rm", "-f", "-v"),
    "network": ("network", "rm"),
    "volume": ("volume", "rm"),
}


def to_look_at(client: Sequence[str], kind: Kind, name: str, *, running: bool = False) -> list[str]:
    """Give the commands that show what has this name. `client` is `Driver.client_command()`; without it are none."""
    if not client:
        return []
    commands = [["inspect", name]] if kind == "container" else [[kind, "inspect", name]]
    if kind == "container":
        commands = [*([["exec", "-it", name, "sh"]] if running else []), ["logs", name], *commands]
    return [shlex.join([*client, *command]) for command in commands]


def to_remove(client: Sequence[str], names: Mapping[Kind, Sequence[str]]) -> str:
    """Give one line of commands that removes what has these names, running or not."""
    lines = [shlex.join([*client, *command, *names[kind]]) for kind, command in _REMOVE.items() if names.get(kind)]
    return "; ".join(lines)
