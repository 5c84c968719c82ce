"""The factory for images that are on the engine already."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..client import Image, inspect
from ..definition import Setup
from ..exceptions import ImageNotFound, UsageError
from ..factory import DependsOn, Scope, Settings, fixture
from ..normalise.values import text
from ..options import ImageOptions, check_keywords
from ..tasks import call

if TYPE_CHECKING:
    from typing_extensions import Unpack

__tracebackhide__ = True


def image(
    *,
    scope: Scope = "session",
    autouse: bool = False,
    fixture_name: str | None = None,
    depends_on: DependsOn = (),
    wrapper_class: Callable[[Any], Any] | None = None,
    **options: Unpack[ImageOptions],
) -> Callable[..., Image]:
    """Give a fixture whose value is an image that has to be on the engine; `name` is its name or id.

    `depends_on` are fixtures that are set up before it. `wrapper_class` is called with the image; what it returns is
    the fixture's value. `scope`, `autouse` and `fixture_name` are pytest's.
    """
    check_keywords(image, options, ImageOptions)
    if not options.get("name"):
        raise UsageError("image() needs a name: image(name='redis:7').")
    settings = Settings(scope, autouse, fixture_name, depends_on, wrapper_class=wrapper_class)
    return fixture("image", _make, options, settings)


async def _make(setup: Setup) -> Image:
    name = text("name", setup.options["name"])
    try:
        return setup.client.images.prepare_model(await call(inspect, setup.driver, "image", name))
    except ImageNotFound as error:
        raise type(error)(
            f"The {setup.title} asks for {name!r}, which is not on the engine at {setup.driver.endpoint().url}. "
            f"Use fetch(repository={name!r}) in its place, or build it first."
        ) from None
