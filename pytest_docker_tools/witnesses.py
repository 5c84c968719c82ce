"""Whether anybody could tell that a resource goes a little later than its fixture ends.

Nobody can where it has nothing that others could find or want, such as a name, a host port, or a folder of the host,
where all that it works on ends with it, and where nobody but the factories asks the engine.
"""

from __future__ import annotations

import contextlib
import inspect
import re
from collections.abc import Collection, Mapping
from typing import Any

import pytest

from . import backlog, ledger
from .closure import Instance, Node, with_inputs
from .definition import ALWAYS, Setup, definition_of
from .driver import Kind
from .exceptions import TemplateError
from .ledger import Entry
from .normalise.networking import ports

__tracebackhide__ = True

# Keywords that, whatever is given, are about something that others could find or want.
TELLTALE: Mapping[Kind, Collection[str]] = {
    "container": (
        *("cgroup_parent", "device_cgroup_rules", "device_requests", "devices", "ipc_mode", "links", "mac_address"),
        *("name", "network_mode", "pid_mode", "privileged", "uts_mode", "volume_driver", "volumes_from"),
    ),
    "network": ("driver", "ingress", "ipam", "name", "options", "scope"),
    "volume": ("driver", "driver_opts", "name"),
}
_CLIENT = "docker_client"
# With either of these user code can ask the engine, and more.
_ASKING = frozenset({_CLIENT, "request"})
_ANONYMOUS = re.compile("[0-9a-f]{64}")
# Fixtures that are set up and have asked for the client.
_WATCHING = pytest.StashKey["set[object]"]()


# What was made


def has_none(setup: Setup, entry: Entry) -> bool:
    """Say whether nobody could tell, by what is known of a resource when it is made."""
    run = ledger.of(setup.config)
    return (
        not any(setup.options.get(keyword) for keyword in TELLTALE[entry.kind])
        and not _has_host_port(setup.options)
        and _needs_factories_only(setup.instance)
        and all(_end_together(entry, other) for other in run.behind(setup.instance))
        and (entry.kind != "container" or _has_no_part_in_others(setup, entry, run))
    )


def _has_host_port(options: Mapping[str, Any]) -> bool:
    published = ports("ports", options.get("ports") or {})
    return any(binding["HostPort"] for bindings in published.values() for binding in bindings)


def _needs_factories_only(instance: Instance) -> bool:
    """Say whether no fixture of the user's is behind it. False where pytest does not tell."""
    # The client, and what that needs, ends after all that factories make.
    nodes = [found for node in instance.upstream[:1] for found in with_inputs(node, leaving_out=ALWAYS)]
    return bool(nodes) and all(map(_is_ours, nodes))


def _is_ours(node: Node) -> bool:
    """Say whether a fixture is a factory's, without code of the user's that could ask the engine, or a parameter."""
    definition = definition_of(node.fixturedef.func)
    return node.is_argument if definition is None else not _ASKING.intersection(definition.references)


def _end_together(one: Entry, other: Entry) -> bool:
    return one.node is other.node and one.until == other.until


def _has_no_part_in_others(setup: Setup, container: Entry, run: ledger.Ledger) -> bool:
    """Say whether a container is in no network, and has no volume or folder, that stays when it ends."""
    alike = {other.ref for other in run.entries if _end_together(container, other)}
    networks = (container.facts.get("NetworkSettings") or {}).get("Networks") or {}
    if not (setup.options.get("network") or setup.options.get("networking_config")):
        # The one that all are in which name none.
        networks = {}
    return all({name, found.get("NetworkID")} & alike for name, found in networks.items()) and all(
        mount["Type"] == "tmpfs" or (mount["Type"] == "volume" and _goes_along(mount["Name"], alike))
        for mount in container.facts.get("Mounts") or []
    )


def _goes_along(volume: str, alike: Collection[str]) -> bool:
    return volume in alike or _ANONYMOUS.fullmatch(volume) is not None


# Who asks


def before_fixture(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> None:
    """Finish what goes on before a fixture that asks the engine is set up. Before any other, go on with it."""
    going_on = backlog.of(request.config)
    if not _asks(fixturedef):
        going_on.advance()
        return
    going_on.drain()
    # A client has seen to it that nothing goes on when it ends.
    if fixturedef.argname != _CLIENT:
        request.config.stash.setdefault(_WATCHING, set()).add(fixturedef)


def after_client(request: pytest.FixtureRequest) -> None:
    """Finish what goes on before a client, which is set up now, ends."""
    request.addfinalizer(backlog.of(request.config).drain)


def after_fixture(fixturedef: object, config: pytest.Config) -> None:
    """Note that a fixture is over."""
    config.stash.get(_WATCHING, set()).discard(fixturedef)


def before_test(item: pytest.Item) -> None:
    """Finish what goes on before a test that asks the engine."""
    if _test_asks(item):
        backlog.of(item.config).drain()


def after_test(item: pytest.Item) -> None:
    """Note what a test has used that somebody could tell: who asks the engine, or is in a network that stays."""
    run = ledger.of(item.config)
    if not any(entry.may_linger for entry in run.entries):
        return
    used, asks = run.used_by(item), _test_asks(item) or are_there(item.config)
    networks = [entry for entry in used if entry.kind == "network"]
    for entry in used:
        stays = any(_outlasts(network, entry, item) for network in networks)
        entry.may_linger = entry.may_linger and not asks and not stays


def _outlasts(one: Entry, other: Entry, item: pytest.Item) -> bool:
    """Say whether one of two that a test uses stays when the other one ends."""
    # From the session to the test.
    wider = next((node for node in item.listchain() if node in (one.node, other.node)), None)
    return one.until != other.until or (one.node is not other.node and one.node is wider)


def are_there(config: pytest.Config) -> bool:
    """Say whether there is a fixture that has asked for the client, and may ask the engine when it ends."""
    return bool(config.stash.get(_WATCHING, None))


def _asks(fixturedef: pytest.FixtureDef[Any]) -> bool:
    definition = definition_of(fixturedef.func)
    if definition is None:
        return _CLIENT in fixturedef.argnames
    with contextlib.suppress(TemplateError):
        return bool(_ASKING.intersection(definition.references))
    return False


def _test_asks(item: pytest.Item) -> bool:
    function = getattr(item, "function", None)
    return function is not None and bool(_ASKING.intersection(inspect.signature(function).parameters))
