"""Files in and out of archives, whatever they are called and whatever an engine sends."""

from __future__ import annotations

import io
import posixpath
import tarfile
from pathlib import Path
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from pytest_docker_tools import archives
from pytest_docker_tools.exceptions import EngineError, UsageError
from pytest_docker_tools.files import comparable, entries
from pytest_docker_tools.testing.memory.files import FileSystem, FileTree

from .conftest import anything, assert_sentence, texts

# Also those that look like ways out of a folder, and are none.
parts = st.one_of(
    st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=8),
    st.sampled_from(["..data", "...", "a" * 300, "\udcff", "ﬁ", "é", "e\u0301", "\n", " ", "-", "~", "a\\b"]),
).filter(lambda part: part not in (".", ".."))
paths = st.lists(parts, min_size=1, max_size=3).map("/".join)
contents = st.one_of(st.binary(max_size=100), st.just(b"x" * 600), st.text(max_size=20), st.none())
files = st.dictionaries(paths, contents, max_size=4)
wild_paths = st.one_of(
    paths, texts, st.lists(st.one_of(parts, st.sampled_from(["..", ".", ""])), max_size=5).map("/".join)
)


def packed(given: Any) -> bytes:
    """Give the archive of some files."""
    with archives.packed(entries(given, lambda path: [Path(path)])) as archive:
        return archive.read()


def stored(content: bytes | str | None) -> bytes | None:
    return content.encode() if isinstance(content, str) else content


def is_above(name: str, names: Any) -> bool:
    return any(other.startswith(f"{name}/") for other in names)


@given(files)
@example({"..data": b"1"})
@example({"a" * 300 + "/" + "b" * 300: "1"})
def test_what_is_packed_is_read_alike(given: dict[str, bytes | str | None]) -> None:
    """What is packed has the same names and contents when it is read, and in an engine that it was unpacked by."""
    given = {name: None if is_above(name, given) else content for name, content in given.items()}
    expected = {f"/{name}": stored(content) for name, content in given.items() if not is_above(name, given)}
    archive = packed(given)
    assert archives.read(io.BytesIO(archive), "") == {"/": None, **expected}
    system = FileSystem(FileTree())
    system.unpack("/", archive)
    with io.BytesIO() as again:
        system.pack("/", again)
        again.seek(0)
        unpacked = archives.read(again, "")
    assert {name: unpacked[name] for name in expected} == expected


@given(st.one_of(anything, st.dictionaries(wild_paths, st.one_of(contents, anything), max_size=3)))
@example({"\ud800": b""})
@example({"a": "\ud800"})
@example({"/a": b""})
@example({"../a": b""})
@example({"/..": b""})
@example({"a/../../b": b""})
def test_nothing_leaves_its_folder(given: Any) -> None:
    """Whatever files are asked for, they are packed below their folder, for root, or refused in a sentence."""
    try:
        found = entries(given, lambda path: [Path("/nowhere", path)])
    except UsageError as error:
        assert_sentence(error)
        return
    assert len(comparable(found)) == len(found)
    with archives.packed(found) as archive, tarfile.open(fileobj=archive) as members:
        for member in members:
            assert not member.name.startswith("/")
            assert ".." not in member.name.split("/")
            assert (member.uid, member.gid, member.mode) == (0, 0, 0o755 if member.isdir() else 0o644)


@given(st.dictionaries(paths, contents, min_size=1, max_size=1), parts, parts)
def test_names_begin_with_the_root(given: dict[str, Any], old: str, root: str) -> None:
    """Of a folder that was taken out, names begin with what it is called now."""
    [(name, content)] = given.items()
    archive = packed({f"{old}/{name}": content})
    assert archives.read(io.BytesIO(archive), root) == {f"{root}/{name}": stored(content)}


def _tar(members: list[tuple[bytes, str, str, bytes]], form: int) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=form, errors="surrogateescape") as written:
        for kind, name, target, content in members:
            header = tarfile.TarInfo(name)
            header.type, header.linkname, header.size = kind, target, len(content)
            written.addfile(header, io.BytesIO(content))
    # Without blocks of zeros, so that it can be shown where it fails.
    return archive.getvalue().rstrip(b"\0") + b"\0" * 1024


kinds = st.sampled_from([tarfile.REGTYPE, tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE])
members = st.lists(st.tuples(kinds, st.one_of(parts, paths), parts, st.binary(max_size=20)), max_size=4)
tars = st.builds(_tar, members, st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]))


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Give an archive with other bytes somewhere in it, or without its end."""
    archive = bytearray(draw(tars))
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, min(len(archive) - 1, 1600)))
        archive[place : place + 3] = draw(
            st.sampled_from([b"\0", b"\xff\xff\xff", b"777", b"g", b"x", b"L", b"-1 ", b"S"])
        )
    _correct_checksums(archive)
    return bytes(archive[: draw(st.integers(0, len(archive)))] if draw(st.booleans()) else archive)


def _correct_checksums(archive: bytearray) -> None:
    """Let headers be taken for such, whatever was put there."""
    for start in range(0, len(archive) - 511, 512):
        block = archive[start : start + 512]
        if block[257:262] == b"ustar":
            block[148:156] = b" " * 8
            archive[start + 148 : start + 156] = b"%06o\0 " % sum(block)


@given(st.one_of(st.binary(max_size=1600), tars, damaged()))
@example(b"")
@example(b"\0" * 1024)
@example(_tar([(tarfile.LNKTYPE, "a", "b", b"")], tarfile.GNU_FORMAT))
@example(_tar([(tarfile.REGTYPE, "a", "", b"x" * 600)], tarfile.GNU_FORMAT)[:700])
@example(b"\x1f\x8b" + b"x" * 20)
def test_any_archive(archive: bytes) -> None:
    """Whatever an engine sends for an archive, it is read, or an error of ours in a sentence."""
    for read in (archives.is_file, archives.target, lambda found: archives.read(found, "root")):
        try:
            found = read(io.BytesIO(archive))
        except EngineError as error:
            assert_sentence(error)
            continue
        if isinstance(found, dict):
            assert all(name.split("/")[0] == "root" for name in found)


@given(st.one_of(st.binary(max_size=1600), tars, damaged()))
@example(_tar([(tarfile.REGTYPE, "../a", "", b"")], tarfile.GNU_FORMAT))
@example(_tar([(tarfile.LNKTYPE, "a", "b", b"")], tarfile.GNU_FORMAT))
@example(_tar([(tarfile.SYMTYPE, "a", "a", b""), (tarfile.LNKTYPE, "a", "a", b"")], tarfile.GNU_FORMAT))
def test_an_engine_in_memory_unpacks_below_the_folder(archive: bytes) -> None:
    """Whatever is unpacked, it gets below the root, or an engine in memory refuses it in a sentence."""
    system = FileSystem(FileTree())
    try:
        system.unpack("/", archive)
    except EngineError as error:
        assert_sentence(error)
    assert all(name == posixpath.normpath(name) or not name for name in system.root.entries)
    assert not any(name.split("/")[0] in ("..", ".") for name in system.root.entries)
