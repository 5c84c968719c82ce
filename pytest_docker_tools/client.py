"""An object model over a driver, in the shape of docker-py's: `Client`, and its containers, images, networks, volumes.

A part of docker-py's, and its names. What is not here raises an AttributeError that names the docker-py backend.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from .container_verbs import ContainerVerbs
from .driver import Driver, Facts, Filters, Kind
from .normalise import split_reference

if TYPE_CHECKING:
    from typing_extensions import Self

__tracebackhide__ = True


class _DockerPyShaped:
    """Says for everything that docker-py has and this does not where to find it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(
            f"{type(self).__name__!r} has no attribute {name!r}. If docker-py has it, choose that with "
            "--docker-backend=docker-py."
        )


class Model(_DockerPyShaped):
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
        self.attrs = self.client.inspect(self.kind, self.id)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.short_id}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.id == other.id

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.id))


class Container(Model, ContainerVerbs):
    """A container."""

    kind = "container"

    @property
    def name(self) -> str:
        """The name, without the slash that the engine's JSON has."""
        return str(self.attrs["Name"]).lstrip("/")

    @property
    def status(self) -> str:
        """The state: created, running, paused, restarting, exited or dead."""
        return str(self.attrs["State"]["Status"])

    @property
    def labels(self) -> dict[str, str]:
        """The labels."""
        return dict(self.attrs["Config"].get("Labels") or {})

    @property
    def image(self) -> Image:
        """The image of this container."""
        return self.client.images.get(self.attrs["Image"])

    @property
    def ports(self) -> dict[str, Any]:
        """The published ports as the engine reports them."""
        return dict(self.attrs["NetworkSettings"].get("Ports") or {})

    def logs(self, **options: Any) -> bytes:
        """Give what the container wrote. Options are those of `log_bytes`."""
        return self.log_bytes(**options)


class Image(Model):
    """An image."""

    kind = "image"

    @property
    def short_id(self) -> str:
        """The first characters of the id, with its algorithm."""
        return self.id[:17] if self.id.startswith("sha256:") else self.id[:10]

    @property
    def labels(self) -> dict[str, str]:
        """The labels."""
        return dict((self.attrs.get("Config") or {}).get("Labels") or {})

    @property
    def tags(self) -> list[str]:
        """The names of this image."""
        return [tag for tag in self.attrs.get("RepoTags") or [] if tag != "<none>:<none>"]

    def tag(self, repository: str, tag: str | None = None) -> bool:
        """Give the image one more name."""
        name, found = split_reference(repository)
        self.driver.tag_image(self.id, name, tag or found or "latest")
        return True

    def remove(self, force: bool = False) -> None:
        """Remove the image."""
        self.client.images.remove(self.id, force=force)


class Network(Model):
    """A network."""

    kind = "network"

    @property
    def name(self) -> str:
        """The name."""
        return str(self.attrs["Name"])

    @property
    def containers(self) -> list[Container]:
        """The containers that are attached, as of the last look."""
        return [self.client.containers.get(ref) for ref in self.attrs.get("Containers") or {}]

    def connect(self, container: Container | str, **options: Any) -> None:
        """Attach a container. Options: aliases, links, ipv4_address, ipv6_address, link_local_ips, driver_opt."""
        self.driver.connect(self.id, _ref(container), options)

    def disconnect(self, container: Container | str, force: bool = False) -> None:
        """Detach a container."""
        self.driver.disconnect(self.id, _ref(container), force=force)

    def remove(self) -> None:
        """Remove the network. Raises `Forbidden` while containers are attached."""
        self.reload()
        self.driver.remove("network", [self.id])


class Volume(Model):
    """A volume."""

    kind = "volume"

    @property
    def id(self) -> str:
        """The name: volumes have no other id."""
        return str(self.attrs["Name"])

    name = id

    @property
    def short_id(self) -> str:
        """The name."""
        return self.id

    def remove(self, force: bool = False) -> None:
        """Remove the volume. Raises `Conflict` while a container uses it."""
        self.reload()
        self.driver.remove("volume", [self.id], force=force)


M = TypeVar("M", bound=Model)


