"""The factory for networks."""

from __future__ import annotations

from collections.abc import Callable

from typing_extensions import Unpack

from .. import resource
from ..client import Network
from ..factory import DependsOn, Scope, Setup, fixture
from ..options import NetworkOptions, check_keywords
from ..templates import Text

__tracebackhide__ = True


def network(
    *,
    scope: Scope = "function",
    autouse: bool = False,
    fixture_name: str | None = None,
    depends_on: DependsOn = (),
    network_scope: Text | None = None,
    **options: Unpack[NetworkOptions],
) -> Callable[..., Network]:
    """Give a fixture whose value is a network of its own, with a name that is not taken.

    `options` are docker-py's of `networks.create`, its `scope` written `network_scope`. `depends_on` are fixtures that
    are set up before it. `scope`, `autouse` and `fixture_name` are pytest's.
    """
    check_keywords(network, options, NetworkOptions)
    values = {**options, **({} if network_scope is None else {"scope": network_scope})}
    return fixture(
        "network", _make, values, scope=scope, autouse=autouse, fixture_name=fixture_name, depends_on=depends_on
    )


def _make(setup: Setup) -> Network:
    resource.give_name(setup)
    return resource.obtain(setup, "network", setup.options, lambda entry, fresh: setup.client.networks.get(entry.ref))
