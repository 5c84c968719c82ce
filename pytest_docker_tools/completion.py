"""What is left to do when an engine has created a container, and before anybody knows of it."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterable

from .deadline import Deadline
from .driver import Driver, Options
from .exceptions import DriverError, EngineWarning

__tracebackhide__ = True


def complete(driver: Driver, container: str, options: Options, said: Iterable[str], deadline: Deadline) -> None:
    """Attach a container to the networks after its first one, and pass on what the engine said of it.

    For the verbs of drivers whose engine, or client, takes one network when it creates a container.
    `options` are `options.ContainerOptions` in their normal form. Nothing of the container stays if that fails or is
    interrupted, or where warnings are errors. Raises what `Driver.connect` raises, and `EngineWarning`.
    """
    try:
        for network, endpoint in further_networks(options).items():
            driver.connect(network, container, endpoint, timeout=deadline.left)
        for text in said:
            # Of the caller of the verb.
            warnings.warn(text, EngineWarning, stacklevel=3)
    except BaseException:
        # That it fails as well says less than why it was needed.
        with contextlib.suppress(DriverError):
            driver.remove("container", [container], force=True, volumes=True)
        raise


def further_networks(options: Options) -> dict[str, Options]:
    """Give the networks after the first one, with what is asked for in each."""
    networks = options.get("networking_config", {}).items()
    return {network: endpoint for network, endpoint in networks if network != options["network_mode"]}
