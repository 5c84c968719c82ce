"""What podman is given to read about registries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools_docker_cli import Command
from pytest_docker_tools_podman.registries import with_login, without_tls

TODO = Command(("pull", "x"))
LOGIN = {"username": "me", "password": "hunter2"}
OURS = {"auth": "bWU6aHVudGVyMg=="}


def logins(environment: dict[str, str], reference: str) -> Any:
    """Give the logins that an image is pulled with."""
    with with_login(TODO, environment, reference, LOGIN) as todo:
        file = Path(todo.secrets["REGISTRY_AUTH_FILE"])
        content = json.loads(file.read_text())
        assert "hunter2" not in repr(todo)
    assert not file.parent.exists()
    return content


def stored(file: Path, **content: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content))


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment without any login."""
    places = {"HOME": "home", "XDG_RUNTIME_DIR": "run", "XDG_CONFIG_HOME": "settings"}
    return {name: str(tmp_path / folder) for name, folder in places.items()}


def test_all_logins_of_the_user_are_there(tmp_path: Path, environment: dict[str, str]) -> None:
    """Those of all files hold, the first for a registry that is in several."""
    stored(tmp_path / "run/containers/auth.json", auths={"a.test": {"auth": "1"}})
    stored(tmp_path / "settings/containers/auth.json", auths={"a.test": {"auth": "2"}, "b.test": {"auth": "3"}})
    stored(tmp_path / "home/.docker/config.json", auths={"c.test": {"auth": "4"}}, credHelpers={"d.test": "x"})
    assert logins(environment, "r.test/x:1") == {
        "auths": {"a.test": {"auth": "1"}, "b.test": {"auth": "3"}, "c.test": {"auth": "4"}, "r.test": OURS},
        "credHelpers": {"d.test": "x"},
    }


@pytest.mark.parametrize("variable", ["REGISTRY_AUTH_FILE", "DOCKER_CONFIG"])
def test_a_variable_names_the_only_file(tmp_path: Path, environment: dict[str, str], variable: str) -> None:
    """Where a variable says where the logins are, others do not count."""
    stored(tmp_path / "run/containers/auth.json", auths={"a.test": {"auth": "1"}})
    stored(tmp_path / "named/config.json", auths={"b.test": {"auth": "2"}})
    named = tmp_path / "named" / ("config.json" if variable == "REGISTRY_AUTH_FILE" else "")
    assert logins({**environment, variable: str(named)}, "r.test/x")["auths"].keys() == {"b.test", "r.test"}


@pytest.mark.parametrize(
    ("name", "reference", "registry"),
    [
        ("r.test", "r.test/x", "r.test"),
        ("r.test/team/x", "r.test/team/x:1", "r.test"),
        ("https://r.test/v2/", "r.test/x", "r.test"),
        ("https://index.docker.io/v1/", "x", "docker.io"),
        ("docker.io/team", "docker.io/team/x", "docker.io"),
    ],
)
def test_the_users_login_for_the_registry_does_not_count(
    tmp_path: Path, environment: dict[str, str], name: str, reference: str, registry: str
) -> None:
    """However the user's own is written, and whichever helper has one, that which is given is the only one."""
    stored(
        tmp_path / "run/containers/auth.json",
        auths={name: {"auth": "1"}, "o.test": {"auth": "2"}},
        credHelpers={registry: "x", "o.test": "x"},
    )
    assert logins(environment, reference) == {
        "auths": {"o.test": {"auth": "2"}, registry: OURS},
        "credHelpers": {"o.test": "x"},
    }


def test_without_tls() -> None:
    """One registry may do without TLS, as long as the command runs."""
    with without_tls(TODO, "127.0.0.1:5000/x") as todo:
        file = Path(todo.secrets["CONTAINERS_REGISTRIES_CONF"])
        assert file.read_text() == '[[registry]]\nlocation = "127.0.0.1:5000"\ninsecure = true\n'
    assert not file.parent.exists()
