"""Creating a container: docker-py's keywords, taken apart as its own `containers.create` does.

That one would mount something more for a volume with a mode such as "z", and looks at what it has made once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from docker.models.containers import RUN_CREATE_KWARGS, RUN_HOST_CONFIG_KWARGS
from docker.types import EndpointConfig

from pytest_docker_tools.api_versions import refuse_what_is_ignored

from .calls import View

__tracebackhide__ = True


def create(api: View, options: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Create a container, attached to its first network, and give its id, and what the engine warns of.

    Raises what docker-py raises.
    """
    refuse_what_is_ignored(options, lambda: api.api_version)
    binds, ports = options.get("volumes", []), options.get("ports", {})
    container = {keyword: options[keyword] for keyword in RUN_CREATE_KWARGS if keyword in options}
    host = {keyword: options[keyword] for keyword in RUN_HOST_CONFIG_KWARGS if keyword in options}
    host["binds"] = [bind for bind in binds if ":" in bind]
    if ports:
        host["port_bindings"] = ports
    made = api.create_container(
        **container,
        detach=True,
        networking_config={"EndpointsConfig": _endpoints(options, host)},
        host_config=api.create_host_config(**host),
        ports=[tuple(port.split("/")) for port in ports],
        volumes=[bind for bind in binds if ":" not in bind],
    )
    return str(made["Id"]), made.get("Warnings") or []


def _endpoints(options: Mapping[str, Any], host: dict[str, Any]) -> dict[str, Any]:
    """Give what is asked for on the first network; links too, which engines heed only there, but on the default one."""
    network = options.get("network_mode", "default")
    endpoint = dict(options.get("networking_config", {}).get(network, {}))
    if "links" in host and network not in ("default", "bridge"):
        endpoint["links"] = [*endpoint.get("links", []), *host.pop("links")]
    # Any version: the engine's own is asked later.
    return {network: EndpointConfig("1.44", **endpoint)} if endpoint else {}
