"""The forms in which docker-py's options may be written, each brought to one form.

For drivers that must render options. Each function takes what a user wrote and raises `UnsupportedOption`, which
names the keyword, where it cannot be meant. No value that may be a secret is part of such a message.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from .exceptions import UnsupportedOption

__tracebackhide__ = True

Pairs = list[tuple[str, "str | None"]]
_HOST_PORT = re.compile(r"[0-9]+(-[0-9]+)?")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_REMOTE = ("http://", "https://", "git://", "github.com/", "git@")
_UNITS = {"b": 1, "k": 1024, "m": 1024**2, "g": 1024**3}


class PortBinding(NamedTuple):
    """A port of a container and where it is published. `host_port` None: a free one; may be a range, "80-90"."""

    container_port: str
    protocol: str
    host_ip: str | None
    host_port: str | None


class VolumeBind(NamedTuple):
    """A volume or folder and where it is mounted. `source` None: an anonymous volume. `mode` as in `-v`."""

    source: str | None
    target: str
    mode: str | None


def words(keyword: str, value: Any) -> list[str]:
    """Give the words of a command: a string is split as a shell would, None is no word."""
    if value is None:
        return []
    if not isinstance(value, str):
        return texts(keyword, value)
    try:
        return shlex.split(value)
    except ValueError as error:
        raise UnsupportedOption(keyword, f"it cannot be split into words as a shell would: {error}.") from None


def texts(keyword: str, value: Any) -> list[str]:
    """Give a list of strings from a list of strings or numbers, or from one string."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, Iterable) or isinstance(value, (bytes, Mapping)):
        raise UnsupportedOption(keyword, f"it takes a list of strings, not {_form(value)}.")
    return [_text(keyword, item) for item in value]


def _text(keyword: str, item: Any) -> str:
    if item is None or isinstance(item, (bytes, Mapping, list, tuple, set)):
        raise UnsupportedOption(keyword, f"it takes a list of strings, and not {_form(item)} in it.")
    return str(item)


