"""The verbs for networks and volumes."""

from __future__ import annotations

from pytest_docker_tools.driver import Options
from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools.references import quoted

from .command import check, keywords
from .kinds import Kinds

__tracebackhide__ = True


class Networks(Kinds):
    """The verbs for networks and volumes."""

    def create_network(self, options: Options, *, timeout: float | None = None) -> str:
        chosen = self._normalised("network", options)
        name = chosen.pop("name", None)
        if not name:
            raise UnsupportedOption("name", "a network must have one.")
        flags = self._arguments("network create", self.network_options, chosen)
        todo = ("network", "create", *flags, "--", check("name", name))
        asked = f"create the network {name!r}"
        return self._do(asked, todo, self._deadline(timeout), keywords=keywords(self.network_options, chosen)).text

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
        name = chosen.pop("name", None)
        flags = self._arguments("volume create", self.volume_options, chosen)
        todo = ("volume", "create", *flags, "--", *([check("name", name)] if name else []))
        return self._do(
            "create a volume", todo, self._deadline(timeout), keywords=keywords(self.volume_options, chosen)
        ).text
