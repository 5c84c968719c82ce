"""The factory for containers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from .. import addresses, attachments, copying, lifetime, probes, publishing, readiness, resource, timings
from ..client import inspect
from ..definition import Setup
from ..exceptions import ImageNotFound, UnknownKeyword, UsageError
from ..factory import DependsOn, Scope, Settings, fixture, is_fixture
from ..files import Content, Entries, comparable
from ..ledger import Entry
from ..options import ContainerOptions, Networks, check_keywords
from ..references import is_image_id, quoted
from ..tasks import call
from ..templates import FixtureReference, Number, Texts, Value
from ..wrappers.container import Container

if TYPE_CHECKING:
    from typing_extensions import Unpack

__tracebackhide__ = True

# What to wait for: a probe, a function of the container, or a reference to a fixture that gives one.
_WaitForOne = probes.Probe | FixtureReference | Callable[..., Any]
WaitFor = _WaitForOne | Sequence[_WaitForOne]

_RUN_ONLY = ("detach", "stream")
# What readiness, reports and the verbs ask of a wrapper, besides what a class may override.
_OURS = ("driver", "look", "looking_until", "patience", "put_off", "asks_more", "is_plain", "waits_for")


def container(
    *,
    scope: Scope = "function",
    autouse: bool = False,
    fixture_name: str | None = None,
    depends_on: DependsOn = (),
    shared: bool = False,
    wrapper_class: Callable[[Any], Container] | None = None,
    timeout: Number | float | None = None,
    files: Value[Mapping[str, Value[Content]]] | None = None,
    networks: Networks | None = None,
    aliases: Texts | None = None,
    wait_for: WaitFor | None = None,
    **options: Unpack[ContainerOptions],
) -> Callable[..., Container]:
    """Give a fixture whose value is a running container that is ready to be used.

    `options` are docker-py's of `containers.run`; `image` has to be on the engine (see `fetch` and `build`). `timeout`
    is the seconds of wall clock that it may take to get ready, 30 where its class does not say otherwise.
    `wrapper_class` makes the fixture's value of an engine's container (see `wrappers.Container`). `files` is {absolute
    path in the container: content}, what is copied into it before it starts, as in `volume(initial_content=...)`.
    `networks` are the networks that it is in from the start, as a list or as {name: `types.EndpointConfig`}; `aliases`
    are further names of it in all of them, and in `network`. `wait_for` is what has to hold besides before it is ready,
    after what its class waits for: probes (see `probes`), or functions that are called with the container. `depends_on`
    are fixtures that are set up before it. With `shared` and the scope "session", all workers of xdist have one
    container in common, which is removed at the end of the run. `scope`, `autouse` and `fixture_name` are pytest's.
    """
    _check(options)
    # A class is no reference to a fixture, so it does not take part in templates.
    make = partial(_make, wrapper_class=_class_for(wrapper_class))
    values = {**options, "timeout": timeout, "files": files, "networks": networks, "aliases": aliases}
    values["wait_for"] = _probes(wait_for)
    return fixture("container", make, values, Settings(scope, autouse, fixture_name, depends_on, shared))


def _class_for(wrapper_class: Callable[[Any], Container] | None) -> Callable[[Any], Container]:
    if wrapper_class is not None and not callable(wrapper_class):
        raise UsageError(f"container(wrapper_class=...) takes a class, not {wrapper_class!r}.")
    if isinstance(wrapper_class, type) and not issubclass(wrapper_class, Container):
        raise UsageError(
            "container(wrapper_class=...) takes a subclass of pytest_docker_tools.wrappers.Container, not "
            f"{wrapper_class!r}."
        )
    _require_free_names(wrapper_class or Container)
    return wrapper_class or Container


def _require_free_names(wrapper_class: Callable[[Any], Container]) -> None:
    for name in _OURS if isinstance(wrapper_class, type) else ():
        if getattr(wrapper_class, name) is not getattr(Container, name):
            raise UsageError(
                f"container(wrapper_class=...) takes a class without an attribute {name!r} of its own, as that of "
                f"pytest_docker_tools.wrappers.Container is needed. Give the one of {wrapper_class!r} another name."
            )


def _check(options: ContainerOptions) -> None:
    for keyword in _RUN_ONLY:
        if keyword in options:
            raise UnknownKeyword(
                f"container() has no keyword {keyword!r}: its containers always run in the background. Use logs(), or "
                "wait() for one that ends."
            )
    check_keywords(container, options, ContainerOptions)
    if not options.get("image"):
        raise UsageError("container() needs an image: container(image='redis:7').")
    if options.get("ports") and options.get("network_mode") in ("host", "none"):
        raise UsageError(
            f"container(ports=...) has no meaning with network_mode={options.get('network_mode')!r}, in which an "
            "engine publishes nothing. Leave one of them out."
        )


def _probes(wait_for: Any) -> Any:
    """Mark functions, which are references elsewhere, as probes. Raises `UsageError` for what cannot be meant."""
    if isinstance(wait_for, (list, tuple)):
        return [_probe(item) for item in wait_for]
    return None if wait_for is None else _probe(wait_for)


def _probe(item: Any) -> Any:
    return item if isinstance(item, FixtureReference) or is_fixture(item) else probes.probe(item)


async def _make(setup: Setup, wrapper_class: Callable[[Any], Container]) -> Container:
    given = setup.options.pop("timeout")
    timeout = None if given is None else _seconds(given)
    image = setup.options["image"]
    setup.options["image"] = getattr(image, "id", image)
    wait_for = _checked(setup.options.pop("wait_for"), setup.options)
    attachments.bring_together(setup.options)
    publishing.bind(setup.options, setup.config.getini("docker_publish_address"))
    files = copying.rooted(setup.options.pop("files") or {}, setup.places)
    host_address = addresses.chosen_host(setup.config.getini("docker_host_address"))

    async def prepare(entry: Entry, fresh: bool) -> Container:
        entry.image = str(setup.definition.outline()["image"])
        made = entry.container = _wrapped(wrapper_class, await resource.model(setup, entry))
        made.timeout = _seconds(made.timeout) if timeout is None else timeout
        made.host_address = host_address
        made.wait_for = probes.checked([*probes.checked(made.wait_for), *wait_for])
        if fresh and files:
            await call(timings.timed(setup, "copy", copying.put), setup.driver, made.attrs, files)
        await _set_going(setup, made, entry, fresh)
        with timings.making(setup, "wait"):
            await readiness.reached(made, made.timeout, has_looked=True)
        return made

    try:
        besides = partial(_besides, setup, files)
        # One that the engine removes at its end is to be known before it starts.
        start = not files and not _removes_itself(setup.options)
        return await lifetime.obtain(setup, "container", setup.options, prepare, besides=besides, start=start)
    except ImageNotFound as error:
        raise type(error)(_missing_image(setup), command=error.command, stderr=error.stderr) from None


async def _set_going(setup: Setup, made: Container, entry: Entry, fresh: bool) -> None:
    """Let a container run that does not, unless it has done what it is for."""
    status = made.attrs["State"]["Status"]
    if status == "paused":
        await call(setup.driver.unpause, made.id)
    elif status != "running" and not entry.started and (fresh or not probes.is_done(made)):
        await call(timings.timed(setup, "start", setup.driver.start), made.id)


def _checked(wait_for: Any, options: Mapping[str, Any]) -> Sequence[probes.Probe]:
    """Give the probes. Raises `UsageError` for what is none, and where nobody could ask them."""
    found = probes.checked(wait_for)
    if any(isinstance(probe, probes.Exited) for probe in found) and _removes_itself(options):
        raise UsageError(
            "container(remove=True, wait_for=Exited()) would lose its exit code and its log, as the engine removes it "
            "at its end. Leave out remove=; the container is removed with its fixture anyway."
        )
    return found


def _removes_itself(options: Mapping[str, Any]) -> bool:
    return bool(options.get("remove") or options.get("auto_remove"))


async def _besides(setup: Setup, files: Entries) -> dict[str, Any]:
    """Give what names stand for at present: an image, and files on disk, may be others than in the last run."""
    image = setup.options["image"]
    if not is_image_id(str(image)):
        image = (await call(inspect, setup.driver, "image", image))["Id"]
    return {"image": image, "files": comparable(files)}


def _wrapped(wrapper_class: Callable[[Any], Container], container: Any) -> Container:
    made = wrapper_class(container)
    if not isinstance(made, Container) or not hasattr(made, "_container"):
        raise UsageError(
            "container(wrapper_class=...) takes a subclass of pytest_docker_tools.wrappers.Container, whose __init__, "
            f"if it has one, calls super().__init__(container); {wrapper_class!r} gave {type(made).__name__!r}."
        )
    return made


def _seconds(timeout: Any) -> float:
    try:
        seconds = float(timeout)
    except (TypeError, ValueError):
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise UsageError(f"container(timeout=...) takes a number of seconds, 0 or more, not {timeout!r}.")
    return seconds


def _missing_image(setup: Setup) -> str:
    image, platform = setup.options["image"], setup.options.get("platform")
    asked = f"{quoted(str(image))} for the platform {platform!r}" if platform else quoted(str(image))
    return (
        f"The {setup.title} asks for the image {asked}, which is not on the engine at "
        f"{setup.driver.endpoint().url}. Nothing is pulled on its own: make a fixture of it with "
        f"fetch(repository={str(image)!r}), or build(), and use image='{{that_fixture.id}}'."
    )
