"""The builders of docker's client: which one it uses, and what that one would ignore.

The client takes flags that mean nothing to its builder, but lists only those that mean something.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pytest_docker_tools.exceptions import UnsupportedOption

__tracebackhide__ = True

USE_BUILDKIT = "Build with BuildKit: set DOCKER_BUILDKIT=1, for which a client from 23.0 on needs its plugin buildx."
_USE_CLASSIC = "Leave it out, or build with the classic builder: set DOCKER_BUILDKIT=0."

_FLAG = re.compile(r"^ +(?:-\w, )?(--[a-z-]+)", re.MULTILINE)
# BuildKit has no containers that could be left, and never sends what it has already.
_MEANINGLESS = {"--compress", "--force-rm", "--rm"}
# The first engine whose BuildKit heeds --shm-size, which buildx lists whatever the engine is.
_SHM_SIZE_SINCE = 23


@dataclass(frozen=True)
class Builder:
    """A builder, known by the flags that the client lists for it."""

    flags: frozenset[str]

    @property
    def is_buildkit(self) -> bool:
        """Whether it is BuildKit."""
        return "--secret" in self.flags

    @property
    def output(self) -> list[str]:
        """The flags with which an image gets to the engine, also from a builder that runs in a container."""
        return ["--load"] if "--load" in self.flags else []

    def check(self, keywords: Mapping[str, str], engine: Callable[[], str]) -> None:
        """Raise `UnsupportedOption` for what it would ignore.

        `keywords` are those of docker-py by the flags that are to be given; `engine` gives the engine's version.
        """
        if not self.is_buildkit:
            if "--secret" in keywords:
                raise UnsupportedOption(keywords["--secret"], f"the classic builder has none. {USE_BUILDKIT}")
            return
        for flag, keyword in keywords.items():
            if flag not in self.flags | _MEANINGLESS:
                raise UnsupportedOption(keyword, f"BuildKit has no {flag}. {_USE_CLASSIC}")
        if "--shm-size" in keywords and int(engine().partition(".")[0]) < _SHM_SIZE_SINCE:
            raise UnsupportedOption(keywords["--shm-size"], f"the BuildKit of this engine ignores it. {_USE_CLASSIC}")


def listed(text: str) -> Builder:
    """Give the builder whose help this is."""
    return Builder(frozenset(_FLAG.findall(text)))
