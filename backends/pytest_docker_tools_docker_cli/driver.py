"""The driver for the `docker` command line."""

from __future__ import annotations

from .containers import Containers
from .images import Images
from .networks import Networks

__tracebackhide__ = True


class DockerCLIDriver(Containers, Images, Networks):
    """Speaks to the engine that the `docker` client speaks to, by running that client.

    A driver for another client derives from this and overrides the data at the top of `CommandLine`, and the few
    verbs in which that client is different.
    """
