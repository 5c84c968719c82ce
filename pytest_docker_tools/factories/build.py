"""The factory for images that are built from a Dockerfile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import once, timings
from ..client import Image
from ..definition import Setup
from ..exceptions import UsageError
from ..factory import DependsOn, Scope, Settings, fixture
from ..files import Places, nowhere
from ..normalise import is_remote
from ..normalise.values import path
from ..options import BuildOptions, check_keywords
from ..tasks import call
from ..templates import Text, Value
from ..terminal import progress

if TYPE_CHECKING:
    from typing_extensions import Unpack

__tracebackhide__ = True


def build(
    *,
    scope: Scope = "session",
    autouse: bool = False,
    fixture_name: str | None = None,
    depends_on: DependsOn = (),
    wrapper_class: Callable[[Any], Any] | None = None,
    stages: Value[Mapping[str, Text]] | None = None,
    **options: Unpack[BuildOptions],
) -> Callable[..., Image]:
    """Give a fixture whose value is an image that was built when it was first asked for.

    `options` are docker-py's of `images.build`. A relative `path` is looked for below the directory that pytest was
    started in, then next to the file that calls `build`. `fileobj` is a Dockerfile, or with `custom_context` a tar
    archive, and is read now. `secrets` is {id: str, bytes or the `pathlib.Path` of a file}, for steps that mount them.
    `stages` is {stage of the Dockerfile: tag}; each is built, and tagged, first. `depends_on` are fixtures that are set
    up before it. `scope`, `autouse` and `fixture_name` are pytest's. `wrapper_class` is called with the image; what it
    returns is the fixture's value.
    """
    check_keywords(build, options, BuildOptions)
    if not options.get("path") and options.get("fileobj") is None:
        raise UsageError("build() needs a folder with a Dockerfile, build(path='app'), or a Dockerfile in fileobj.")
    values = {**_read_file(options), "stages": stages}
    settings = Settings(scope, autouse, fixture_name, depends_on, wrapper_class=wrapper_class)
    return fixture("build", make, values, settings)


def _read_file(options: BuildOptions) -> dict[str, Any]:
    """Read `fileobj` once: it may be closed, or at its end, when the fixture is set up."""
    fileobj = options.get("fileobj")
    is_content = isinstance(fileobj, (str, bytes)) or hasattr(fileobj, "read")
    return {**options, **({"fileobj": _content(fileobj)} if is_content else {})}


def _content(fileobj: Any) -> bytes:
    """Give what is in a file, or the bytes themselves. Raises `UsageError` for anything else."""
    content = fileobj.read() if hasattr(fileobj, "read") else fileobj
    if content is not fileobj and isinstance(content, str):
        return content.encode()
    if not isinstance(content, bytes):
        raise UsageError("build(fileobj=...) takes a file, or bytes: fileobj=io.BytesIO(b'FROM ...').")
    return content


async def make(setup: Setup) -> Image:
    """Build the stages, then the image."""
    given = {key: value for key, value in setup.options.items() if key != "stages"}
    options = located(given, setup.places, setup.title)
    if options.get("fileobj") is not None:
        options["fileobj"] = _content(options["fileobj"])
    stages = setup.options["stages"] or {}
    if not isinstance(stages, Mapping):
        raise UsageError(f"build(stages=...) takes a dict of stages and tags, not {type(stages).__name__}.")
    build_all = partial(_build, setup, options, stages)
    ref = await once.done(setup, "build", options, build_all, stages=stages)
    return await call(setup.client.images.get, ref)


async def _build(setup: Setup, options: Mapping[str, Any], stages: Mapping[str, str]) -> str:
    name = repr(setup.instance.name)
    for stage, tag in stages.items():
        with progress.shown(setup, f"building {name}, stage {stage!r}") as report:
            build_stage = timings.timed(setup, "build", setup.driver.build_image)
            await call(build_stage, {**options, "target": stage, "tag": tag}, report=report)
    with progress.shown(setup, f"building {name}") as report:
        return await call(timings.timed(setup, "build", setup.driver.build_image), options, report=report)


def located(options: Mapping[str, Any], places: Places, title: str) -> dict[str, Any]:
    """Give options with the folder, and the files of secrets, where they are found. Raises `UsageError`."""
    found = dict(options)
    if options.get("path"):
        found["path"] = _context(path("path", options["path"]), places, title)
    if isinstance(options.get("secrets"), Mapping):
        found["secrets"] = {
            name: _secret(name, value, places, title) if isinstance(value, Path) else value
            for name, value in options["secrets"].items()
        }
    return found


def _context(path: str, places: Places, title: str) -> str:
    """Give the folder that `path` names. Raises `UsageError`, which lists where it was looked for."""
    if is_remote(path):
        return path
    candidates = places(Path(path))
    for place in candidates:
        if place.is_dir():
            return str(place)
    file = next((place for place in candidates if place.is_file()), None)
    if file is not None:
        raise UsageError(
            f"{str(file)!r} is a file. build(path=...) takes the folder, and dockerfile= the name of a Dockerfile."
        )
    raise UsageError(f"The {title} is to be built from the folder {path!r}, but {nowhere(candidates)}.")


def _secret(name: str, path: Path, places: Places, title: str) -> Path:
    """Give the file that a path names. Raises `UsageError`, which lists where it was looked for."""
    candidates = places(path)
    found = next((place for place in candidates if place.is_file()), None)
    if found is None:
        raise UsageError(f"The {title} has its secret {name!r} in the file {str(path)!r}, but {nowhere(candidates)}.")
    return found
