"""What to do about an image that cannot be pulled."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .exceptions import DriverError, ImageNotFound, Unauthorized
from .references import registry_of

__tracebackhide__ = True

# What registries say that do not let a stranger know what they have.
_UNSURE = re.compile("(?im)pull access denied|(^|: )denied(:|$)")
_OTHER_PLATFORM = re.compile("(?i)no matching manifest|no match for platform|in manifest list|specified platform")


def advice(
    error: type[DriverError], said: str, reference: str, login: Mapping[str, str] | None, program: str = "docker"
) -> str | None:
    """Give what the person who wants the image can do, None where nobody but the registry can do something.

    `error` is the class of what went wrong, `said` the engine's words, `login` the `auth_config` that was given.
    `program` is the client whose `login` is meant.
    """
    registry = registry_of(reference)
    log_in = (
        "Check the username and the password in auth_config."
        if login
        else f"Log in with '{program} login {registry}', or give auth_config={{'username': ..., 'password': ...}}."
    )
    if _UNSURE.search(said) and issubclass(error, (ImageNotFound, Unauthorized)):
        wants = "another login" if login else "a login"
        return f"The registry {registry} has no such image, or wants {wants}. Check the name and the tag. {log_in}"
    if issubclass(error, Unauthorized):
        return f"{_refusal(registry, said, login)} {log_in}"
    if issubclass(error, ImageNotFound) and _OTHER_PLATFORM.search(said):
        return f"The registry {registry} has this image for other platforms. Choose another 'platform'."
    if issubclass(error, ImageNotFound):
        return f"The registry {registry} has no such image. Check the name and the tag."
    return None


def _refusal(registry: str, said: str, login: Mapping[str, str] | None) -> str:
    if login:
        return f"The registry {registry} refused the login that it was given."
    if "no basic auth credentials" in said:
        return f"The registry {registry} wants a login, and was given none."
    return f"The registry {registry} wants a login, or another one than it was given."
