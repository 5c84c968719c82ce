"""How docker-py's calls, and keywords of factories, are shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools.calls import Reference, call, keyword
from pytest_docker_tools.types import LogConfig, Mount


@dataclass(frozen=True)
class Thing:
    """A value with fields."""

    first: Any
    second: Any = "two"
    third: str = field(default="three", init=False)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("a", "text", "a='text'"),
        ("a", Reference("{b.c[d]}"), "a={b.c[d]}"),
        ("a", "{b}{c}", "a='{b}{c}'"),
        ("a", ["b", 1, None, 2.5, True], "a=['b', 1, None, 2.5, True]"),
        ("a", (1,), "a=(1,)"),
        ("a", ("b", Reference("{c}")), "a=('b', {c})"),
        ("a", {"{b}": {"c": [Reference("{d}")]}}, "a={'{b}': {'c': [{d}]}}"),
        ("a", b"bytes", "a=<5 bytes>"),
        ("a", Path("b/c"), f"a={Path('b/c')}"),
        ("a", Thing(Reference("{b}")), "a=Thing(first={b})"),
        ("a", [Thing(1, 2)], "a=[Thing(first=1, second=2)]"),
        ("environment", Reference("{settings}"), "environment={settings}"),
        ("environment", {"A": "secret", "B": Reference("{b}")}, "environment={'A': ***, 'B': {b}}"),
        ("environment", ["A=secret"], "environment=***"),
        ("environment", {"A": '{"b": "secret"}', "B": "{ secret }"}, "environment={'A': ***, 'B': ***}"),
        ("files", {"/a": "{secret}", "/b": Reference("{f(a,b)}")}, "files={'/a': ***, '/b': {f(a,b)}}"),
        ("path", "https://me:secret@example.org/a.git", "path='https://me:***@example.org/a.git'"),
        ("secrets", {"a": b"secret"}, "secrets={'a': ***}"),
        ("log_config", LogConfig("a", {"b": "secret"}), "log_config={'Type': ***, 'Config': {'b': ***}}"),
        ("mounts", [Mount("/a")], "mounts=***"),
        ("a", {"b": {"DriverOpts": {"c": "secret"}, "d": "e"}}, "a={'b': {'DriverOpts': {'c': ***}, 'd': 'e'}}"),
        ("ipam", {"Options": {"a": "secret"}, "Driver": "b"}, "ipam={'Options': {'a': ***}, 'Driver': 'b'}"),
    ],
)
def test_keyword(name: str, value: Any, shown: str) -> None:
    """A value is shown as it would be written, references as text, and what may be secret not at all."""
    assert keyword(name, value) == shown


def test_call() -> None:
    """A call has all keywords that say something, in their order."""
    assert call("pull", {"repository": "a", "tag": None, "platform": "b"}) == (
        "client.images.pull(repository='a', platform='b')"
    )