def text(keyword: str, value: Any) -> str:
    """Give a string from a string or a number."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise UnsupportedOption(keyword, f"it takes a string, not {_form(value)}.")
    return str(value)


def number(keyword: str, value: Any) -> int:
    """Give a whole number."""
    if isinstance(value, bool) or not re.fullmatch("-?[0-9]+", str(value)):
        raise UnsupportedOption(keyword, f"it takes a whole number, not {value!r}.")
    return int(value)


def switch(keyword: str, value: Any) -> bool:
    """Give True or False."""
    if value not in (True, False):
        raise UnsupportedOption(keyword, f"it takes True or False, not {value!r}.")
    return bool(value)


def one_of(keyword: str, value: Any, *accepted: Any) -> Any:
    """Give a value, of which a driver can do these only."""
    if value not in accepted:
        raise UnsupportedOption(keyword, f"this backend can only have it {' or '.join(map(repr, accepted))}.")
    return value


def assignments(keyword: str, value: Any) -> dict[str, str]:
    """Give a dict of strings."""
    if not isinstance(value, Mapping):
        raise UnsupportedOption(keyword, f"it takes a dict, not {_form(value)}.")
    return {str(name): str(item) for name, item in value.items()}


def environment(value: Any, keyword: str = "environment") -> Pairs:
    """Give (name, value) pairs of an environment from a dict or a list of "NAME=value". None unsets the name."""
    if isinstance(value, Mapping):
        found = [(str(name), _environment_value(keyword, item)) for name, item in value.items()]
    else:
        found = [_split_variable(item) for item in texts(keyword, value)]
    for name, _ in found:
        if not name or "=" in name or "\0" in name:
            raise UnsupportedOption(keyword, f"{name!r} is no name of an environment variable.")
    return found


def _environment_value(keyword: str, value: Any) -> str | None:
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            raise UnsupportedOption(keyword, "a value of bytes has to be UTF-8.") from None
    return None if value is None else str(value)


def _split_variable(item: str) -> tuple[str, str | None]:
    name, separator, value = item.partition("=")
    return name, value if separator else None


def labels(value: Any) -> dict[str, str]:
    """Give labels from a dict, or from a list of names (which then have an empty value)."""
    if isinstance(value, Mapping):
        return {str(name): "" if item is None else str(item) for name, item in value.items()}
    return dict.fromkeys(texts("labels", value), "")


def pairs(keyword: str, value: Any, separator: str = ":") -> list[tuple[str, str]]:
    """Give pairs from a dict, or from a list of "name:value" strings or of two-tuples."""
    if isinstance(value, Mapping):
        return [(str(name), "" if item is None else str(item)) for name, item in value.items()]
    found = []
    for item in [value] if isinstance(value, str) else sequence_of(keyword, value):
        pair = item.partition(separator)[::2] if isinstance(item, str) else item
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise UnsupportedOption(keyword, f"it takes pairs, or strings with {separator!r}, not {_form(item)}.")
        left, right = pair
        found.append((str(left), "" if right is None else str(right)))
    return found


def ports(value: Any) -> list[PortBinding]:
    """Give the bindings of docker-py's `ports`.

    A key is 80, "80" or "80/udp". A value is None (a free host port), a port, (ip, port), (ip,), a dictionary with
    HostIp and HostPort, or a list of those.
    """
    if not isinstance(value, Mapping):
        raise UnsupportedOption("ports", f"it takes a dict such as {{'80/tcp': None}}, not {_form(value)}.")
    found = []
    for key, bindings in value.items():
        port, _, protocol = str(key).partition("/")
        if not port.isdecimal():
            raise UnsupportedOption("ports", f"{key!r} is none of 80, '80' and '80/udp'.")
        many = bindings if isinstance(bindings, list) else [bindings]
        found += [PortBinding(port, (protocol or "tcp").lower(), *_host_side(key, binding)) for binding in many]
    return found


def _host_side(key: Any, binding: Any) -> tuple[str | None, str | None]:
    if isinstance(binding, Mapping):
        binding = (binding.get("HostIp"), binding.get("HostPort"))
    if isinstance(binding, tuple) and len(binding) == 1:
        binding = (binding[0], None) if isinstance(binding[0], str) else (None, binding[0])
    host_ip, host_port = binding if isinstance(binding, tuple) and len(binding) == 2 else (None, binding)
    if host_port in (None, ""):
        return host_ip or None, None
    if isinstance(host_port, (int, str)) and _HOST_PORT.fullmatch(str(host_port)):
        return host_ip or None, str(host_port)
    raise UnsupportedOption("ports", f"{binding!r} for {key!r} is none of None, port, (ip, port) and lists of them.")


def volumes(value: Any) -> list[VolumeBind]:
    """Give the mounts of docker-py's `volumes`: {source: {"bind": target, "mode": "ro"}} or a list as for `-v`."""
    if isinstance(value, Mapping):
        return [VolumeBind(str(source), *_bind(str(source), target)) for source, target in value.items()]
    return [_split_bind(item) for item in texts("volumes", value)]


def _bind(source: str, target: Any) -> tuple[str, str | None]:
    if not isinstance(target, Mapping) or "bind" not in target:
        raise UnsupportedOption(
            "volumes", f"{source!r} needs a dict such as {{'bind': '/data', 'mode': 'rw'}}, not {target!r}."
        )
    if "ro" in target and "mode" in target:
        raise UnsupportedOption("volumes", f"{source!r} has both 'ro' and 'mode', which say the same.")
    mode = ("ro" if target["ro"] else "rw") if "ro" in target else str(target.get("mode") or "rw")
    if target.get("propagation"):
        mode += f",{target['propagation']}"
    return str(target["bind"]), mode


def _split_bind(item: str) -> VolumeBind:
    source, separator, rest = item.partition(":")
    if not separator:
        if not source:
            raise UnsupportedOption("volumes", "an empty string is no path.")
        return VolumeBind(None, source, None)
    target, separator, mode = rest.partition(":")
    return VolumeBind(source, target, mode if separator else None)


def size(keyword: str, value: Any) -> int:
    """Give bytes from a number, or from a string such as "128m" or "1.5gb" (powers of 1024)."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise UnsupportedOption(keyword, f"it takes bytes, or a string such as '128m', not {_form(value)}.")
    if isinstance(value, int):
        return value
    text = value.strip().lower()
    number = text[:-1] if text[-1:] == "b" and text[-2:-1].isalpha() else text
    unit = number[-1:] if number[-1:] in _UNITS else ""
    try:
        return int(float(number.removesuffix(unit) if text else "0") * _UNITS.get(unit, 1))
    except (ValueError, OverflowError):
        raise UnsupportedOption(keyword, f"{value!r} is not a size such as 1000, '128m' or '2g'.") from None


def healthcheck(value: Any) -> dict[str, Any]:
    """Give a health check with the keys test, interval, timeout, start_period (nanoseconds) and retries."""
    known = {"test", "interval", "timeout", "start_period", "retries"}
    if not isinstance(value, Mapping):
        raise UnsupportedOption("healthcheck", f"it takes a dict with 'test' and others, not {_form(value)}.")
    found = {str(key).replace("StartPeriod", "start_period").lower(): item for key, item in value.items()}
    for key in found.keys() - known:
        raise UnsupportedOption("healthcheck", f"it has no {key!r}; it has {', '.join(sorted(known))}.")
    return found


def binds(keyword: str, value: Any) -> list[str]:
    """Give docker-py's `volumes` as source:target:mode, or target alone."""
    return [_written(keyword, bind, split=isinstance(value, Mapping)) for bind in volumes(value)]


