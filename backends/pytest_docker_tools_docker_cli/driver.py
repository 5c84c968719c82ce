"""The driver for the `docker` command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pytest_docker_tools.driver import Made, Options

from .containers import Containers
from .images import Images
from .networks import Networks
from .runner import Command

__tracebackhide__ = True


class DockerCLIDriver(Containers, Images, Networks):
    """Speaks to the engine that the `docker` client speaks to, by running that client.

    A driver for another client derives from this and overrides the data at the top of `CommandLine`, and the few
    verbs in which that client is different.
    """

    def shown(self, verb: Made, options: Options) -> str:
        arguments: Mapping[Made, Callable[[Options], Sequence[str]]] = {
            "build": self._shown_build,
            "container": self._shown_creation,
            "network": self._network_arguments,
            "pull": self.pull_arguments,
            "volume": self._volume_arguments,
        }
        chosen = self._normalised(verb, options)
        command = Command(tuple(arguments[verb](chosen))).shown(self.runner.typed)
        return " ".join([*(f"{name}=***" for name in self.configuration_variables(chosen)), command])

    def configuration_variables(self, chosen: Options) -> Sequence[str]:
        """Give the variables that name a configuration which is written for a command with these options."""
        return ["DOCKER_CONFIG"] if "auth_config" in chosen or not chosen.get("use_config_proxy", True) else []
