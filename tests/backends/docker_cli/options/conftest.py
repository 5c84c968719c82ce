"""What the tests of the option tables share: the tables, and the flags that come of an option."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_docker_tools.normalise import Verb, normalised
from pytest_docker_tools_docker_cli import Table
from pytest_docker_tools_docker_cli.command import arguments
from pytest_docker_tools_docker_cli.image_options import BUILD, PULL
from pytest_docker_tools_docker_cli.options import CONNECT, CONTAINER, NETWORK, REFUSED, VOLUME

from ....conftest import NEEDED

RENDERED: Mapping[Verb, Table] = {
    "container": CONTAINER,
    "build": BUILD,
    "pull": PULL,
    "network": NETWORK,
    "volume": VOLUME,
    "connect": CONNECT,
}


def written(verb: Verb, keyword: str, value: Any) -> list[str]:
    """Give the flags that come of an option as users write it."""
    needed = NEEDED.get(verb, {})
    found = normalised(verb, {**needed, keyword: value}, REFUSED)
    return arguments(RENDERED[verb], {name: item for name, item in found.items() if name not in needed})
