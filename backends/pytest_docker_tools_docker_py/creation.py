"""Creating a container: docker-py's keywords, taken apart as its own `containers.create` does.

That one would mount something more for a volume with a mode such as "z", and looks at what it has made once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from docker.models.containers import RUN_CREATE_KWARGS, RUN_HOST_CONFIG_KWARGS
from docker.utils import normalize_links, version_lt

from pytest_docker_tools import normalise
from pytest_docker_tools.driver import Options
from pytest_docker_tools.exceptions import UnsupportedOption

from .calls import View
from .options import CONTAINER, arguments

__tracebackhide__ = True


def chosen(options: Options) -> dict[str, Any]:
    """Give the options as docker-py takes them. Raises `UnsupportedOption` for those that contradict each other."""
    found = arguments(CONTAINER, options)
    found["image"] = normalise.image(found.get("image"))
    network, endpoints = found.get("network"), found.get("networking_config")
    if network and found.get("network_mode"):
        raise UnsupportedOption("network", "'network_mode' is given too, and both say the same.")
    if endpoints and network not in endpoints:
        raise UnsupportedOption("networking_config", "'network' has to name one of its networks.")
    found["auto_remove"] = found.pop("remove", False) or found.get("auto_remove", False)
    if found.get("entrypoint") == [""]:
        # The command line's way to say that there is to be none.
        found["entrypoint"] = []
    found.pop("version", None)
    return found


def create(api: View, options: Mapping[str, Any]) -> str:
    """Create a container from `chosen` options and give its id. Raises what docker-py raises."""
    _refuse_what_is_ignored(api, options)
    binds, ports = options.get("volumes", []), options.get("ports", {})
    container = {keyword: options[keyword] for keyword in RUN_CREATE_KWARGS if keyword in options}
    host = {keyword: options[keyword] for keyword in RUN_HOST_CONFIG_KWARGS if keyword in options}
    host["network_mode"] = options.get("network") or options.get("network_mode")
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
    return str(made["Id"])


def _endpoints(options: Mapping[str, Any], host: dict[str, Any]) -> dict[str, Any]:
    """Give what is asked for on each network; links too, which engines heed only there, but on the default network."""
    endpoints = dict(options.get("networking_config", {}))
    network = host["network_mode"]
    if "links" in host and network not in (None, "default", "bridge"):
        endpoints[network] = {**endpoints.get(network, {}), "Links": normalize_links(host.pop("links"))}
    return endpoints


def need(api: View, version: str, keyword: str, what: str) -> None:
    """Raise `UnsupportedOption` where the engine would take something, and not heed it."""
    if version_lt(api.api_version, version):
        raise UnsupportedOption(keyword, f"a {what} needs an engine with API {version}; this has {api.api_version}.")


def _refuse_what_is_ignored(api: View, options: Mapping[str, Any]) -> None:
    if any("MacAddress" in endpoint for endpoint in options.get("networking_config", {}).values()):
        need(api, "1.44", "networking_config", "MAC address")
    if any("Subpath" in mount.get("VolumeOptions", {}) for mount in options.get("mounts", [])):
        need(api, "1.45", "mounts", "subpath")
    if options.get("kernel_memory") and not version_lt(api.api_version, "1.42"):
        raise UnsupportedOption("kernel_memory", f"an engine with API {api.api_version} does not heed it any more.")