class Collection(_DockerPyShaped, Generic[M]):
    """All objects of one kind."""

    model: type[M]

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, ref: str) -> M:
        """Give the object of that id or name. Raises `NotFound` (for an image: `ImageNotFound`)."""
        return self.model(self.client, self.client.inspect(self.model.kind, ref))

    def _list(self, filters: Filters | None) -> list[M]:
        driver = self.client.driver
        ids = driver.ids(self.model.kind, filters)
        # Another process may have removed one between the two calls.
        return [self.model(self.client, facts) for facts in driver.inspect(self.model.kind, ids) if facts]


class Containers(Collection[Container]):
    """The containers of an engine."""

    model = Container

    def create(self, image: Image | str, command: Any = None, **options: Any) -> Container:
        """Create, but do not start, a container. Options are `options.ContainerOptions`."""
        return self.get(self.client.driver.create_container({"image": _ref(image), "command": command, **options}))

    def list(self, all: bool = False, filters: Filters | None = None, ignore_removed: bool = False) -> list[Container]:
        """Give the running containers, or those in every state. A container that vanishes meanwhile is left out."""
        if not all and "status" not in (filters or {}):
            filters = {**(filters or {}), "status": ["running", "paused", "restarting"]}
        return self._list(filters)


class Images(Collection[Image]):
    """The images of an engine."""

    model = Image

    def list(self, name: str | None = None, filters: Filters | None = None) -> list[Image]:
        """Give the images, or those of that name."""
        return self._list({**(filters or {}), **({"reference": name} if name else {})})

    def pull(self, repository: str, tag: str | None = None, **options: Any) -> Image:
        """Pull an image. Options are `options.PullOptions`."""
        return self.get(self.client.driver.pull_image({"repository": repository, "tag": tag, **options}))

    def build(self, **options: Any) -> tuple[Image, Iterator[Mapping[str, str]]]:
        """Build an image, and give it and its log. Options are `options.BuildOptions`."""
        lines: list[str] = []
        image = self.get(self.client.driver.build_image(options, on_progress=lines.append))
        return image, iter([{"stream": f"{line}\n"} for line in lines])

    def remove(self, image: Image | str, force: bool = False) -> None:
        """Remove an image. Raises `ImageNotFound`, and `Conflict` where a container uses it."""
        ref = _ref(image)
        self.client.inspect("image", ref)
        self.client.driver.remove("image", [ref], force=force)


class Networks(Collection[Network]):
    """The networks of an engine."""

    model = Network

    def create(self, name: str, **options: Any) -> Network:
        """Create a network. Options are `options.CreateNetworkOptions`."""
        return self.get(self.client.driver.create_network({"name": name, **options}))

    def list(self, filters: Filters | None = None) -> list[Network]:
        """Give the networks."""
        return self._list(filters)


class Volumes(Collection[Volume]):
    """The volumes of an engine."""

    model = Volume

    def create(self, name: str | None = None, **options: Any) -> Volume:
        """Create a volume. Options are `options.VolumeOptions`."""
        return self.get(self.client.driver.create_volume({"name": name, **options}))

    def list(self, filters: Filters | None = None) -> list[Volume]:
        """Give the volumes."""
        return self._list(filters)


class Client(_DockerPyShaped):
    """What the `docker_client` fixture gives: an engine, reached through a driver."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.containers = Containers(self)
        self.images = Images(self)
        self.networks = Networks(self)
        self.volumes = Volumes(self)

    def inspect(self, kind: Kind, ref: str) -> Facts:
        """Give the inspect JSON of one object. Raises `NotFound` (for an image: `ImageNotFound`)."""
        return inspect(self.driver, kind, ref)

    def version(self) -> dict[str, Any]:
        """Give the version of the engine."""
        return self.driver.version()

    def ping(self) -> bool:
        """Contact the engine. Raises `EngineUnavailable` where it does not answer."""
        self.driver.ids("network", {"name": "bridge"})
        return True

    def close(self) -> None:
        """End what is in flight. The client cannot be used afterwards."""
        self.driver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def inspect(driver: Driver, kind: Kind, ref: str, *, timeout: float | None = None) -> Facts:
    """Give the inspect JSON of one object. Raises `NotFound` (for an image: `ImageNotFound`)."""
    [facts] = driver.inspect(kind, [ref], timeout=timeout)
    if facts is None:
        raise driver.missing(kind, ref)
    return facts


def _ref(thing: Model | str) -> str:
    return thing.id if isinstance(thing, Model) else thing
