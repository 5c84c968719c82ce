"""The client of an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..driver import Driver
from ..unsupported import DockerPyShaped, refuse
from .containers import Containers
from .images import Images
from .networks import Networks
from .volumes import Volumes

if TYPE_CHECKING:
    from typing_extensions import Self

__tracebackhide__ = True


class Client(DockerPyShaped):
    """What the `docker_client` fixture gives: an engine, reached through a driver.

    `containers`, `images`, `networks` and `volumes` are the collections of what it has. As a context it closes itself.
    """

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.containers = Containers(self)
        self.images = Images(self)
        self.networks = Networks(self)
        self.volumes = Volumes(self)

    def version(self, api_version: bool = True) -> dict[str, Any]:
        """Give the version of the engine, with the keys of its API: `Version`, `ApiVersion`, `Os`, `Arch` ..."""
        refuse(api_version=not api_version)
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
