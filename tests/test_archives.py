"""Files in and out of tar archives."""

from __future__ import annotations

import io
import os
import tarfile
import tracemalloc
from pathlib import Path

import pytest

from pytest_docker_tools import archives
from pytest_docker_tools.files import Entry

FILES = {
    "a/b/c.txt": Entry(b"1"),
    "empty": Entry(b""),
    "text": Entry("ä"),
    "folder": Entry(),
    "link": Entry(target="a/b"),
    "program": Entry(b"#!", executable=True),
    "long " + "n" * 300: Entry(b"2"),
    "\udcff\n": Entry(b"3"),
}


def test_what_was_packed_is_read() -> None:
    """Files come back with their content, folders and links without, below the name that stands for the root."""
    with archives.packed({f"old/{name}": entry for name, entry in FILES.items()}) as archive:
        assert archives.read(archive, "root") == {
            "root/a/b/c.txt": b"1",
            "root/empty": b"",
            "root/text": "ä".encode(),
            "root/folder": None,
            "root/link": None,
            "root/program": b"#!",
            "root/long " + "n" * 300: b"2",
            "root/\udcff\n": b"3",
        }


@pytest.mark.parametrize("names", [["/", "/bin", "/bin/sh"], ["bin", "bin/sh"]])
def test_names_below_the_root(names: list[str]) -> None:
    """Names below "/" begin with a slash, whichever way an engine writes them."""
    with archives.packed({name: Entry(b"") for name in names}) as archive:
        assert list(archives.read(archive, "")) == ["/", "/bin", "/bin/sh"]


def test_everybody_may_read_what_was_packed() -> None:
    """Whatever the umask, all is root's, and can be read by others; no folder on the way has an entry."""
    umask = os.umask(0o077)
    try:
        with archives.packed(FILES) as archive, tarfile.open(fileobj=archive) as members:
            found = list(members)
    finally:
        os.umask(umask)
    assert {(member.uid, member.gid) for member in found} == {(0, 0)}
    modes = {member.name: oct(member.mode) for member in found if not member.issym()}
    assert set(modes) == FILES.keys() - {"link"}
    assert {name for name, mode in modes.items() if mode == "0o755"} == {"folder", "program"}
    assert {mode for name, mode in modes.items() if name not in ("folder", "program")} == {"0o644"}


def test_a_file_on_disk(tmp_path: Path) -> None:
    """A file on disk goes with its content."""
    (tmp_path / "file").write_bytes(b"\xff")
    with archives.packed({"a": Entry(tmp_path / "file")}) as archive:
        assert archives.read(archive, "a") == {"a": b"\xff"}


def test_other_names_of_a_file() -> None:
    """A file with two names has its content under both, and is held once."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        first, second = tarfile.TarInfo("in/a"), tarfile.TarInfo("in/b")
        first.size, second.type, second.linkname = 7, tarfile.LNKTYPE, "in/a"
        archive.addfile(first, io.BytesIO(b"content"))
        archive.addfile(second)
    buffer.seek(0)
    found = archives.read(buffer, "in")
    assert found == {"in/a": b"content", "in/b": b"content"}
    assert found["in/a"] is found["in/b"]


def test_what_an_archive_begins_with() -> None:
    """A link is told by its target, and a file from anything else, without that the archive has to be sought."""
    for entry, expected in (
        (Entry(target="a/b"), ("a/b", False)),
        (Entry(), (None, False)),
        (Entry(b"a/b"), (None, True)),
    ):
        with archives.packed({"it": entry}) as archive:
            assert (archives.target(archive), archives.is_file(archive)) == expected


def test_nothing_is_held_twice(tmp_path: Path) -> None:
    """A file on disk, and bytes, are packed without a copy of them in memory, and read with one."""
    size = 20_000_000
    content = bytes(size)
    (tmp_path / "file").write_bytes(content)
    tracemalloc.start()
    try:
        with archives.packed({"in/a": Entry(content), "in/b": Entry(tmp_path / "file")}) as archive:
            assert tracemalloc.get_traced_memory()[1] < size / 10
            found = archives.read(archive, "in")
        assert tracemalloc.get_traced_memory()[1] < 2.1 * size
    finally:
        tracemalloc.stop()
    assert found == {"in/a": content, "in/b": content}
