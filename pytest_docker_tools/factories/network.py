"""The factory for networks."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from typing_extensions import Unpack

from .. import resource, reuse
from ..client import Network
from ..exceptions import hide_ours
from ..factory import Scope, Setup, fixture
from ..options import NetworkOptions, check_keywords

__tracebackhide__ = hide_ours


def network(
    *,
    scope: Scope = "function",
    autouse: bool = False,
    fixture_name: str | None = None,
    **options: Unpack[NetworkOptions],
) -> Callable[..., Network]:
    """Give a fixture whose value is a network of its own, with a name that is not taken.

    `options` are docker-py's of `networks.create`, its `scope` written `network_scope`. `scope`, `autouse` and
    `fixture_name` are pytest's.
    """
    check_keywords(network, options, NetworkOptions)
    return fixture("network", _make, options, scope=scope, autouse=autouse, fixture_name=fixture_name)


def _make(setup: Setup) -> Network:
    options = setup.options
    if not reuse.is_on(setup):
        options.setdefault("name", f"pytest-{uuid.uuid4().hex}")
    return resource.obtain(setup, "network", options, lambda ref, fresh: setup.client.networks.get(ref))
