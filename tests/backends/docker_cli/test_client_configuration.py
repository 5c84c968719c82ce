"""The changed copy of the client's configuration."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools_docker_cli import Command
from pytest_docker_tools_docker_cli.client_configuration import configured, entry, own_folder

TODO = Command(("pull", "x"), {"SECRET": "hunter2"}, frozenset({"GONE"}))
LOGINS = {"r.test": {"auth": "bWU6aHVudGVyMg=="}}
CONTENT: dict[str, Any] = {
    "auths": {"other.test": {"auth": "eDp5"}, "r.test": {"auth": "eDp5"}},
    "credsStore": "desktop",
    "credHelpers": {"r.test": "tests", "third.test": "tests"},
    "currentContext": "here",
    "proxies": {"default": {"httpProxy": "http://proxy.test"}},
    "HttpHeaders": {"X-A": "b"},
    "plugins": {"x": {"y": "z"}},
    "cliPluginsExtraDirs": ["/opt"],
}


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The user's own configuration."""
    for folder in ("contexts/meta", "cli-plugins", "buildx", "trust"):
        (tmp_path / "own" / folder).mkdir(parents=True)
    for file in (".buildNodeID", "ca.pem", "contexts/meta/x"):
        (tmp_path / "own" / file).write_text(file)
    (tmp_path / "own" / "config.json").write_text(json.dumps(CONTENT))
    return tmp_path / "own"


@pytest.fixture
def environment(own: Path) -> dict[str, str]:
    """An environment that names it."""
    return {"DOCKER_CONFIG": str(own)}


def content(todo: Command) -> Any:
    """Give the configuration that a command runs with."""
    return json.loads(Path(todo.secrets["DOCKER_CONFIG"], "config.json").read_text())


def test_nothing_to_change(environment: dict[str, str]) -> None:
    """A command without a login, and with the proxies, is as it was."""
    with configured(TODO, environment) as todo:
        assert todo is TODO


def test_a_login(environment: dict[str, str]) -> None:
    """A login comes in place of the user's own and before helpers, and all else is the user's."""
    with configured(TODO, environment, logins=LOGINS) as todo:
        changed = {
            "auths": {"other.test": {"auth": "eDp5"}, **LOGINS},
            "credHelpers": {"r.test": "", "third.test": "tests"},
        }
        assert content(todo) == {**CONTENT, **changed}
        assert todo.arguments == TODO.arguments
        assert todo.secrets.keys() == {"SECRET", "DOCKER_CONFIG"}
        assert todo.unset == {"GONE", "DOCKER_AUTH_CONFIG"}
        assert "hunter2" not in repr(todo) + todo.shown("docker")


def test_no_proxies(environment: dict[str, str]) -> None:
    """The proxies alone can be left out, and the logins then stay wherever they are."""
    with configured(TODO, environment, proxies=False) as todo:
        assert content(todo) == {name: value for name, value in CONTENT.items() if name != "proxies"}
        assert todo.unset == TODO.unset


def test_what_else_is_there(own: Path, environment: dict[str, str]) -> None:
    """The other files and folders are the user's own, and stay when the copy goes."""
    with configured(TODO, environment, logins=LOGINS) as todo:
        folder = Path(todo.secrets["DOCKER_CONFIG"])
        assert {path.name for path in folder.iterdir()} == {path.name for path in own.iterdir()}
        assert (folder / "contexts" / "meta" / "x").read_text() == "contexts/meta/x"
        (folder / "buildx" / "new").write_text("kept")
    assert (own / "buildx" / "new").read_text() == "kept"
    assert json.loads((own / "config.json").read_text()) == CONTENT
    assert (own / "contexts" / "meta" / "x").exists()


def test_where_links_cannot_be_made(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Files and folders are copied where the system lets nobody make links."""

    def refuse(*arguments: object, **options: object) -> None:
        raise OSError

    monkeypatch.setattr(os, "symlink", refuse)
    with configured(TODO, environment, logins=LOGINS) as todo:
        folder = Path(todo.secrets["DOCKER_CONFIG"])
        assert (folder / "contexts" / "meta" / "x").read_text() == "contexts/meta/x"
        assert (folder / "ca.pem").read_text() == "ca.pem"


def test_who_can_read_it(environment: dict[str, str]) -> None:
    """Only the owner can, whatever the system's default is."""
    before = os.umask(0)
    try:
        with configured(TODO, environment, logins=LOGINS) as todo:
            folder = Path(todo.secrets["DOCKER_CONFIG"])
            modes = [stat.S_IMODE(path.stat().st_mode) for path in (folder, folder / "config.json")]
    finally:
        os.umask(before)
    assert modes == [0o700, 0o600]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_is_gone_afterwards(environment: dict[str, str], error: type[BaseException]) -> None:
    """Nothing is left, however the context is left."""
    folders = []
    with pytest.raises(error), configured(TODO, environment, logins=LOGINS) as todo:  # noqa: PT012
        folders.append(todo.secrets["DOCKER_CONFIG"])
        raise error
    assert not os.path.exists(folders[0])


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"auths": [], "credHelpers": null}', "\udcff"])
def test_a_configuration_that_is_missing_or_broken(tmp_path: Path, text: str | None) -> None:
    """What the client would take for empty is empty."""
    folder = tmp_path / "none"
    if text is not None:
        folder.mkdir()
        (folder / "config.json").write_text(text, errors="surrogateescape")
    with configured(TODO, {"DOCKER_CONFIG": str(folder)}, logins=LOGINS) as todo:
        assert content(todo) == {"auths": LOGINS, "credHelpers": {"r.test": ""}}


def test_where_it_is(tmp_path: Path) -> None:
    """The client has it where the variable says, else in the home directory."""
    home = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    assert own_folder({**home, "DOCKER_CONFIG": "/x"}) == Path(os.path.abspath("/x"))
    assert own_folder({**home, "DOCKER_CONFIG": ""}) == tmp_path / ".docker"


@pytest.mark.parametrize(
    ("login", "expected"),
    [
        ({"username": "me", "password": "hunter2", "serveraddress": "r.test"}, LOGINS["r.test"]),
        ({"username": "me", "identitytoken": "t"}, {"auth": "bWU6", "identitytoken": "t"}),
        ({"registrytoken": "t", "email": "m@r.test"}, {"registrytoken": "t", "email": "m@r.test"}),
        ({}, {}),
    ],
)
def test_entry(login: dict[str, str], expected: dict[str, str]) -> None:
    """A configuration has name and password in one, and tokens as they are."""
    assert entry(login) == expected
