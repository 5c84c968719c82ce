"""The verbs for networks and volumes."""

from __future__ import annotations

from pytest_docker_tools.driver import Options
from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools.references import quoted

from .base import Base
from .calls import View
from .options import arguments, blamed

__tracebackhide__ = True


class Networks(Base):
    """The verbs for networks and volumes."""

    def create_network(self, options: Options, *, timeout: float | None = None) -> str:
        # Else there would be two networks of one name.
        chosen = {**arguments("network", options), "check_duplicate": True}
        if not chosen.get("name"):
            raise UnsupportedOption("name", "a network must have one.")

        def create(api: View) -> str:
            with blamed(options):
                return str(api.create_network(**chosen)["Id"])

        return self.calls.run(f"create the network {chosen['name']!r}", create, self._deadline(timeout))

    def connect(
        self, network: str, container: str, options: Options | None = None, *, timeout: float | None = None
    ) -> None:
        chosen = arguments("connect", options)

        def connect(api: View) -> None:
            with blamed(chosen):
                api.connect_container_to_network(container, network, **chosen)

        asked = f"connect container {quoted(container)} to network {quoted(network)}"
        self.calls.run(asked, connect, self._deadline(timeout))

    def disconnect(self, network: str, container: str, *, force: bool = False, timeout: float | None = None) -> None:
        def disconnect(api: View) -> None:
            api.disconnect_container_from_network(container, network, force=force)

        asked = f"disconnect container {quoted(container)} from network {quoted(network)}"
        self.calls.run(asked, disconnect, self._deadline(timeout))

    def create_volume(self, options: Options, *, timeout: float | None = None) -> str:
        chosen = arguments("volume", options)

        def create(api: View) -> str:
            with blamed(options):
                return str(api.create_volume(**chosen)["Name"])

        return self.calls.run("create a volume", create, self._deadline(timeout))
