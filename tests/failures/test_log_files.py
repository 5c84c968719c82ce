"""Logs as files have names that every file system takes."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

from pytest_docker_tools.failures.log_files import path_of, write

ID = "0123456789abcdef"
TESTS = [
    "tests/test_it.py::test_it",
    "tests/test_it.py::test_It",
    "tests/test_it.py::test_it[a/b]",
    "tests/test_it.py::test_it[a-b]",
    "tests/test_it.py::test_it[a b]",
    "tests/test_it.py::test_it[../../etc/passwd]",
    'tests/test_it.py::test_it[C:\\x|<nul>*?"]',
    "tests/test_it.py::test_it[\N{SNOWMAN}\x00\n]",
    "tests/test_it.py::test_it[" + "x" * 1000 + "1]",
    "tests/test_it.py::test_it[" + "x" * 1000 + "2]",
    "../test_it.py::test_it[...]",
]


@pytest.mark.parametrize("test", TESTS)
def test_names_are_safe(tmp_path: Path, test: str) -> None:
    """Whatever the test's id, its folder is below the given one, with a short name of plain characters."""
    path = path_of(tmp_path, test, "d b/../x", ID)
    assert path.parent.parent == tmp_path
    assert path.name == "d-b-..-x-0123456789ab.log"
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,119}", path.parent.name)
    assert write(path, b"log") == str(path)
    assert path.read_bytes() == b"log"


def test_no_two_tests_share_a_folder(tmp_path: Path) -> None:
    """Ids that are similar, or differ only in case, have folders that differ on every file system."""
    folders = [path_of(tmp_path, test, "db", ID).parent.name.lower() for test in TESTS]
    assert all(one != other for one, other in combinations(folders, 2))


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    """Where something is in the way, there is a sentence, and no error."""
    (tmp_path / "logs").write_text("no folder")
    assert write(path_of(tmp_path / "logs", "test", "db", ID), b"log").startswith("it cannot be written: ")
