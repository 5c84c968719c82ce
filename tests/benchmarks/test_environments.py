"""Environments are made once, and the library in them is that of now."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import environments


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """What was run, in place of running it, in an empty folder."""
    commands: list[str] = []

    def run(*command: str) -> None:
        commands.append(" ".join(command).replace(str(tmp_path), "FOLDER"))
        if "venv" in command:
            Path(command[-1]).mkdir(exist_ok=True)

    monkeypatch.setattr(environments, "_run", run)
    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    return commands


def test_environments(ran: list[str]) -> None:
    """Each has the same pytest, and only one has the reference."""
    assert set(environments.make()) == {"ours", "reference", "bare"}
    installed = [command for command in ran if " install " in command]
    assert [environments.PYTEST in command for command in installed] == [True, True, True, False]
    assert [environments.REFERENCE in command for command in installed] == [False, True, False, False]
    assert installed[-1] == "FOLDER/ours/bin/python -I -m pip --quiet install FOLDER/source"


def test_what_is_there_is_used_again(ran: list[str]) -> None:
    """A second time only the library is installed, whatever version it says that it is."""
    environments.make()
    ran.clear()
    environments.make()
    assert [command.partition("--quiet ")[2] for command in ran] == [
        "uninstall --yes pytest-docker-tools",
        "install FOLDER/source",
    ]


def test_another_version_is_made_anew(ran: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment of other requirements is made anew."""
    environments.make()
    ran.clear()
    monkeypatch.setattr(environments, "REFERENCE", "pytest-docker-tools==3.1.9")
    environments.make()
    assert [command.split()[-1] for command in ran if "venv" in command] == ["FOLDER/reference"]


def test_an_environment_that_could_not_be_made(ran: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not installed to the end is not taken for an environment the next time."""
    run = environments._run

    def fail(*command: str) -> None:
        run(*command)
        if "install" in command:
            raise KeyboardInterrupt

    monkeypatch.setattr(environments, "_run", fail)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            environments.make()
    assert [command.split()[-1] for command in ran if "venv" in command] == ["FOLDER/bare"] * 2


def test_the_library_of_now(ran: list[str], tmp_path: Path) -> None:
    """What is installed is a copy, without what earlier builds have left, and without what is gone."""
    environments.make()
    (tmp_path / "source" / "pytest_docker_tools" / "gone.py").touch()
    environments.make()
    copied = tmp_path / "source"
    assert (copied / "pytest_docker_tools" / "plugin.py").is_file()
    assert (copied / "setup.cfg").is_file()
    assert not (copied / "pytest_docker_tools" / "gone.py").exists()
    assert [*copied.rglob("__pycache__")] == []
