"""The factory for an image that was built elsewhere, or is built here."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..client import Image
from ..exceptions import UsageError
from ..factory import DependsOn, Scope
from ..options import BuildOptions, check_keywords
from ..templates import Text, Value
from .build import build
from .image import image

if TYPE_CHECKING:
    from typing_extensions import Unpack

__tracebackhide__ = True


def image_or_build(
    environ_key: str,
    *,
    scope: Scope = "session",
    autouse: bool = False,
    fixture_name: str | None = None,
    depends_on: DependsOn = (),
    wrapper_class: Callable[[Any], Any] | None = None,
    stages: Value[Mapping[str, Text]] | None = None,
    **options: Unpack[BuildOptions],
) -> Callable[..., Image]:
    """Give a fixture whose value is the image that an environment variable names, if it is set, else one built here.

    For tests that run on an image under development, and, in CI, on the very image that is to be released.
    `environ_key` is the variable; everything else is `build`'s. `wrapper_class` is called with either image; what it
    returns is the fixture's value.
    """
    if not isinstance(environ_key, str) or not environ_key:
        raise UsageError(f"image_or_build() takes the name of an environment variable, not {environ_key!r}.")
    check_keywords(image_or_build, options, BuildOptions)
    built = build(
        scope=scope,
        autouse=autouse,
        fixture_name=fixture_name,
        depends_on=depends_on,
        wrapper_class=wrapper_class,
        stages=stages,
        **options,
    )
    name = os.environ.get(environ_key)
    if not name:
        return built
    return image(
        name=name,
        scope=scope,
        autouse=autouse,
        fixture_name=fixture_name,
        depends_on=depends_on,
        wrapper_class=wrapper_class,
    )
