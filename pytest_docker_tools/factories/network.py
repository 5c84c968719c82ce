"""The factory for networks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .. import lifetime, resource
from ..client import Network
from ..definition import Setup
from ..factory import DependsOn, Scope, Settings, fixture
from ..ledger import Entry
from ..options import NetworkOptions, check_keywords
from ..templates import Text

if TYPE_CHECKING:
    from typing_extensions import Unpack

__tracebackhide__ = True


def network(
    *,
    scope: Scope = "function",
    autouse: bool = False,
    fixture_name: str | None = None,
    depends_on: DependsOn = (),
    shared: bool = False,
    wrapper_class: Callable[[Any], Any] | None = None,
    network_scope: Text | None = None,
    **options: Unpack[NetworkOptions],
) -> Callable[..., Network]:
    """Give a fixture whose value is a network of its own, with a name that is not taken.

    `options` are docker-py's of `networks.create`, its `scope` written `network_scope`. `depends_on` are fixtures that
    are set up before it. `shared` is for all workers of xdist, as that of `container`. `scope`, `autouse` and
    `fixture_name` are pytest's. `wrapper_class` is called with the network; what it returns is the fixture's value.
    """
    check_keywords(network, options, NetworkOptions)
    values = {**options, **({} if network_scope is None else {"scope": network_scope})}
    return fixture("network", _make, values, Settings(scope, autouse, fixture_name, depends_on, shared, wrapper_class))


async def _make(setup: Setup) -> Network:
    async def prepare(entry: Entry, fresh: bool) -> Network:
        found: Network = await resource.model(setup, entry)
        return found

    return await lifetime.obtain(setup, "network", setup.options, prepare)
