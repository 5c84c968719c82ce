"""The factory for images that are pulled from a registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

import pytest

from .. import once, timings
from ..client import Image
from ..definition import Setup
from ..driver import Facts
from ..exceptions import DriverError, EngineError, UsageError
from ..factory import DependsOn, Scope, Settings, fixture
from ..normalise import image_reference
from ..normalise.values import text
from ..options import PullOptions, check_keywords
from ..platforms import is_surely_for
from ..references import split_registry
from ..tasks import call
from ..templates import FixtureReference, Value
from ..terminal import progress

if TYPE_CHECKING:
    from typing_extensions import Unpack

__tracebackhide__ = True

Policy = Literal["missing", "always"]
_TAKE_IT = (
    "The engine has an image of this name: with policy='missing', or the ini option docker_pull_policy = missing, that "
    "is taken, and no registry is asked."
)


def fetch(
    *,
    scope: Scope = "session",
    autouse: bool = False,
    fixture_name: str | None = None,
    depends_on: DependsOn = (),
    policy: Value[Policy] | None = None,
    wrapper_class: Callable[[Any], Any] | None = None,
    **options: Unpack[PullOptions],
) -> Callable[..., Image]:
    """Give a fixture whose value is an image that was pulled when it was first asked for.

    `options` are docker-py's of `images.pull`; a `repository` without a tag means `latest`. With `all_tags` the value
    is a list of images. `policy` is "always", or "missing" to ask the registry only for what the engine does not have;
    without it that is what the ini option docker_pull_policy says. What names no registry comes from where the ini
    option docker_image_prefix says. `depends_on` are fixtures that are set up before it. `scope`, `autouse` and
    `fixture_name` are pytest's. `wrapper_class` is called with the image; what it returns is the fixture's value.
    """
    check_keywords(fetch, options, PullOptions)
    if not options.get("repository"):
        raise UsageError("fetch() needs a repository: fetch(repository='redis:7').")
    if policy is not None and not _is_reference(policy):
        _checked(policy, "fetch(policy=...)")
    values = {**options, "policy": policy}
    settings = Settings(scope, autouse, fixture_name, depends_on, wrapper_class=wrapper_class)
    return fixture("fetch", _make, values, settings)


async def _make(setup: Setup) -> Image:
    policy = _policy(setup)
    repository = text("repository", setup.options["repository"])
    options = {**setup.options, "repository": mirrored(repository, setup.config)}
    images = setup.client.images
    if options.get("all_tags"):
        # Only the registry knows how many there are.
        return cast("Image", await call(images.list, await _pulled(setup, options)))
    found = await call(_on_engine, setup, options) if policy == "missing" else None
    return images.prepare_model(found) if found else await call(images.get, await _pulled(setup, options))


async def _pulled(setup: Setup, options: Mapping[str, Any]) -> str:
    async def pull() -> str:
        with progress.shown(setup, f"pulling {image_reference(options)!r}") as report:
            try:
                return await call(timings.timed(setup, "pull", setup.driver.pull_image), options, report=report)
            except EngineError as error:
                if await call(_is_there_all_the_same, setup, options):
                    error.args = (f"{error} {_TAKE_IT}",)
                raise

    return await once.done(setup, "pull", options, pull)


def _policy(setup: Setup) -> Policy:
    """Take the policy out of the options, or else from the ini option."""
    policy = setup.options.pop("policy")
    if policy is None:
        return _checked(setup.config.getini("docker_pull_policy"), "The ini option docker_pull_policy")
    return _checked(policy, "fetch(policy=...)")


def _checked(policy: Any, where: str) -> Policy:
    if policy not in get_args(Policy):
        raise UsageError(f"{where} takes 'missing' or 'always', not {policy!r}.")
    return cast("Policy", policy)


def _is_reference(value: Any) -> bool:
    return callable(value) or isinstance(value, FixtureReference) or (isinstance(value, str) and "{" in value)


def mirrored(repository: str, config: pytest.Config) -> str:
    """Put the user's prefix before a repository that names no registry. Raises `UsageError`."""
    prefix = str(config.getini("docker_image_prefix")).strip()
    if "://" in prefix:
        raise UsageError(
            "The ini option docker_image_prefix takes what names of images begin with, such as "
            f"'mirror.example.org/hub', not {prefix!r}."
        )
    return repository if not prefix or split_registry(repository)[0] else f"{prefix.rstrip('/')}/{repository}"


def _on_engine(setup: Setup, options: Mapping[str, Any]) -> Facts | None:
    """Give the inspect JSON of the image if the engine has it, for the platform that is asked for."""
    [facts] = setup.driver.inspect("image", [image_reference(options)])
    platform = str(options.get("platform") or "")
    return facts if facts and (not platform or is_surely_for(facts, platform)) else None


def _is_there_all_the_same(setup: Setup, options: Mapping[str, Any]) -> bool:
    """Say whether an image that cannot be pulled could be used as it is. What fails here is not what went wrong."""
    try:
        return not options.get("all_tags") and _on_engine(setup, options) is not None
    except DriverError:
        return False
