"""Writes docs/keywords.md: which keyword of docker-py works with which backend, as the drivers say it of themselves.

Usage: python scripts/keyword_table.py [--count]
  --count   prints how many keywords each backend carries out, and writes nothing
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pytest_docker_tools.driver import Driver
from pytest_docker_tools.normalise.tables import LIMITED, REFUSED, TABLES, Verb
from pytest_docker_tools_docker_cli.driver import DockerCLIDriver
from pytest_docker_tools_docker_py.driver import DockerPyDriver
from pytest_docker_tools_podman.driver import PodmanDriver

PAGE = Path(__file__).parents[1] / "docs" / "keywords.md"
DRIVERS: dict[str, type[Driver]] = {
    "docker-cli": DockerCLIDriver,
    "docker-py": DockerPyDriver,
    "podman": PodmanDriver,
}
TITLES: dict[Verb, str] = {
    "container": "container()",
    "build": "build() and image_or_build()",
    "pull": "fetch()",
    "network": "network()",
    "volume": "volume()",
    "connect": "a container in a network: EndpointConfig, and connect()",
}
HEAD = """# Which keyword works where

Every keyword of docker-py's `containers.run`, `images.build`, `images.pull`, `networks.create`, `volumes.create` and
`network.connect` has a row, but `detach`, `stdout`, `stderr` and `stream`: fixtures run containers in the background.
*yes*: what docker-py does. *nearly*: with the difference that is named. *no*: it raises `UnsupportedOption`, naming the
keyword; nothing is dropped silently. What an engine's kernel cannot do, it says in an `EngineWarning`, and what an
engine or a client is too old for is refused too.

This page is written by `scripts/keyword_table.py`, from what the drivers say of themselves.
"""


def support(driver: type[Driver], verb: Verb, keyword: str) -> tuple[str, str]:
    """Give "yes", "nearly" or "no", and why."""
    for answer, notes in (
        ("no", REFUSED),
        ("no", driver.refuses),
        ("nearly", LIMITED),
        ("nearly", driver.approximates),
    ):
        note = notes.get(verb, {}).get(keyword)
        if note:
            return answer, note
    return "yes", ""


def rows(verb: Verb) -> Iterator[str]:
    """Give the rows of one table."""
    for keyword in sorted(TABLES[verb]):
        cells = [": ".join(filter(None, support(driver, verb, keyword))) for driver in DRIVERS.values()]
        yield f"| `{keyword}` | {' | '.join(cell.rstrip('.') for cell in cells)} |\n"


def page() -> str:
    """Give the whole page."""
    head = f"| keyword | {' | '.join(DRIVERS)} |\n| --- |{' --- |' * len(DRIVERS)}\n"
    return HEAD + "".join(f"\n## {title}\n\n{head}{''.join(rows(verb))}" for verb, title in TITLES.items())


def count() -> str:
    """Give the number of keywords that each backend carries out."""
    lines = []
    for name, driver in DRIVERS.items():
        found = Counter(support(driver, verb, keyword)[0] for verb in TITLES for keyword in TABLES[verb])
        lines.append(f"{name}: {found['yes']} exact, {found['nearly']} nearly, {found['no']} refused\n")
    return "".join(lines)


if __name__ == "__main__":
    if "--count" in sys.argv:
        sys.stdout.write(count())
    else:
        PAGE.write_text(page())
