"""How a container runs: its limits, devices, log, restarts and health check, as the engine's API has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..exceptions import UnsupportedOption
from .values import as_it_is, assignments, keyed, many, number, text, texts, words

__tracebackhide__ = True

restart_policy = keyed("Name", Name=text, MaximumRetryCount=number)
log_config = keyed(Type=text, Config=assignments)
weight_of_device = keyed("Path", "Weight", Path=text, Weight=number)
rate_of_device = keyed("Path", "Rate", Path=text, Rate=number)


def entrypoint(keyword: str, value: Any) -> list[str]:
    """Give the words of an entrypoint; none, or an empty one as the command line has it, puts the image's aside."""
    found = words(keyword, value)
    return [] if found == [""] else found


def ulimit(keyword: str, value: Any) -> dict[str, Any]:
    """Give one of `ulimits`. Alone, the soft limit is the hard one too."""
    limit = _ULIMIT(keyword, value)
    if "Soft" not in limit and "Hard" not in limit:
        raise UnsupportedOption(keyword, f"the limit {limit['Name']!r} needs 'Soft', 'Hard' or both.")
    # docker-py would make a container that cannot start.
    return {"Soft": 0, "Hard": limit.get("Soft"), **limit}


def device(keyword: str, value: Any) -> dict[str, str]:
    """Give one of `devices`, from a dict or from host path:path in the container:permissions."""
    if isinstance(value, Mapping):
        found = _DEVICE(keyword, value)
    else:
        parts = text(keyword, value).split(":")
        if len(parts) > len(_DEVICE_PARTS):
            raise UnsupportedOption(keyword, f"{value!r} has more than {len(_DEVICE_PARTS)} parts.")
        found = {name: part for name, part in zip(_DEVICE_PARTS, parts, strict=False) if part}
    if "PathOnHost" not in found:
        raise UnsupportedOption(keyword, f"{value!r} names no device of the host.")
    return {"PathInContainer": found["PathOnHost"], "CgroupPermissions": "rwm", **found}


def device_request(keyword: str, value: Any) -> dict[str, Any]:
    """Give one of `device_requests`."""
    nothing: dict[str, Any] = {"Driver": "", "Count": 0, "DeviceIDs": [], "Capabilities": [], "Options": {}}
    return {**nothing, **_DEVICE_REQUEST(keyword, value)}


def healthcheck(keyword: str, value: Any) -> dict[str, Any]:
    """Give a health check: Test begins with CMD, CMD-SHELL or NONE; durations are nanoseconds.

    Without a test, the image's is meant.
    """
    check: dict[str, Any] = _HEALTHCHECK(keyword, value)
    test = check.pop("Test", None)
    return {"Test": _test(keyword, test), **check} if test else check


def _test(keyword: str, test: Any) -> list[str]:
    if isinstance(test, str):
        return ["NONE"] if test == "NONE" else ["CMD-SHELL", test]
    found = texts(keyword, test)
    if found == ["NONE"] or (found[0] == "CMD" and len(found) > 1) or (found[0] == "CMD-SHELL" and len(found) == 2):
        return found
    raise UnsupportedOption(keyword, "its 'test' takes a string, ['CMD', ...], ['CMD-SHELL', text] or ['NONE'].")


_ULIMIT = keyed("Name", Name=text, Soft=number, Hard=number)
_DEVICE_REQUEST = keyed(Driver=text, Count=number, DeviceIDs=texts, Capabilities=many(texts), Options=assignments)
_DEVICE_PARTS = ("PathOnHost", "PathInContainer", "CgroupPermissions")
_DEVICE = keyed(PathOnHost=text, PathInContainer=text, CgroupPermissions=text)
_HEALTHCHECK = keyed(Test=as_it_is, Interval=number, Timeout=number, StartPeriod=number, Retries=number)
