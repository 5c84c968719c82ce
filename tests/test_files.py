"""What is put into volumes and containers."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools import files
from pytest_docker_tools.exceptions import UsageError
from pytest_docker_tools.files import Entry


def absolute(path: os.PathLike[str]) -> list[Path]:
    assert os.path.isabs(path)
    return [Path(path)]


def entries(given: Any, places: files.Places = absolute) -> dict[str, Entry]:
    return files.entries(given, places)


@pytest.fixture
def below(tmp_path: Path) -> files.Places:
    """Look for relative paths in two folders, of which only the second is there."""
    return lambda path: [tmp_path / "first" / path, tmp_path / path]


def test_content() -> None:
    """Bytes and text are files, also empty ones, None is a folder; names are below one that is not named."""
    assert entries({"a/b": b"1", "c": "text", "/d": b"", "e/./f/": "", "folder": None}) == {
        "a/b": Entry(b"1"),
        "c": Entry("text"),
        "d": Entry(b""),
        "e/f": Entry(""),
        "folder": Entry(),
    }


def test_a_folder_with_something_in_it_is_made_by_that() -> None:
    """A folder that is not empty has no entry of its own, whichever comes first."""
    assert list(entries({"a": None, "a/b": None, "a/b/c": b""})) == ["a/b/c"]
    assert list(entries({"a/b": b"", "a": None})) == ["a/b"]


def test_a_file_on_disk(tmp_path: Path, below: files.Places) -> None:
    """A path stands for the file, which is executable if its owner may execute it; a link for what it leads to."""
    (tmp_path / "file").write_text("content")
    (tmp_path / "file").chmod(0o600)
    (tmp_path / "program").write_text("#!")
    (tmp_path / "program").chmod(0o700)
    (tmp_path / "link").symlink_to("program")
    assert entries({"a": Path("file"), "b": tmp_path / "program", "c": Path("link")}, below) == {
        "a": Entry(tmp_path / "file"),
        "b": Entry(tmp_path / "program", executable=True),
        "c": Entry(tmp_path / "program", executable=True),
    }


def make_folder(folder: Path) -> None:
    (folder / "sub" / "empty").mkdir(parents=True)
    (folder / "sub" / "file").write_text("content")
    (folder / "link").symlink_to("sub/file")
    (folder / "broken").symlink_to("/nowhere")
    (folder / "folder link").symlink_to("sub")


def test_a_folder_on_disk(tmp_path: Path, below: files.Places) -> None:
    """A folder goes with everything below it, links as links."""
    make_folder(tmp_path / "folder")
    assert entries({"to": Path("folder")}, below) == {
        "to/broken": Entry(target="/nowhere"),
        "to/folder link": Entry(target="sub"),
        "to/link": Entry(target="sub/file"),
        "to/sub/empty": Entry(),
        "to/sub/file": Entry(tmp_path / "folder/sub/file"),
    }


@pytest.mark.parametrize("root", ["/", "."])
def test_what_is_in_a_folder(tmp_path: Path, root: str) -> None:
    """A folder on disk may be all there is, and what is written after it comes in place of what it has."""
    make_folder(tmp_path)
    found = entries({root: tmp_path, "sub/file": b"other"})
    assert found["sub/file"] == Entry(b"other")
    assert found["link"] == Entry(target="sub/file")


def test_names_on_disk_may_be_any_bytes(tmp_path: Path) -> None:
    """A name that is no UTF-8 is kept."""
    with open(os.fsencode(tmp_path) + b"/\xff\n", "wb"):
        pass
    assert list(entries({"a": tmp_path})) == ["a/\udcff\n"]


def test_what_is_not_on_disk(tmp_path: Path, below: files.Places) -> None:
    """The error lists where a path was looked for."""
    with pytest.raises(UsageError) as caught:
        entries({"to": Path("file")}, below)
    assert str(caught.value) == (
        f"'to' is to be copied from disk, but there is no {tmp_path}/first/file and no {tmp_path}/file."
    )


def test_what_is_no_file(tmp_path: Path) -> None:
    """What cannot be copied is refused by its name."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match=r"pipe' is to be copied, but is no file, folder or link"):
        entries({"to": tmp_path})


@pytest.mark.parametrize("name", ["../out", "a/../../out", "/../out", "", ".", "/", "a\0b"])
def test_names_stay_inside(name: str) -> None:
    """A name that leads out of the folder, to itself, or is none, is refused."""
    with pytest.raises(UsageError, match="no name of a file"):
        entries({name: b""})


def test_a_file_is_no_root(tmp_path: Path) -> None:
    """Only a folder on disk can be all there is."""
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="'/' is no name of a file"):
        entries({"/": tmp_path / "file"})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"a": 5}, "The content of 'a' is a int; it can be bytes, str, None or a pathlib.Path"),
        ({5: b""}, "name of a file is a string, not 5"),
        ([b""], "dict of names and contents, not as list"),
        ({"a": b"", "a/b/c": b""}, "'a' cannot be a file and have 'a/b/c' in it"),
    ],
)
def test_what_has_no_meaning(given: Any, message: str) -> None:
    """What is no mapping of names to contents is refused with what it is."""
    with pytest.raises(UsageError, match=message):
        entries(given)


def test_equal_files_are_comparable(tmp_path: Path) -> None:
    """Files are told by name, content, mode and target, wherever they come from, and not by the rest of their mode."""
    for name in ("one", "two"):
        make_folder(tmp_path / name)
    (tmp_path / "two" / "sub" / "file").chmod(0o640)
    one, two = (files.comparable(entries({"a": tmp_path / name})) for name in ("one", "two"))
    assert one == two
    assert one["a/sub/file"] == files.comparable(entries({"x": "content"}))["x"]


def other_content(folder: Path) -> None:
    (folder / "sub" / "file").write_text("changed")


def other_mode(folder: Path) -> None:
    (folder / "sub" / "file").chmod(0o755)


def other_target(folder: Path) -> None:
    (folder / "link").unlink()
    (folder / "link").symlink_to("sub")


def other_name(folder: Path) -> None:
    (folder / "sub" / "file").rename(folder / "sub" / "renamed")


def one_more(folder: Path) -> None:
    (folder / "new").mkdir()


@pytest.mark.parametrize("change", [other_content, other_mode, other_target, other_name, one_more])
def test_a_change_is_seen(tmp_path: Path, change: Callable[[Path], None]) -> None:
    """A change of a name, of content, of the bit to execute, or of a link's target makes other files."""
    make_folder(tmp_path)
    before = files.comparable(entries({"a": tmp_path}))
    change(tmp_path)
    assert files.comparable(entries({"a": tmp_path})) != before
