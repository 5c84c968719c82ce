"""Turning keywords into a pytest fixture whose dependencies are the fixtures that the keywords refer to."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, cast, get_args

import pytest
from _pytest.fixtures import getfixturemarker

from . import drivers, templates
from .exceptions import TemplateError, UsageError
from .fixture_function import call_at, dress
from .namespaces import Site, call_site
from .options import MAY_BE_SECRET

if TYPE_CHECKING:
    from .client import Client
    from .driver import Driver

__tracebackhide__ = True

T = TypeVar("T")
ScopeName = Literal["session", "package", "module", "class", "function"]
Scope: TypeAlias = ScopeName | Callable[[str, pytest.Config], ScopeName]
# Fixtures that have to be set up before another one: names, fxtr("name"), or the fixtures themselves.
DependsOn: TypeAlias = Sequence[str | templates.FixtureReference | Callable[..., Any]]

# What every fixture of a factory asks pytest for. The first one may get lost: pytest 8.0 takes it for `self` in the
# body of a unittest.TestCase.
_ALWAYS = ("pytestconfig", "request", "docker_client")
_DEFINITION = "__docker_tools_definition__"
_DEPENDS_ON = "depends_on"


@dataclass(frozen=True)
class Setup:
    """What is known when pytest asks a factory's fixture for its value. `options` have no references left."""

    definition: Definition
    request: pytest.FixtureRequest
    client: Client
    options: dict[str, Any] = field(repr=False)

    @property
    def driver(self) -> Driver:
        """The driver behind the client."""
        return drivers.driver_of(self.client)

    @property
    def config(self) -> pytest.Config:
        """The configuration of this pytest run."""
        return self.request.config

    def places(self, path: str | os.PathLike[str]) -> list[Path]:
        """Give where a path on disk is looked for: from where pytest was started, and next to the definition."""
        return self.definition.places(path, self.config)

    @property
    def title(self) -> str:
        """The fixture as an error message names it."""
        return self.definition.title(str(self.request.fixturename))


Make = Callable[[Setup], Any]


@dataclass(frozen=True, eq=False)
class Definition:
    """A factory's keywords as they were written, and where."""

    factory: str
    make: Make
    values: Mapping[str, Any] = field(repr=False)
    site: Site

    def places(self, path: str | os.PathLike[str], config: pytest.Config) -> list[Path]:
        """Give where a path on disk is looked for: from where pytest was started, and next to the definition."""
        return [folder / path for folder in (config.invocation_params.dir, self.site.folder)]

    def title(self, name: str) -> str:
        """Give the fixture, which has this name, as an error message names it."""
        return f"{self.factory} {name!r} ({self.site})"

    @cached_property
    def names(self) -> list[str]:
        """The fixtures that are asked for, each once. Raises `TemplateError`."""
        return list(dict.fromkeys([*_ALWAYS, *self.references]))

    @cached_property
    def references(self) -> list[str]:
        """The fixtures that the keywords refer to, each once. Raises `TemplateError`."""
        return list(dict.fromkeys(name for keyword in self.values for name in self.names_in(keyword)))

    def names_in(self, keyword: str) -> list[str]:
        """Give the fixtures that one keyword refers to. Raises `TemplateError`."""
        with _Context(self, keyword):
            return list(templates.names(self.values[keyword], self.fixture_name))

    def resolve(self, fixtures: Mapping[str, Any]) -> dict[str, Any]:
        """Give the keywords with the values of fixtures in place of references. Raises `TemplateError`."""
        options = {}
        for keyword, value in self.values.items():
            # What it refers to is there, and that is all it says.
            if keyword == _DEPENDS_ON:
                continue
            with _Context(self, keyword):
                options[keyword] = templates.render(value, fixtures, self.fixture_name)
        return options

    def outline(self) -> dict[str, Any]:
        """Give the keywords with references as text, such as "{name.attribute}". Raises `TemplateError`."""
        outlined = {}
        for keyword, value in self.values.items():
            with _Context(self, keyword):
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


class _Context:
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


def fixture(
    factory: str,
    make: Callable[[Setup], T],
    values: Mapping[str, Any],
    *,
    scope: Scope,
    autouse: bool,
    fixture_name: str | None,
    depends_on: DependsOn,
) -> Callable[..., T]:
    """Give a pytest fixture whose value is `make(setup)`, and that is set up after those it depends on.

    `values` are the keywords as written. Raises `TemplateError` at once for a string that is no template.
    """
    if not isinstance(fixture_name, (str, type(None))):
        raise UsageError(f"{factory}(fixture_name=...) takes the name of the fixture, not {fixture_name!r}.")
    if not callable(scope) and scope not in get_args(ScopeName):
        names = ", ".join(get_args(ScopeName))
        raise UsageError(f"{factory}(scope=...) takes one of {names}, or a function, not {scope!r}.")
    written = {_DEPENDS_ON: _references(factory, depends_on), **values}
    definition = Definition(factory, make, MappingProxyType(written), call_site())
    for keyword, value in written.items():
        with _Context(definition, keyword):
            # A fixture object's name is not bound yet, so any will do here.
            list(templates.names(value, lambda thing: "" if is_fixture(thing) else None))
    body = lambda **fixtures: _set_up(definition, fixtures)  # noqa: E731
    setattr(body, _DEFINITION, definition)
    decorate = pytest.fixture(scope=scope, autouse=autouse, name=fixture_name)
    return cast("Callable[..., T]", decorate(dress(body, factory, definition.site, lambda: _names(definition))))


def is_fixture(thing: object) -> bool:
    """Say whether this is what `pytest.fixture`, or a factory, gives."""
    return callable(thing) and getfixturemarker(thing) is not None


def _references(factory: str, depends_on: DependsOn) -> list[Any]:
    """Give references to the fixtures that are meant. Raises `UsageError`."""
    if isinstance(depends_on, (list, tuple)):
        found = [templates.fxtr(item) if isinstance(item, str) else item for item in depends_on]
        if all(isinstance(item, templates.FixtureReference) or is_fixture(item) for item in found):
            return found
    raise UsageError(
        f"{factory}(depends_on=...) takes a list of fixtures, or of their names, as in depends_on=[migration, 'db'], "
        f"not {depends_on!r}."
    )


def definition_of(thing: object) -> Definition | None:
    """Give what a fixture object, or the function in it, was made from, None where that was not a factory."""
    definition = getattr(thing, _DEFINITION, None)
    return definition if isinstance(definition, Definition) else None


def _names(definition: Definition) -> list[str]:
    """Give the argument names of a fixture, which pytest reads while it collects: what is wrong is told at setup."""
    try:
        return definition.names
    except TemplateError:
        return list(_ALWAYS)


def _set_up(definition: Definition, fixtures: dict[str, Any]) -> Any:
    values = dict(fixtures)
    # pytest shows the arguments of a failing fixture in its report, and these may be secrets.
    fixtures.clear()
    return call_at(definition.factory, definition.site, lambda: _make(definition, values))


def _make(definition: Definition, fixtures: Mapping[str, Any]) -> Any:
    definition.names  # noqa: B018  raises what `_names` had to keep back
    setup = Setup(definition, fixtures["request"], fixtures["docker_client"], definition.resolve(fixtures))
    return definition.make(setup)
