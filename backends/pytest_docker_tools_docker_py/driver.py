"""The driver over docker-py."""

from __future__ import annotations

from pytest_docker_tools.driver import Made, Options

from .containers import Containers
from .images import Images
from .networks import Networks
from .options import arguments

__tracebackhide__ = True


class DockerPyDriver(Containers, Images, Networks):
    """Speaks to the engine as docker-py does: over its API, without a client program."""

    def shown(self, verb: Made, options: Options) -> str:
        arguments(verb, options)
        return super().shown(verb, options)
