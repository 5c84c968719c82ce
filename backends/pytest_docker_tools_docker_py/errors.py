"""What docker-py raises, in the classes of both libraries and in a sentence to the person who wrote the test.

What is raised here can be caught as `pytest_docker_tools.exceptions.NotFound` and as `docker.errors.NotFound`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import docker.errors as theirs
import requests

import pytest_docker_tools.exceptions as ours
from pytest_docker_tools.credentials import hidden
from pytest_docker_tools.endpoint import trouble

__tracebackhide__ = True

E = TypeVar("E", bound="EngineError")


class _Sentence:
    """Comes between our class and docker's in each error: keeps our text, and has what docker's would have."""

    args: tuple[Any, ...]
    usual_status: int | None = None
    request: Any = None
    response: requests.Response | None = None
    explanation: str | None = None

    def __init__(self, message: str) -> None:
        self.args = (message,)

    def __str__(self) -> str:
        return str(self.args[0])

    @property
    def status_code(self) -> int | None:
        return self.usual_status if self.response is None else self.response.status_code


class EngineUnavailable(ours.EngineUnavailable, _Sentence, theirs.DockerException):
    """There is no engine to talk to."""


class EngineError(ours.EngineError, _Sentence, theirs.APIError):
    """The engine refused."""


class NotFound(EngineError, ours.NotFound, theirs.NotFound):
    """The engine does not have the object."""

    usual_status = 404


class ImageNotFound(NotFound, ours.ImageNotFound, theirs.ImageNotFound):
    """The engine, or the registry, does not have the image."""


class Conflict(EngineError, ours.Conflict):
    """A name is taken, or the state of the object forbids what was asked."""

    usual_status = 409


class Forbidden(EngineError, ours.Forbidden):
    """The engine does not allow this."""

    usual_status = 403


class PortUnavailable(EngineError, ours.PortUnavailable):
    """A host port that was asked for is in use."""


class ResourceExhausted(EngineError, ours.ResourceExhausted):
    """The engine has no room for what was asked."""


class Unauthorized(EngineError, ours.Unauthorized):
    """A registry wants credentials, or other ones."""


class BuildFailed(EngineError, ours.BuildFailed, theirs.BuildError):
    """A step of a build failed. `build_log` is what docker-py calls the log."""

    msg: str
    build_log: Any


# Regular expressions, looked for in this order in the engine's words in lower case, before its status is asked. With
# a space in them, so that the name of an object cannot be taken for one.
_PHRASES: Sequence[tuple[type[EngineError], str]] = (
    (
        ResourceExhausted,
        "no space left on device|non-overlapping ipv4 address pool|address pools have been fully subnetted"
        "|no available ipv[46] addresses",
    ),
    (
        ImageNotFound,
        "no such image|manifest unknown|manifest for .* not found|(^|: )name unknown(:|$)|pull access denied"
        "|repository does not exist|does not match the specified platform|no matching manifest for"
        "|no match for platform",
    ),
    (
        NotFound,
        r"no such container|no such network|network (\S+|[^:\n]+) not found|no such volume|could not find the file"
        r'|unrecognized image id|plugin ".*" not found',
    ),
    (PortUnavailable, "port is already allocated|address already in use"),
    (Forbidden, "has active endpoints|endpoint with name|pre-defined network|pool overlaps"),
    (Conflict, "is not connected to|is not running|is not paused|is already paused|is restarting, wait"),
    # A command that may not be executed is "permission denied", which is nothing that a registry says.
    (Unauthorized, "no basic auth credentials|(^|: )unauthorized(:|$)|(^|: )denied(:|$)|credentials store error"),
)
_STATUSES: Mapping[int | None, type[EngineError]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
}
_ADVICE: Mapping[type[EngineError], str] = {
    ImageNotFound: "Nothing is pulled on its own: get the image with fetch() or build().",
    PortUnavailable: "Choose another host port, or None for a free one.",
    ResourceExhausted: "There is no room for it on the engine, or where it was to be written. Remove what nobody "
    "needs, with 'docker system prune' or 'pytest --docker-cleanup=all'.",
    Unauthorized: "Log in to the registry with 'docker login', or give auth_config.",
}


def classify(said: str, status: int | None = None) -> type[EngineError]:
    """Give the class of error for what the engine says, and the HTTP status with which it does."""
    lowered = said.lower()
    for error, expression in _PHRASES:
        if re.search(expression, lowered):
            return error
    return _STATUSES.get(status, EngineError)


def refusal(
    kind: type[E], asked: str, said: str, *, advice: str | None = None, response: requests.Response | None = None
) -> E:
    """Give the error for what the engine refused. `asked` completes "docker-py could not ..."."""
    hint = _ADVICE.get(kind, "") if advice is None else advice
    error = kind(f"docker-py could not {asked}: {said.rstrip('.')}.{hint and ' '}{hint}", stderr=said)
    error.explanation, error.response = said, response
    if response is not None:
        # It has all that was sent, passwords too.
        response.request = None  # type: ignore[assignment]
    return error


def said_by(error: theirs.APIError) -> str:
    """Give the engine's words in an error of docker-py's."""
    return (error.explanation or "").strip() or f"the engine answered with status {error.status_code}"


def translated(error: BaseException, asked: str, url: str) -> BaseException:
    """Give what is raised for an error of docker-py's; one of ours, and what is nobody's, stay as they are."""
    if isinstance(error, ours.DriverError):
        return error
    if isinstance(error, theirs.APIError):
        said = said_by(error)
        return refusal(classify(said, error.status_code), asked, said, response=error.response)
    if isinstance(error, (requests.exceptions.InvalidJSONError, theirs.StreamParseError)):
        return EngineError(f"docker-py could not {asked}: what answers at {url} speaks no JSON, so it is no engine.")
    if isinstance(error, requests.RequestException):
        return unavailable(asked, url, reason(error))
    if isinstance(error, theirs.DockerException):
        return refusal(classify(str(error)), asked, str(error))
    return error


def unavailable(asked: str, url: str, said: str) -> EngineUnavailable:
    """Give the error for an engine that does not answer."""
    return EngineUnavailable(
        f"docker-py could not {asked}: the engine at {url} {trouble(url, said)}, or name another one with "
        f"DOCKER_HOST or a context. docker-py said: {said}"
    )


def reason(error: BaseException) -> str:
    """Give the words of the first of the errors that led to this one: the others repeat it, with the whole request."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return hidden(str(error))
