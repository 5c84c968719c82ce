"""What a run of benchmarks leaves is removed, by a docker command that a script stands in for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks import engine
from benchmarks.process import CommandFailed

# Containers are files. One whose content is a number is removed after it was asked for so many times more.
DOCKER = """#!/bin/sh
cd "$CONTAINERS"
if [ "$1" = ps ]; then ls; exit; fi
for name; do
  [ -f "$name" ] || continue
  left=$(cat "$name")
  case $left in
    "" | 0) rm "$name" ;;
    never) echo "cannot remove $name: device or resource busy" >&2 ;;
    *) echo $((left - 1)) > "$name" ;;
  esac
done
[ -z "$(ls)" ]
"""


@pytest.fixture
def containers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the containers that there are."""
    folder, programs = tmp_path / "containers", tmp_path / "bin"
    folder.mkdir()
    programs.mkdir()
    (programs / "docker").write_text(DOCKER)
    (programs / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("CONTAINERS", str(folder))
    return folder


def test_all_are_removed(containers: Path) -> None:
    """Each container counts once."""
    for name in "abc":
        (containers / name).write_text("")
    assert engine.remove("run") == 3
    assert list(containers.iterdir()) == []


def test_one_that_takes_its_time(containers: Path) -> None:
    """What is there for a while after it was asked for, as what somebody else removes is, is waited for."""
    (containers / "a").write_text("")
    (containers / "b").write_text("2")
    assert engine.remove("run") == 2


def test_one_that_cannot_be_removed(containers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That ends with what docker says of it, after all others are removed."""
    (containers / "a").write_text("")
    (containers / "b").write_text("never")
    monkeypatch.setattr(engine, "PATIENCE", 0.2)
    with pytest.raises(CommandFailed, match=r"^1 containers cannot be removed:\ncannot remove b: .* busy"):
        engine.remove("run")
    assert [file.name for file in containers.iterdir()] == ["b"]
