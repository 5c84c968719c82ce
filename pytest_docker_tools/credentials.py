"""Passwords and tokens in URLs, which are not shown."""

from __future__ import annotations

import re

__tracebackhide__ = True

# What stands alone before the @ is a token in a URL of the web, and elsewhere the name of a user.
_CREDENTIALS = re.compile(r"(\b\w[\w+.-]*://[^\s/?#@:]*:|\bhttps?://)[^\s/?#@]+@")


def hidden(text: str) -> str:
    """Give a text in which what may be secret in the URLs is replaced by ***."""
    return _CREDENTIALS.sub(r"\1***@", text)
