"""Whether docker-py is there, and what stands for the driver where it is not."""

from __future__ import annotations

import re
from typing import Any, NoReturn, cast

from pytest_docker_tools.driver import Driver
from pytest_docker_tools.exceptions import EngineUnavailable

__tracebackhide__ = True

OLDEST = (7, 2)
_EXTRA = "pip install 'pytest-docker-tools[docker-py]'"
# Of these, `Driver` itself has something that would not say what is missing.
_CONCRETE = ("listening", "native_client", "shown", "tag_image", "version")


def missing() -> str | None:
    """Say what to install, None where docker-py can be used."""
    try:
        # Not `docker` alone: a folder of that name in a project can be imported, and has nothing in it.
        from docker import __version__ as version
    except ImportError:
        return f"Install the docker library, which the backend 'docker-py' needs: {_EXTRA}"
    if tuple(int(number) for number in re.findall("[0-9]+", version)[:2]) < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        return f"Install a newer docker library, as the backend 'docker-py' needs {wanted}, not {version}: {_EXTRA}"
    return None


def unusable(reason: str) -> Driver:
    """Give a driver that says why it cannot be used as soon as it is."""

    def refuse(self: Driver, *args: Any, **options: Any) -> NoReturn:
        raise EngineUnavailable(reason)

    verbs = dict.fromkeys([*Driver.__abstractmethods__, *_CONCRETE], refuse)
    kind = type("Unusable", (Driver,), {**verbs, "close": lambda self: None})
    return cast(Driver, kind())
