"""The factory for volumes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from typing_extensions import Unpack

from .. import files, resource, reuse, seeding
from ..client import Volume
from ..exceptions import UsageError
from ..factory import DependsOn, Scope, Setup, fixture
from ..ledger import Entry
from ..options import VolumeOptions, check_keywords
from ..templates import Value

__tracebackhide__ = True


def volume(
    *,
    scope: Scope = "function",
    autouse: bool = False,
    fixture_name: str | None = None,
    depends_on: DependsOn = (),
    initial_content: Value[Mapping[str, Value[files.Content]]] | None = None,
    **options: Unpack[VolumeOptions],
) -> Callable[..., Volume]:
    """Give a fixture whose value is a volume of its own.

    `initial_content` is {path in the volume: content}, content being bytes, a str, None for an empty folder, or a
    `pathlib.Path` of a file or folder on disk (see `files`); a relative one is looked for below the directory that
    pytest was started in, then next to the file that calls `volume`. `options` are docker-py's of `volumes.create`.
    `depends_on` are fixtures that are set up before it. `scope`, `autouse` and `fixture_name` are pytest's.
    """
    check_keywords(volume, options, VolumeOptions)
    values = {**options, "initial_content": initial_content}
    return fixture(
        "volume", _make, values, scope=scope, autouse=autouse, fixture_name=fixture_name, depends_on=depends_on
    )


def _make(setup: Setup) -> Volume:
    content = files.entries(setup.options.pop("initial_content") or {}, setup.places)
    if content and _is_in_memory(setup.options.get("driver_opts")):
        raise UsageError(
            f"The {setup.title} is to be filled, but a volume in memory has its files only while a container runs. "
            "Use put_files() of that container."
        )
    resource.give_name(setup)

    def prepare(entry: Entry, fresh: bool) -> Volume:
        if fresh and content:
            seeding.seed(setup.driver, entry.ref, content)
        return setup.client.volumes.get(entry.ref)

    compared = {"initial_content": files.comparable(content)} if reuse.is_on(setup) else None
    return resource.obtain(setup, "volume", setup.options, prepare, compared=compared)


def _is_in_memory(driver_opts: object) -> bool:
    return isinstance(driver_opts, Mapping) and driver_opts.get("type") in ("tmpfs", "ramfs")
