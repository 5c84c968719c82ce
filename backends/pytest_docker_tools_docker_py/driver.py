"""The driver over docker-py."""

from __future__ import annotations

from .containers import Containers
from .images import Images
from .networks import Networks

__tracebackhide__ = True


class DockerPyDriver(Containers, Images, Networks):
    """Speaks to the engine as docker-py does: over its API, without a client program."""
