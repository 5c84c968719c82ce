"""What docker-py says of a path in a container, read from an archive of it."""

from __future__ import annotations

import posixpath
import tarfile
from datetime import datetime, timezone
from typing import IO, Any

__tracebackhide__ = True

# The bits by which Go tells what is no plain file, and those of the mode that have other places there.
_KINDS = {
    tarfile.DIRTYPE: 1 << 31,
    tarfile.SYMTYPE: 1 << 27,
    tarfile.BLKTYPE: 1 << 26,
    tarfile.CHRTYPE: 1 << 26 | 1 << 21,
    tarfile.FIFOTYPE: 1 << 25,
}
_SPECIAL = {0o4000: 1 << 23, 0o2000: 1 << 22, 0o1000: 1 << 20}


def of_first(archive: IO[bytes]) -> dict[str, Any]:
    """Give name, size, mode, mtime and linkTarget of what an archive begins with."""
    with tarfile.open(fileobj=archive) as members:
        first = members.next()
    archive.seek(0)
    assert first is not None, "An archive of a path has that path at least."
    return {
        "name": posixpath.basename(first.name) or "/",
        "size": len(first.linkname) if first.issym() else first.size,
        "mode": _mode(first),
        "mtime": datetime.fromtimestamp(first.mtime, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "linkTarget": first.linkname,
    }


def _mode(member: tarfile.TarInfo) -> int:
    mode = member.mode & 0o777 | _KINDS.get(member.type, 0)
    for bit, place in _SPECIAL.items():
        mode |= place if member.mode & bit else 0
    return mode
