"""The factory for volumes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from typing_extensions import Unpack

from .. import resource, seeding
from ..client import Volume
from ..factory import Scope, Setup, fixture
from ..options import Value, VolumeOptions, check_keywords

__tracebackhide__ = True


def volume(
    *,
    scope: Scope = "function",
    autouse: bool = False,
    fixture_name: str | None = None,
    initial_content: Value[Mapping[str, Value[bytes | str | None]]] | None = None,
    **options: Unpack[VolumeOptions],
) -> Callable[..., Volume]:
    """Give a fixture whose value is a volume of its own.

    `initial_content` is {path in the volume: content}, None for an empty folder. `options` are docker-py's of
    `volumes.create`. `scope`, `autouse` and `fixture_name` are pytest's.
    """
    check_keywords(volume, options, VolumeOptions)
    values = {**options, "initial_content": initial_content}
    return fixture("volume", _make, values, scope=scope, autouse=autouse, fixture_name=fixture_name)


def _make(setup: Setup) -> Volume:
    options = setup.options
    content = options.pop("initial_content")
    resource.give_name(setup)

    def prepare(ref: str, fresh: bool) -> Volume:
        if fresh and content:
            seeding.seed(setup.driver, ref, content)
        return setup.client.volumes.get(ref)

    return resource.obtain(setup, "volume", options, prepare, compared={"initial_content": content})