def _written(keyword: str, bind: VolumeBind, *, split: bool) -> str:
    parts = [part for part in bind if part is not None]
    for part in parts[:2]:
        if split and ":" in _DRIVE.sub("", part):
            raise UnsupportedOption(keyword, f"{part!r} has a colon, which separates the parts here. Use 'mounts'.")
    if bind.source is not None and bind.source.startswith((".", "~")):
        # One client would take it from its own working directory, another refuse it.
        raise UnsupportedOption(keyword, f"{bind.source!r} is neither an absolute path nor the name of a volume.")
    return ":".join(parts)


def volumes_from(keyword: str, value: Any) -> list[str]:
    """Give the containers whose volumes are wanted, from a list or from names with commas between them."""
    return value.split(",") if isinstance(value, str) else texts(keyword, value)


def image(value: Any) -> str:
    """Give the reference of the image of `ContainerOptions`: a string, or the id of an image object."""
    found = value if isinstance(value, str) else getattr(value, "id", None)
    if not isinstance(found, str) or not found:
        raise UnsupportedOption("image", f"it takes an image or the name of one, not {_form(value)}.")
    return found


def filters(given: Mapping[str, Any] | None) -> dict[str, list[str]]:
    """Give the values of each filter as a list, in the engine's words."""
    return {name: _several(values) for name, values in (given or {}).items()}


def _several(given: Any) -> list[str]:
    values = given if isinstance(given, Iterable) and not isinstance(given, str) else [given]
    return [str(value).lower() if isinstance(value, bool) else str(value) for value in values]


def is_remote(path: str) -> bool:
    """Say whether the `path` of a build is no folder here but an address, as docker tells them apart."""
    return path.startswith(_REMOTE)


def check_build(options: Mapping[str, Any]) -> None:
    """Raise `UnsupportedOption` for `BuildOptions` that contradict each other. None is as if it were not given."""
    path, fileobj = options.get("path"), options.get("fileobj")
    custom, encoding = options.get("custom_context"), options.get("encoding")
    if (path is None) == (fileobj is None):
        raise UnsupportedOption("path", "a build needs either 'path' or 'fileobj'.")
    if fileobj is None and (encoding or custom):
        raise UnsupportedOption("encoding" if encoding else "custom_context", "it is for 'fileobj' only.")
    if fileobj is not None and options.get("dockerfile") and not custom:
        raise UnsupportedOption("dockerfile", "'fileobj' is the Dockerfile, as 'custom_context' is not given.")


def image_reference(options: Mapping[str, Any]) -> str:
    """Give the one string that names the image of `PullOptions`: a tag, a digest, or `latest`."""
    repository, tag = str(options.get("repository") or ""), options.get("tag")
    if not repository:
        raise UnsupportedOption("repository", "there must be one to pull from.")
    name, tag_in_name = split_reference(repository)
    if tag in (None, ""):
        return repository if tag_in_name else f"{name}:latest"
    return f"{name}@{tag}" if str(tag).startswith("sha256:") else f"{name}:{tag}"


def split_reference(reference: str) -> tuple[str, str | None]:
    """Give repository and tag (or digest) of an image reference; a colon before a slash belongs to a port."""
    name, at, digest = reference.rpartition("@")
    if at:
        return name, digest
    name, colon, tag = reference.rpartition(":")
    return (name, tag) if colon and "/" not in tag else (reference, None)


def _form(value: Any) -> str:
    return f"{type(value).__name__}"


def sequence_of(keyword: str, value: Any) -> Sequence[Any]:
    """Give a list of anything, refusing a single value."""
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise UnsupportedOption(keyword, f"it takes a list, not {_form(value)}.")
    return list(value)
