"""The factory for images that are pulled from a registry."""

from __future__ import annotations

from collections.abc import Callable

from typing_extensions import Unpack

from ..client import Image
from ..exceptions import UsageError
from ..factory import Scope, Setup, fixture
from ..options import PullOptions, check_keywords

__tracebackhide__ = True


def fetch(
    *,
    scope: Scope = "session",
    autouse: bool = False,
    fixture_name: str | None = None,
    **options: Unpack[PullOptions],
) -> Callable[..., Image]:
    """Give a fixture whose value is an image that was pulled when it was first asked for.

    `options` are docker-py's of `images.pull`; a `repository` without a tag means `latest`. `scope`, `autouse` and
    `fixture_name` are pytest's.
    """
    check_keywords(fetch, options, PullOptions)
    if not options.get("repository"):
        raise UsageError("fetch() needs a repository: fetch(repository='redis:7').")
    return fixture("fetch", _make, options, scope=scope, autouse=autouse, fixture_name=fixture_name)


def _make(setup: Setup) -> Image:
    return setup.client.images.get(setup.driver.pull_image(setup.options))
