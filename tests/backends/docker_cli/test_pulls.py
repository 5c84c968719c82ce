"""Pulls on stand-ins for the client: progress, failures, names and logins."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_docker_tools.exceptions import EngineError, Unauthorized
from pytest_docker_tools_docker_cli import Command

from .conftest import Recording, WriteClient, driver_on


def test_progress_and_failure_of_a_pull(write_client: WriteClient) -> None:
    """Progress may be on either stream, and what comes last alone says why a pull failed."""
    lines: list[str] = []
    code = (
        "import sys; print('one', flush=True); print('manifest unknown', file=sys.stderr); sys.exit('Error: no luck')"
    )
    with pytest.raises(EngineError, match="could not pull 'x:latest': no luck") as raised:
        driver_on(write_client(code)).pull_image({"repository": "x"}, on_progress=lines.append)
    assert type(raised.value) is EngineError
    assert lines == ["one", "manifest unknown", "Error: no luck"]


def test_a_failure_of_a_pull_in_several_lines(write_client: WriteClient) -> None:
    """All lines from the error on are what the client says."""
    code = (
        "import sys; print('Error: before\\nTrying'); sys.exit('Error: errors:\\ndenied: first\\nunauthorized: second')"
    )
    with pytest.raises(Unauthorized, match="'x:latest': errors:\ndenied: first\nunauthorized") as raised:
        driver_on(write_client(code)).pull_image({"repository": "x"})
    assert "before" not in str(raised.value)


@pytest.mark.parametrize(
    ("repository", "listed"), [("example.org/x", "example.org/x"), ("docker.io/library/x", "x"), ("team/x", "team/x")]
)
def test_all_tags_of_a_pull(recording: Recording, repository: str, listed: str) -> None:
    """All tags have the name under which the engine lists them."""
    driver = driver_on(recording[0])
    assert driver.pull_image({"repository": repository, "all_tags": True}) == listed
    assert recording[1]()["argv"] == ["pull", "--all-tags=true", "--", repository]


@pytest.mark.parametrize(
    ("repository", "key"),
    [
        *((name, "https://index.docker.io/v1/") for name in ("x", "team/x:1", "docker.io/team/x", "index.docker.io/x")),
        ("localhost:5000/x", "localhost:5000"),
        ("example.org/team/x@sha256:1", "example.org"),
    ],
)
def test_where_a_login_is_written(recording: Recording, repository: str, key: str) -> None:
    """The client finds a login by the registry's address, but that of Docker Hub, which is called otherwise."""
    options = {"repository": repository, "auth_config": {"username": "me", "password": "hunter2"}}
    with driver_on(recording[0]).prepared(Command(("pull",)), options) as prepared:
        written = json.loads(Path(prepared.secrets["DOCKER_CONFIG"], "config.json").read_text())
    assert written["auths"][key] == {"auth": "bWU6aHVudGVyMg=="}
    assert written["credHelpers"][key] == ""
