"""One HTTP request, whose answer is its status."""

from __future__ import annotations

import ssl
import string
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import quote, urlsplit

__tracebackhide__ = True

# A server that has accepted a connection too early may never answer on it.
LONGEST = 5.0


def get(url: str, timeout: float | None) -> int | str:
    """Give the status that a GET is answered with, or why there is no answer.

    It goes to the address itself, whatever proxies the environment has, and no certificate is verified. Spaces and
    letters that a URL cannot have are escaped.
    """
    parts = urlsplit(url)
    seconds = LONGEST if timeout is None else min(timeout, LONGEST)
    if parts.scheme == "https":
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection: HTTPConnection = HTTPSConnection(parts.netloc, timeout=seconds, context=context)
    else:
        connection = HTTPConnection(parts.netloc, timeout=seconds)
    path = quote(url.partition(parts.netloc)[2], safe=string.punctuation)
    try:
        connection.request("GET", path or "/")
        return connection.getresponse().status
    except (OSError, HTTPException) as error:
        return str(error) or type(error).__name__
    finally:
        connection.close()
