"""Files in and out of tar archives."""

from __future__ import annotations

import io
import tarfile

import pytest

from pytest_docker_tools import archives
from pytest_docker_tools.exceptions import UsageError


def test_what_was_written_is_read() -> None:
    """Files, empty files and folders come back, with the folders on the way to a file."""
    files = {"a/b/c.txt": b"1", "empty": b"", "text": "ä", "folder": None, "/rooted": b"2"}
    assert archives.read(io.BytesIO(archives.write(files))) == {
        "a": None,
        "a/b": None,
        "a/b/c.txt": b"1",
        "empty": b"",
        "text": "ä".encode(),
        "folder": None,
        "rooted": b"2",
    }


def test_everybody_may_read_what_was_written() -> None:
    """Files and folders can be read by a process that does not run as root."""
    with tarfile.open(fileobj=io.BytesIO(archives.write({"a/b": b"1"}))) as archive:
        assert {member.name: oct(member.mode) for member in archive} == {"a": "0o755", "a/b": "0o644"}


def test_links_have_no_content() -> None:
    """A link in an archive is there, and has no content."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "elsewhere"
        archive.addfile(link)
    buffer.seek(0)
    assert archives.read(buffer) == {"link": None}


@pytest.mark.parametrize("name", ["../out", "a/../../out", "", ".", "/"])
def test_names_stay_inside(name: str) -> None:
    """A name that leads out of the archive, or to its root, is refused."""
    with pytest.raises(UsageError, match="no name of a file"):
        archives.write({name: b""})


def test_content_is_bytes_or_text() -> None:
    """Content of another type is refused by its name and type."""
    with pytest.raises(UsageError, match="'a' is a int"):
        archives.write({"a": 5})  # type: ignore[dict-item]
