"""docker-py's keywords, from options in their normal form.

docker-py itself passes on what the engine then ignores, and raises a TypeError that may not name the keyword.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from docker.errors import APIError, DockerException
from requests import RequestException

from pytest_docker_tools.contexts import contextmanager
from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools.normalise import Verb, joined, normalised

__tracebackhide__ = True

USE_BUILDKIT = "To build with BuildKit, choose --docker-backend=docker-cli with buildx."

REFUSED: Mapping[Verb, Mapping[str, str]] = {
    "container": {
        "cpu_count": "an engine on Linux takes it without effect. Use 'nano_cpus'.",
        "cpu_percent": "an engine on Linux takes it without effect. Use 'nano_cpus'.",
        "init_path": "engines do not take it any more. Use 'init'.",
    },
    "connect": {
        "mac_address": "engines take one with a new container only, or do not heed it. Use its 'networking_config'."
    },
    "build": {"secrets": f"docker-py builds with the classic builder, which has none. {USE_BUILDKIT}"},
}

APPROXIMATED: Mapping[Verb, Mapping[str, str]] = {
    "build": {
        "platform": "refused where the image is for another one, as the classic builder takes that of the base",
        "squash": "refused by engines without experimental features",
    },
    "container": {
        "kernel_memory": "engines with API 1.42 or later do not heed it; refused there",
        "mounts": "a 'subpath' is refused by engines with an API before 1.45",
        "networking_config": "a 'mac_address' is refused by engines with an API before 1.44",
    },
}


def arguments(verb: Verb, options: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give the options of a verb as docker-py takes them."""
    # What `connect` refuses, a container can have in its networks from the start.
    found = normalised(verb, options, REFUSED if verb == "connect" else {**REFUSED, "connect": {}})
    for keyword, value in found.items():
        _check(keyword, value)
    return {keyword: _WRITTEN[keyword](value) if keyword in _WRITTEN else value for keyword, value in found.items()}


def _check(keyword: str, value: Any) -> None:
    """Refuse what the engine would not get as it was written."""
    if isinstance(value, str):
        if "\0" in value:
            raise UnsupportedOption(keyword, "it has a NUL character, which no process can be given.")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise UnsupportedOption(keyword, "it has half of a surrogate pair, which is no text.") from None
    elif isinstance(value, (list, tuple, Mapping)):
        for item in [*value, *value.values()] if isinstance(value, Mapping) else value:
            _check(keyword, item)


@contextmanager
def blamed(options: Mapping[str, Any]) -> Iterator[None]:
    """Raise what docker-py says about its arguments as `UnsupportedOption`."""
    try:
        yield
    except (APIError, RequestException):
        raise
    except (TypeError, ValueError, DockerException) as error:
        named = [keyword for keyword in options if re.search(rf"\b{keyword}\b", str(error))]
        raise UnsupportedOption((named or [*options])[0], f"docker-py refused it: {error}") from None


def _variables(value: Mapping[str, str | None]) -> list[str]:
    return [name if item is None else f"{name}={item}" for name, item in value.items()]


# The keywords that docker-py takes in another form.
_WRITTEN: Mapping[str, Callable[[Any], Any]] = {
    "environment": _variables,
    "extra_hosts": partial(joined, "extra_hosts"),
}
