"""Every verb of the contract, each called with the least that it takes, and with a timeout in seconds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from ...driver import Driver, Kind

Verb = Callable[[Driver, "float | None"], object]


def _entered(context: AbstractContextManager[Any]) -> None:
    with context:
        pass


def _build(driver: Driver, timeout: float | None) -> str:
    return driver.build_image({"fileobj": b"FROM scratch"}, timeout=timeout)


def _listening(driver: Driver, timeout: float | None) -> object:
    return driver.listening({"Id": "x", "State": {"Status": "running", "Pid": 0}}, timeout=timeout)


def _merged(driver: Driver, timeout: float | None) -> object:
    return driver.execute("x", ["true"], merge_stderr=True, timeout=timeout)


_KIND: Kind = "volume"
# Those whose timeout is, where none is given, not the driver's own.
UNBOUNDED: dict[str, Verb] = {
    "build_image": _build,
    "execute": lambda driver, timeout: driver.execute("x", ["true"], timeout=timeout),
    "execute merged": _merged,
    "follow": lambda driver, timeout: _entered(driver.follow("x", timeout=timeout)),
    "listening": _listening,
    "pull_image": lambda driver, timeout: driver.pull_image({"repository": "x"}, timeout=timeout),
    "wait": lambda driver, timeout: driver.wait("x", timeout=timeout),
}
BOUNDED: dict[str, Verb] = {
    "connect": lambda driver, timeout: driver.connect("x", "y", timeout=timeout),
    "create_container": lambda driver, timeout: driver.create_container({"image": "x"}, timeout=timeout),
    "create_network": lambda driver, timeout: driver.create_network({"name": "x"}, timeout=timeout),
    "create_volume": lambda driver, timeout: driver.create_volume({"name": "x"}, timeout=timeout),
    "disconnect": lambda driver, timeout: driver.disconnect("x", "y", timeout=timeout),
    "get_archive": lambda driver, timeout: _entered(driver.get_archive("x", "/", timeout=timeout)),
    "ids": lambda driver, timeout: driver.ids("image", timeout=timeout),
    "inspect": lambda driver, timeout: driver.inspect("container", ["x", "y"], timeout=timeout),
    "kill": lambda driver, timeout: driver.kill("x", timeout=timeout),
    "logs": lambda driver, timeout: driver.logs("x", timeout=timeout),
    "logs of one stream": lambda driver, timeout: driver.logs("x", stderr=False, timeout=timeout),
    "pause": lambda driver, timeout: driver.pause("x", timeout=timeout),
    "put_archive": lambda driver, timeout: driver.put_archive("x", "/", b"", timeout=timeout),
    "remove": lambda driver, timeout: driver.remove(_KIND, ["x", "y"], force=True, timeout=timeout),
    "restart": lambda driver, timeout: driver.restart("x", timeout=timeout),
    "run_container": lambda driver, timeout: driver.run_container({"image": "x"}, timeout=timeout),
    "start": lambda driver, timeout: driver.start("x", timeout=timeout),
    "stop": lambda driver, timeout: driver.stop("x", timeout=timeout),
    "unpause": lambda driver, timeout: driver.unpause("x", timeout=timeout),
}
SECOND_TIER: dict[str, Verb] = {
    "tag_image": lambda driver, timeout: driver.tag_image("x", "y", timeout=timeout),
    "version": lambda driver, timeout: driver.version(timeout=timeout),
}
VERBS = {**UNBOUNDED, **BOUNDED, **SECOND_TIER}


def parametrize(verbs: dict[str, Verb]) -> pytest.MarkDecorator:
    """Run a test with each of these verbs."""
    return pytest.mark.parametrize("verb", verbs.values(), ids=[name.replace(" ", "-") for name in verbs])


EVERY_VERB = parametrize({**UNBOUNDED, **BOUNDED})
EVERY_BOUNDED_VERB = parametrize(BOUNDED)
EVERY_SECOND_TIER_VERB = parametrize(SECOND_TIER)
