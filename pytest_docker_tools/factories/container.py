"""The factory for containers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from typing_extensions import Unpack

from .. import attachments, copying, reports, resource, reuse
from ..client import inspect
from ..exceptions import ImageNotFound, UnknownKeyword, UsageError
from ..factory import Scope, Setup, fixture
from ..files import Content, Entries, comparable
from ..options import ContainerOptions, Networks, check_keywords
from ..templates import Number, Texts, Value
from ..wrappers.container import Container

__tracebackhide__ = True

_RUN_ONLY = ("detach", "stream")


def container(
    *,
    scope: Scope = "function",
    autouse: bool = False,
    fixture_name: str | None = None,
    wrapper_class: Callable[[Any], Container] | None = None,
    timeout: Number | float = Container.timeout,
    files: Value[Mapping[str, Value[Content]]] | None = None,
    networks: Networks | None = None,
    aliases: Texts | None = None,
    **options: Unpack[ContainerOptions],
) -> Callable[..., Container]:
    """Give a fixture whose value is a running container that is ready to be used.

    `options` are docker-py's of `containers.run`; `image` has to be on the engine (see `fetch` and `build`).
    `timeout` is the seconds of wall clock that it may take to get ready. `wrapper_class` makes the fixture's value of
    an engine's container (see `wrappers.Container`). `files` is {absolute path in the container: content}, what is
    copied into it before it starts, as in `volume(initial_content=...)`. `networks` are the networks that it is in
    from the start, as a list or as {name: `types.EndpointConfig`}; `aliases` are further names of it in all of them,
    and in `network`. `scope`, `autouse` and `fixture_name` are pytest's.
    """
    _check(options)
    if wrapper_class is not None and not callable(wrapper_class):
        raise UsageError(f"container(wrapper_class=...) takes a class, not {wrapper_class!r}.")
    # A class is no reference to a fixture, so it does not take part in templates.
    make = partial(_make, wrapper_class=wrapper_class or Container)
    values = {**options, "timeout": timeout, "files": files, "networks": networks, "aliases": aliases}
    return fixture("container", make, values, scope=scope, autouse=autouse, fixture_name=fixture_name)


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


def _make(setup: Setup, wrapper_class: Callable[[Any], Container]) -> Container:
    timeout = _seconds(setup.options.pop("timeout"))
    image = setup.options["image"]
    setup.options["image"] = getattr(image, "id", image)
    attachments.bring_together(setup.options)
    files = copying.rooted(setup.options.pop("files") or {}, setup.places)
    watched = reports.watch(setup.request)

    def prepare(ref: str, fresh: bool) -> Container:
        made = watched.container = _wrapped(wrapper_class, setup.client.containers.get(ref))
        made.timeout = timeout
        if made.attrs["State"]["Status"] == "paused":
            setup.driver.unpause(ref)
        # One to be reused may have been left before it got its files.
        if fresh or made.attrs["State"]["Status"] == "created":
            copying.put(setup.driver, made.attrs, files)
        setup.driver.start(ref)
        made.wait_until_ready()
        return made

    try:
        return resource.obtain(
            setup,
            "container",
            setup.options,
            prepare,
            compared=_compared(setup, files) if reuse.is_on(setup) else None,
            before_removal=watched.keep_output,
        )
    except ImageNotFound as error:
        raise type(error)(_missing_image(setup), command=error.command, stderr=error.stderr) from None


def _compared(setup: Setup, files: Entries) -> dict[str, Any]:
    """Give what names stand for at present: an image, and files on disk, may be others than in the last run."""
    return {"image": inspect(setup.driver, "image", setup.options["image"])["Id"], "files": comparable(files)}


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
    image = setup.options["image"]
    return (
        f"The {setup.title} asks for the image {image!r}, which is not on the engine at "
        f"{setup.driver.endpoint().url}. Nothing is pulled on its own: make a fixture of it with "
        f"fetch(repository={str(image)!r}), or build(), and use image='{{that_fixture.id}}'."
    )
