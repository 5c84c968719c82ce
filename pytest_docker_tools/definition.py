"""What a factory's fixture is made from: its keywords as they were written, and then with the values of fixtures."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.fixtures import getfixturemarker

from . import drivers, templates
from .closure import Instance, Node
from .exceptions import TemplateError, UsageError
from .namespaces import Site
from .options import MAY_BE_SECRET
from .tasks import Work

if TYPE_CHECKING:
    from .client import Client
    from .driver import Driver

__tracebackhide__ = True

# What every fixture of a factory asks pytest for. The first one may get lost: pytest 8.0 takes it for `self` in the
# body of a unittest.TestCase.
ALWAYS = ("pytestconfig", "request", "docker_client")
DEPENDS_ON = "depends_on"
_DEFINITION = "__docker_tools_definition__"


@dataclass(frozen=True)
class Setup:
    """What is known when a factory's fixture is to get its value. `options` have no references left."""

    definition: Definition
    instance: Instance
    config: pytest.Config
    client: Client
    options: dict[str, Any] = field(repr=False)
    #: What is called, the last one first, when the fixture is over.
    finalizers: list[Callable[[], object]] = field(default_factory=list, repr=False)
    #: What the end of the run says about it: titles, and lines below them.
    notes: list[tuple[str, str]] = field(default_factory=list, repr=False)

    @property
    def driver(self) -> Driver:
        """The driver behind the client."""
        return drivers.driver_of(self.client)

    def places(self, path: str | os.PathLike[str]) -> list[Path]:
        """Give where a path on disk is looked for: from where pytest was started, and next to the definition."""
        return self.definition.places(path, self.config)

    @property
    def title(self) -> str:
        """The fixture as an error message names it."""
        return self.definition.title(self.instance.name)


Make = Callable[[Setup], Work[Any]]


@dataclass(frozen=True, eq=False)
class Definition:
    """A factory's keywords as they were written, and where."""

    factory: str
    make: Make
    values: Mapping[str, Any] = field(repr=False)
    site: Site
    #: Whether the workers of xdist are to have one in common.
    shared: bool = False

    def places(self, path: str | os.PathLike[str], config: pytest.Config) -> list[Path]:
        """Give where a path on disk is looked for: from where pytest was started, and next to the definition."""
        return [folder / path for folder in (config.invocation_params.dir, self.site.folder)]

    def title(self, name: str) -> str:
        """Give the fixture, which has this name, as an error message names it."""
        return f"{self.factory} {name!r} ({self.site})"

    @cached_property
    def names(self) -> list[str]:
        """The fixtures that are asked for, each once. Raises `TemplateError`."""
        return list(dict.fromkeys([*ALWAYS, *self.references]))

    @cached_property
    def references(self) -> list[str]:
        """The fixtures that the keywords refer to, each once. Raises `TemplateError`."""
        return list(dict.fromkeys(name for keyword in self.values for name in self.names_in(keyword)))

    def check(self) -> None:
        """Raise `TemplateError` for references that nothing can stand for."""
        for keyword in self.values:
            self.names_in(keyword)

    def names_in(self, keyword: str) -> list[str]:
        """Give the fixtures that one keyword refers to. Raises `TemplateError`."""
        with Context(self, keyword):
            return list(templates.names(self.values[keyword], self.fixture_name))

    def resolve(self, fixtures: Mapping[str, Any]) -> dict[str, Any]:
        """Give the keywords with the values of fixtures in place of references. Raises `TemplateError`."""
        options = {}
        for keyword, value in self.values.items():
            # What it refers to is there, and that is all it says.
            if keyword == DEPENDS_ON:
                continue
            with Context(self, keyword):
                options[keyword] = templates.render(value, fixtures, self.fixture_name)
        return options

    def outline(self) -> dict[str, Any]:
        """Give the keywords with references as text, such as "{name.attribute}". Raises `TemplateError`."""
        outlined = {}
        for keyword, value in self.values.items():
            with Context(self, keyword):
                outlined[keyword] = templates.outline(value, self.fixture_name)
        return outlined

    def refers(self, keyword: str) -> bool:
        """Say whether a keyword's value is not known before fixtures are set up."""
        return templates.refers(self.values.get(keyword), self.fixture_name)

    def fixture_name(self, thing: Any) -> str | None:
        """Give the name of a fixture object as this definition's module knows it, None for anything else."""
        marker = getfixturemarker(thing) if callable(thing) else None
        if marker is None:
            return None
        made_by = definition_of(thing)
        name = marker.name or self.site.name_of(thing)
        name = name or (made_by.site.name_of(thing) if made_by else getattr(thing, "__name__", None))
        if name is None:
            raise TemplateError("a fixture is used here that has no name of its own: assign it to a name first.")
        if not templates.can_be_requested(name):
            raise TemplateError(f"the fixture {name!r} is used here, whose name cannot be that of an argument.")
        return name


class Context:
    """Adds to a `TemplateError` which factory and keyword it is about, and takes out what may be a secret."""

    def __init__(self, definition: Definition, keyword: str) -> None:
        self.may_be_secret = keyword in MAY_BE_SECRET
        self.where = f"{definition.factory}({keyword}=...) at {definition.site}"

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, templates.TextError) and self.may_be_secret:
            raise TemplateError(f"{self.where}: {error.unshown}") from None
        if isinstance(error, TemplateError):
            raise TemplateError(f"{self.where}: {error}") from None


def require_session(what: str, shared: bool, scope: str) -> None:
    """Raise `UsageError` for what is shared and not of the session."""
    if shared and scope != "session":
        raise UsageError(
            f"{what} has shared=True, so that all workers of xdist have one in common, and takes scope='session' with "
            f"it, not {scope!r}."
        )


def mark(function: Callable[..., Any], definition: Definition) -> None:
    """Let a fixture's function be known as one that a factory has made."""
    setattr(function, _DEFINITION, definition)


def definition_of(thing: object) -> Definition | None:
    """Give what a fixture object, or the function in it, was made from, None where that was not a factory."""
    definition = getattr(thing, _DEFINITION, None)
    return definition if isinstance(definition, Definition) else None


def of_factories(nodes: Iterable[Node]) -> list[Node]:
    """Give those of some fixtures that factories have made."""
    return [node for node in nodes if definition_of(node.fixturedef.func)]
