"""Logins at registries."""

from __future__ import annotations

import base64
from typing import Any

from ..exceptions import UnsupportedOption
from .values import keyed, text

__tracebackhide__ = True

_KEYS = keyed(
    username=text,
    password=text,
    email=text,
    serveraddress=text,
    identitytoken=text,
    registrytoken=text,
    auth=text,
)


def login(keyword: str, value: Any) -> dict[str, str]:
    """Give docker-py's `auth_config`: `username` and `password`, or a token. Without any, nobody is logged in.

    `auth`, in which configurations of the client have name and password, becomes these two.
    """
    found: dict[str, str] = {name: item for name, item in _KEYS(keyword, value).items() if item}
    for name, item in found.items():
        _check_text(keyword, name, item)
    if "auth" in found:
        found = {**_decoded(keyword, found.pop("auth")), **found}
    if "username" in found and not found.keys() & {"password", "identitytoken"}:
        raise UnsupportedOption(keyword, "it has a 'username', but no 'password'.")
    if "password" in found and "username" not in found:
        raise UnsupportedOption(keyword, "it has a 'password', but no 'username'.")
    return found


def _check_text(keyword: str, name: str, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        # Without the cause, which has the text.
        raise UnsupportedOption(keyword, f"its {name!r} has half of a surrogate pair, which is no text.") from None


def _decoded(keyword: str, auth: str) -> dict[str, str]:
    try:
        username, password = base64.b64decode(auth, validate=True).decode().split(":", 1)
    except ValueError:
        # Without the cause, which has the text.
        raise UnsupportedOption(keyword, "its 'auth' is no username:password in base 64.") from None
    return {"username": username, "password": password}
