"""Who has made what is on an engine, as its labels say, and whether that process provably is no more.

| the first row that holds                                 | it is no more when                                    |
| -------------------------------------------------------- | ----------------------------------------------------- |
| it meets this process in a folder (see `runs`)           | it, or for what a run shares all of that, has no lock |
| it is on this machine, and sees the same processes       | there is no such process (see `processes`)            |
| it is in a container of the engine                       | that is gone, does not run, or was started again      |
| what it made has a time to live                          | that is over                                          |

Of all others, on other machines for instance, nothing is known.
"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest

from . import addresses, labels, moments, processes, runs
from .driver import Driver, Facts
from .exceptions import DriverError, UsageError
from .items import Item

__tracebackhide__ = True

_ENDED = ("exited", "stopped", "dead", "removing")
_CONTAINERS = pytest.StashKey["dict[str, str]"]()


def described(config: pytest.Config, driver: Driver) -> dict[str, str]:
    """Give the labels that say which run makes something on an engine, and which process of it.

    What cannot be told is empty, so that an image that has such a label cannot say it instead.
    """
    return {
        labels.RUN: runs.id_of(config),
        labels.OWNER: _owner(config),
        labels.PROCESS: processes.identity(),
        labels.CONTAINER: _container(config, driver),
        labels.EXPIRES: _expiry(config),
        labels.SHARED: "",
    }


def is_dead(item: Item, driver: Driver, place: Path) -> bool | None:
    """Say whether who made something is no more. None where nobody can tell. `place` is where processes meet."""
    owner = item.labels.get(labels.OWNER, "")
    is_shared = item.labels.get(labels.SHARED) == "true"
    if runs.is_known(place, owner):
        return not runs.is_alive(place, owner, anyone=is_shared)
    has_ended = None if is_shared else processes.has_ended(item.labels.get(labels.PROCESS, ""))
    if has_ended is None and _has_ended(item.labels.get(labels.CONTAINER, ""), driver):
        has_ended = True
    # Whether others use what is reusable, and old, cannot be told either.
    if has_ended is None and item.has_expired and not item.is_reusable:
        has_ended = True
    return has_ended


def _owner(config: pytest.Config) -> str:
    # Without a folder in which processes meet, it goes without that.
    with contextlib.suppress(UsageError, OSError):
        return runs.of(config).owner
    return ""


def _expiry(config: pytest.Config) -> str:
    seconds = config.getini("docker_ttl")
    return f"{time.time() + float(seconds):.0f}" if seconds else ""


def _container(config: pytest.Config, driver: Driver) -> str:
    """Give the container that this process is in, as `_named`, where the engine knows it."""
    known = config.stash.setdefault(_CONTAINERS, {})
    url = driver.endpoint().url
    if url not in known:
        known[url] = ""
        # It says who made something, which can be made without.
        with contextlib.suppress(DriverError):
            own = addresses.own_id(driver)
            [facts] = driver.inspect("container", [own]) if own else [None]
            known[url] = _named(facts) if facts else ""
    return known[url]


def _named(container: Facts) -> str:
    """Give the id of a container, and the second since which it runs: a process in it does not outlive its stop."""
    return f"{container['Id']}/{moments.epoch(container['State']['StartedAt']) or 0:.0f}"


def _has_ended(container: str, driver: Driver) -> bool:
    if not container:
        return False
    [facts] = driver.inspect("container", [container.partition("/")[0]])
    # One that is paused may go on.
    return facts is None or facts["State"]["Status"] in _ENDED or _named(facts) != container
