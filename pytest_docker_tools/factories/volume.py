"""The factory for volumes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .. import drivers, files, lifetime, owners, resource, seeding, timings
from ..client import Volume
from ..definition import Setup
from ..exceptions import UsageError
from ..factory import DependsOn, Scope, Settings, fixture
from ..ledger import Entry
from ..options import VolumeOptions, check_keywords
from ..tasks import call
from ..templates import Value

if TYPE_CHECKING:
    from typing_extensions import Unpack

__tracebackhide__ = True


def volume(
    *,
    scope: Scope = "function",
    autouse: bool = False,
    fixture_name: str | None = None,
    depends_on: DependsOn = (),
    shared: bool = False,
    wrapper_class: Callable[[Any], Any] | None = None,
    initial_content: Value[Mapping[str, Value[files.Content]]] | None = None,
    **options: Unpack[VolumeOptions],
) -> Callable[..., Volume]:
    """Give a fixture whose value is a volume of its own.

    `initial_content` is {path in the volume: content}, content being bytes, a str, None for an empty folder, or a
    `pathlib.Path` of a file or folder on disk (see `files`); a relative one is looked for below the directory that
    pytest was started in, then next to the file that calls `volume`. `options` are docker-py's of `volumes.create`.
    `depends_on` are fixtures that are set up before it. `shared` is for all workers of xdist, as that of `container`.
    `scope`, `autouse` and `fixture_name` are pytest's. `wrapper_class` is called with the volume; what it returns is
    the fixture's value.
    """
    check_keywords(volume, options, VolumeOptions)
    values = {**options, "initial_content": initial_content}
    return fixture("volume", _make, values, Settings(scope, autouse, fixture_name, depends_on, shared, wrapper_class))


async def _make(setup: Setup) -> Volume:
    content = files.entries(setup.options.pop("initial_content") or {}, setup.places)
    if content and _is_in_memory(setup.options.get("driver_opts")):
        raise UsageError(
            f"The {setup.title} is to be filled, but a volume in memory has its files only while a container runs. "
            "Use put_files() of that container."
        )

    async def prepare(entry: Entry, fresh: bool) -> Volume:
        if fresh and content:
            seed = timings.timed(setup, "copy", seeding.seed)
            described = owners.described(setup.config, setup.driver)
            await call(seed, setup.driver, entry.ref, content, described, drivers.timeout_of(setup.config))
        found: Volume = await resource.model(setup, entry)
        return found

    async def besides() -> dict[str, Any]:
        return {"initial_content": files.comparable(content)} if content else {}

    return await lifetime.obtain(setup, "volume", setup.options, prepare, besides=besides)


def _is_in_memory(driver_opts: object) -> bool:
    return isinstance(driver_opts, Mapping) and driver_opts.get("type") in ("tmpfs", "ramfs")
