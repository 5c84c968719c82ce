"""The factory for images that are on the engine already."""

from __future__ import annotations

from collections.abc import Callable

from ..client import Image
from ..exceptions import ImageNotFound, hide_ours
from ..factory import Scope, Setup, fixture
from ..options import Text

__tracebackhide__ = hide_ours


def image(
    *, name: Text, scope: Scope = "session", autouse: bool = False, fixture_name: str | None = None
) -> Callable[..., Image]:
    """Give a fixture whose value is the image of that name or id, which has to be on the engine.

    `scope`, `autouse` and `fixture_name` are pytest's.
    """
    values = {"name": name}
    return fixture("image", _make, values, scope=scope, autouse=autouse, fixture_name=fixture_name)


def _make(setup: Setup) -> Image:
    name = str(setup.options["name"])
    try:
        return setup.client.images.get(name)
    except ImageNotFound:
        raise ImageNotFound(
            f"The {setup.title} asks for {name!r}, which is not on the engine at {setup.driver.endpoint().url}. "
            f"Pull it with fetch(repository={name!r}), or build it first."
        ) from None
