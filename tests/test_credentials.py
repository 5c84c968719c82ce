"""What is hidden in URLs."""

from __future__ import annotations

import pytest

from pytest_docker_tools.credentials import hidden


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("tcp://me:hunter2@engine:2375", "tcp://me:***@engine:2375"),
        ("tcp://:hunter2@engine:2375", "tcp://:***@engine:2375"),
        ("ssh://me:hunter2@[2001:db8::1]:22", "ssh://me:***@[2001:db8::1]:22"),
        ("https://me:hunter2@git.example.org/a.git#main", "https://me:***@git.example.org/a.git#main"),
        ("https://hunter2@git.example.org/a.git", "https://***@git.example.org/a.git"),
        ("a=git+ssh://a:hunter2@b, c=db://d:hunter2@e", "a=git+ssh://a:***@b, c=db://d:***@e"),
    ],
)
def test_credentials_are_hidden(text: str, shown: str) -> None:
    """A password, and what stands alone in a URL of the web, is hidden in every URL of a text."""
    assert hidden(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "ssh://me@engine:22",
        "unix:///run/docker.sock",
        "tcp://[2001:db8::1]:2375",
        "http://127.0.0.1:8080/@me?a=b:c@d",
        "me@example.org",
        "git@example.org:a/b.git",
        "/a:/b@c",
    ],
)
def test_all_else_is_shown(text: str) -> None:
    """A user's name, a port, and an @ behind the host are no secrets."""
    assert hidden(text) == text
