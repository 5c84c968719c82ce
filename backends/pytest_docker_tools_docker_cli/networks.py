"""The verbs for networks and volumes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from pytest_docker_tools.driver import Options
from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools.references import quoted

from .command import check, keywords
from .kinds import Kinds, created
from .runner import Command

__tracebackhide__ = True


class Networks(Kinds):
    """The verbs for networks and volumes."""

    def create_network(self, options: Options, *, timeout: float | None = None) -> str:
        chosen = self._normalised("network", options)
        todo, deadline = Command(tuple(self._network_arguments(chosen))), self._deadline(timeout)
        asked = f"create the network {chosen['name']!r}"
        result = self._settled(lambda: self.runner.run(todo, deadline), self._is_disturbed)
        if result.exit_code:
            raise self._error(asked, result, keywords=keywords(self.network_options, _unnamed(chosen)))
        return self._read(asked, result, partial(created, chosen["name"]))

    def _network_arguments(self, chosen: Options) -> Sequence[str]:
        name = chosen.get("name")
        if not name:
            raise UnsupportedOption("name", "a network must have one.")
        flags = self._arguments("network create", self.network_options, _unnamed(chosen))
        return ("network", "create", *flags, "--", check("name", name))

    def connect(
        self, network: str, container: str, options: Options | None = None, *, timeout: float | None = None
    ) -> None:
        chosen = self._normalised("connect", options)
        flags = self._arguments("network connect", self.connect_options, chosen)
        todo = ("network", "connect", *flags, "--", network, container)
        asked = f"connect container {quoted(container)} to network {quoted(network)}"
        self._do(asked, todo, self._deadline(timeout), keywords=keywords(self.connect_options, chosen))

    def disconnect(self, network: str, container: str, *, force: bool = False, timeout: float | None = None) -> None:
        todo = ("network", "disconnect", *(["--force"] if force else []), "--", network, container)
        self._do(
            f"disconnect container {quoted(container)} from network {quoted(network)}", todo, self._deadline(timeout)
        )

    def create_volume(self, options: Options, *, timeout: float | None = None) -> str:
        chosen = self._normalised("volume", options)
        todo, written = self._volume_arguments(chosen), keywords(self.volume_options, _unnamed(chosen))
        result = self._do("create a volume", todo, self._deadline(timeout), keywords=written)
        return self._read("create a volume", result, partial(created, chosen.get("name")))

    def _volume_arguments(self, chosen: Options) -> Sequence[str]:
        name = chosen.get("name")
        flags = self._arguments("volume create", self.volume_options, _unnamed(chosen))
        return ("volume", "create", *flags, "--", *([check("name", name)] if name else []))


def _unnamed(chosen: Options) -> Options:
    """Give the options that are in the table."""
    return {keyword: value for keyword, value in chosen.items() if keyword != "name"}
