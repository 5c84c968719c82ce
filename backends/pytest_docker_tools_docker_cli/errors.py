"""What the client's texts mean, and the sentence in which they reach the person who wrote the test."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pytest_docker_tools.build_output import without_colour
from pytest_docker_tools.endpoint import trouble
from pytest_docker_tools.exceptions import (
    Conflict,
    DriverError,
    EngineError,
    EngineUnavailable,
    Forbidden,
    ImageNotFound,
    NotFound,
    PortUnavailable,
    ResourceExhausted,
    Unauthorized,
    UnsupportedOperation,
    UnsupportedOption,
)

from .runner import Result

__tracebackhide__ = True

Phrases = Sequence[tuple[type[DriverError], Sequence[str]]]

# Regular expressions, looked for in this order in the text in lower case; the first that is found says what it is.
# With a space in them, so that the name of an object cannot be taken for one.
PHRASES: Phrases = (
    (
        EngineUnavailable,
        (
            "cannot connect to the docker daemon",
            "error during connect",
            "trying to connect to the docker daemon socket",
            "unable to resolve docker endpoint",
            'current context "',
        ),
    ),
    (
        UnsupportedOperation,
        (
            "unknown flag",
            "unknown shorthand flag",
            'invalid argument "',
            "requires api version",
            "is only supported on a docker daemon",
            "requires at least [0-9]+ argument",
            "unknown command",
            "is not a docker command",
        ),
    ),
    (
        ResourceExhausted,
        (
            "no space left on device",
            "non-overlapping ipv4 address pool",
            "no available ipv[46] addresses",
            "address pools have been fully subnetted",
            "free subnet from subnet pools",
        ),
    ),
    (
        ImageNotFound,
        (
            "no such image",
            "image not known",
            "pull access denied",
            "does not match the specified platform",
            "manifest unknown",
            "manifest for .* not found",
            r"(?m)(^|: )name unknown(:|$)",
            "no matching manifest for",
            "no match for platform",
        ),
    ),
    (
        NotFound,
        (
            "no such container",
            "no container with name",
            'container "[^"]*" does not exist',
            "layer not known",
            "no such network: ",
            r"network (\S+|[^:\n]+)( network)? not found",
            "unable to find network",
            "no such volume",
            "no volume with name",
            "no such object",
            "could not find the file",
            "could not be found on container",
            'plugin ".*" not found',
        ),
    ),
    (Forbidden, ("has active endpoints", "endpoint with name", "pre-defined network", "pool overlaps")),
    (
        Conflict,
        (
            "is already in use by",
            "already in use, cannot",
            "conflict. the",
            "conflict: unable",
            "already exists",
            "volume is in use",
            "image is in use",
            "is being used",
            "is not running",
            "is not connected to",
            "is restarting, wait",
            "is paused",
            "is already paused",
            "is not paused",
            "is already in progress",
            "cannot remove a running",
            "container is running: stop",
            "state improper",
        ),
    ),
    (PortUnavailable, ("port is already allocated", "address already in use")),
    # A command that may not be executed is "permission denied", which is nothing that a registry says.
    (Unauthorized, ("no basic auth credentials", r"(?m)(^|: )unauthorized(:|$)", r"(?m)(^|: )denied(:|$)")),
)

_ADVICE: Mapping[type[DriverError], str] = {
    ImageNotFound: "Nothing is pulled on its own: get the image with fetch() or build().",
    PortUnavailable: "Choose another host port, or None for a free one.",
    ResourceExhausted: "There is no room for it on the engine, or where it was to be written. Remove what nobody "
    "needs, with the client's 'system prune' or 'pytest --docker-cleanup=all'.",
    Unauthorized: "Log in to the registry with the client's 'login' command.",
    UnsupportedOperation: "This client, or this engine, is too old or too new for it.",
}

_BUILDER_NOTICE = re.compile(r"^DEPRECATED: The legacy builder.*\n(?:[ \t]+.*\n|\n)*", re.MULTILINE)
_NOTICES = re.compile(
    r"^(?:Run|See) '.* --help'.*$|^exit status \d+$|^Usage:.*$|^Error: failed to start containers: .*$"
    r"|^(?:Error: )?\d+ errors? occurred:$|^time=\S+ level=warning .*$",
    re.MULTILINE,
)
# What a client says of its own trouble besides, with which it may be that it removed what it could not start.
_LOGGED = re.compile(r"time=\S+ level=error ", re.IGNORECASE)
_PREFIX = re.compile(
    r"^(?:[ \t]+\* )?(?:(?:docker|podman|nerdctl): )?(?:Error response from daemon: |Error: |ERROR: )?", re.MULTILINE
)
# A flag, or what the client says of one that it takes in another place only.
_FLAG = re.compile(r"--[a-z][a-z0-9-]*|(?<=\"specify )mac-address(?= per network\")")


def clean(text: str) -> str:
    """Give what the engine says, without what the client puts around it."""
    text = _NOTICES.sub("", _BUILDER_NOTICE.sub("", without_colour(text)))
    lines = [line for line in _PREFIX.sub("", text).splitlines() if line.strip()]
    return "\n".join([line for line in lines if not _LOGGED.match(line)] or lines)


def classify(phrases: Phrases, text: str) -> type[DriverError]:
    """Give the class of error that a text of the client stands for; `EngineError` where it is none of the known."""
    said = clean(text).lower()
    for error, expressions in phrases:
        if any(re.search(expression, said) for expression in expressions):
            return error
    return EngineError


def refused_keyword(refused: Mapping[str, re.Pattern[str]], said: str) -> str | None:
    """Give the keyword of docker-py whose value is refused with these words, if it is one."""
    return next((keyword for keyword, words in refused.items() if words.search(said)), None)


def error_for(
    result: Result,
    asked: str,
    *,
    kind: type[DriverError],
    program: str,
    engine: str,
    other_engine: str,
    keywords: Mapping[str, str] | None = None,
    advice: str | None = None,
) -> DriverError:
    """Give the error for a command that failed.

    `asked` completes "docker could not ...". `engine` is where it was looked for, and `other_engine` what chooses
    another. `keywords` are those of docker-py by the client's flags, so that a refused flag is an
    `UnsupportedOption`. `advice` replaces what is known to help.
    """
    said = clean(result.complaint) or f"exit code {result.exit_code}"
    found = _FLAG.findall(said) if kind is UnsupportedOperation else []
    # The value that is refused may look like a flag, too.
    flags = [f"--{flag.removeprefix('--')}" for flag in found]
    name = next((flag for flag in flags if flag in (keywords or {})), "")
    if keywords and name:
        return UnsupportedOption(keywords[name], f"{program} refused {name} with: {said}", **result.details)
    if kind is EngineUnavailable:
        return EngineUnavailable(
            f"{program} could not {asked}: the engine at {engine} {trouble(engine, said)}, or choose another "
            f"one with {other_engine}. {program} said: {said}",
            **result.details,
        )
    hint = advice or _ADVICE.get(kind, "")
    return kind(f"{program} could not {asked}: {said.rstrip('.')}.{hint and ' '}{hint}", **result.details)
