"""What has to be true of the app, wherever its image comes from."""

from __future__ import annotations

from urllib.request import urlopen

from pytest_docker_tools import wrappers


def test_page(app: wrappers.Container) -> None:
    """The app answers with its page."""
    with urlopen(app.url("8080/tcp", path="/"), timeout=30) as response:
        assert b"<h1>The app</h1>" in response.read()
