"""Copying files into containers, and out of them."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from . import archives
from .driver import Driver, Facts
from .exceptions import EngineError, NotFound, UsageError
from .files import Content, Entries, Entry, Places, entries

__tracebackhide__ = True

# Links that are followed one after the other, as many as Linux does.
_LINKS = 40
# What an engine itself mounts when a container starts.
_ENGINES = ("/dev", "/proc", "/sys", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf")


def get(driver: Driver, container: Facts, path: str) -> dict[str, bytes | None]:
    """Give what is below a path, {name: content}, None for what is no file. Names begin with the path's last part.

    Where the path is a link, it is followed, as some engines do by themselves. Raises `NotFound`, and `UsageError` for
    what is no path.
    """
    if not isinstance(path, str):
        raise UsageError(f"What is read from a container is named by a path, a string, not {path!r}.")
    place = posixpath.normpath("/" + path.lstrip("/"))
    root = posixpath.basename(place)
    for links in range(_LINKS):
        try:
            with driver.get_archive(container["Id"], place) as archive:
                target = archives.target(archive)
                if target is None:
                    return archives.read(archive, root)
        except NotFound as error:
            if not links:
                raise
            raise NotFound(f"{path!r} in container {_name(container)!r} leads to {place!r}: {error}") from None
        place = posixpath.normpath(posixpath.join(posixpath.dirname(place), target))
    raise NotFound(f"{path!r} in container {_name(container)!r} is a link that leads to itself.")


def rooted(files: Mapping[str, Content], places: Places) -> dict[str, Entry]:
    """Give the entries of files whose names are absolute paths. Raises `UsageError`."""
    found = entries(files, places)
    for name in files:
        if not posixpath.isabs(name):
            raise UsageError(f"{name!r} is no path in a container: it has to begin with a slash.")
    return found


def put(driver: Driver, container: Facts, files: Entries) -> None:
    """Put files into a container, in any state.

    Raises `UsageError` where they would not be seen in it, and `EngineError` where the engine refuses them.
    """
    hidden = _mounts(container)
    for name in files:
        _require_visible(f"/{name}", hidden, container)
    missing = {name: entry for name, entry in files.items() if not _is_there(driver, container["Id"], name, entry)}
    if not missing:
        return
    with archives.packed(missing) as archive:
        try:
            driver.put_archive(container["Id"], "/", archive)
        except EngineError as error:
            if not container["HostConfig"].get("ReadonlyRootfs"):
                raise
            advice = (
                f"Container {_name(container)!r} has a read-only root: mount a volume with the files instead, made by "
                "volume(initial_content={...})."
            )
            raise type(error)(f"{error} {advice}", command=error.command, stderr=error.stderr) from None


def _is_there(driver: Driver, container: str, name: str, entry: Entry) -> bool:
    """Say whether that is a folder that the container has already, whose mode and owner are to stay."""
    if not entry.is_folder:
        return False
    try:
        with driver.get_archive(container, f"/{name}") as archive:
            return not archives.is_file(archive)
    except NotFound:
        return False


def _require_visible(path: str, hidden: Mapping[str, str], container: Facts) -> None:
    place = path
    while place not in hidden and place != "/":
        place = posixpath.dirname(place)
    if hidden.get(place):
        raise UsageError(
            f"{path!r} would not be seen in container {_name(container)!r}: {hidden[place]} is mounted at "
            f"{place!r}, over what is copied there. Choose another path, or mount a volume there."
        )


def _mounts(container: Facts) -> dict[str, str]:
    """Give what hides the files that are copied to the place of a mount, "" where nothing does."""
    found = dict.fromkeys(_ENGINES, "what the engine has there")
    for mount in container.get("Mounts") or ():
        found[mount["Destination"]] = "a tmpfs" if mount["Type"] == "tmpfs" else ""
    for place, options in (container["HostConfig"].get("Tmpfs") or {}).items():
        # Podman's begins with a copy of what is below it.
        found[posixpath.normpath(place)] = "" if "tmpcopyup" in options else "a tmpfs"
    return found


def _name(container: Facts) -> str:
    return str(container["Name"]).lstrip("/")
