"""What all objects of an engine have in common, and all collections of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from .. import normalise
from ..driver import Driver, Facts, Kind
from ..exceptions import NotFound, UnsupportedOption
from ..references import PART_OF_AN_ID
from ..unsupported import DockerPyShaped

if TYPE_CHECKING:
    from .client import Client

__tracebackhide__ = True

# As users write them: {"label": ["a=1", "b"], "dangling": True, "exited": 3}.
Filters = Mapping[str, "str | int | Sequence[str | int]"]


class Model(DockerPyShaped):
    """One object of an engine, as it was when last looked at: `attrs` is its inspect JSON."""

    kind: ClassVar[Kind]

    def __init__(self, client: Client, attrs: Facts) -> None:
        self.client = client
        self.attrs = attrs

    @property
    def driver(self) -> Driver:
        """The driver that all calls go through."""
        return self.client.driver

    @property
    def id(self) -> str:
        """The full id."""
        return str(self.attrs["Id"])

    @property
    def short_id(self) -> str:
        """The first twelve characters of the id."""
        return self.id[:12]

    def reload(self) -> None:
        """Look at the object again. Raises `NotFound` where it is gone."""
        self.attrs = inspect(self.driver, self.kind, self.id)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.short_id}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.id == other.id

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.id))


M = TypeVar("M", bound=Model)


class Collection(DockerPyShaped, Generic[M]):
    """All objects of one kind."""

    model: type[M]

    def __init__(self, client: Client) -> None:
        self.client = client

    def prepare_model(self, attrs: Facts) -> M:
        """Give the object whose inspect JSON this is, without a look at the engine."""
        return self.model(self.client, attrs)

    def _get(self, ref: str) -> M:
        driver, kind = self.client.driver, self.model.kind
        try:
            facts = inspect(driver, kind, ref)
        except NotFound:
            whole = self._whole_id(ref)
            if whole is None:
                raise
            facts = inspect(driver, kind, whole)
        return self.prepare_model(facts)

    def _whole_id(self, beginning: str) -> str | None:
        """Give the only id that begins so. Drivers resolve whole ones; docker-py's users know them by less."""
        if not PART_OF_AN_ID.fullmatch(beginning):
            return None
        found = [ref for ref in self.client.driver.ids(self.model.kind) if ref.startswith(beginning)]
        return found[0] if len(found) == 1 else None

    def _list(self, filters: Filters | None) -> list[M]:
        driver = self.client.driver
        ids = driver.ids(self.model.kind, normalise.filters(filters))
        # Another process may have removed one between the two calls.
        return [self.prepare_model(facts) for facts in driver.inspect(self.model.kind, ids) if facts]


def inspect(driver: Driver, kind: Kind, ref: str, *, timeout: float | None = None) -> Facts:
    """Give the inspect JSON of one object. Raises `NotFound` (for an image: `ImageNotFound`)."""
    if not ref:
        raise UnsupportedOption("id", f"the id or name of the {kind} is empty.")
    [facts] = driver.inspect(kind, [ref], timeout=timeout)
    if facts is None:
        raise driver.missing(kind, ref)
    return facts


def remove(driver: Driver, kind: Kind, ref: str, *, force: bool = False) -> None:
    """Remove one object. Raises `NotFound` where it is gone, which the driver's own verb is content with."""
    inspect(driver, kind, ref)
    driver.remove(kind, [ref], force=force)


def reference(thing: Any) -> str:
    """Give the id of an object, or the id or name that a user gave."""
    return str(getattr(thing, "id", thing))
