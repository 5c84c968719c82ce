"""What the volume was filled with is what the server serves."""

from __future__ import annotations

from pathlib import Path
from urllib.request import urlopen

from pytest_docker_tools import wrappers


def get(web: wrappers.Container, path: str) -> str:
    with urlopen(web.url("8080/tcp", path=path), timeout=30) as response:
        return str(response.read().decode())


def test_page(web: wrappers.Container) -> None:
    """The server has the page that the conftest writes."""
    assert get(web, "index.html") == "<h1>It works</h1>\n"


def test_file_on_disk(web: wrappers.Container) -> None:
    """The server has the style sheet of this folder."""
    assert get(web, "static/site.css") == Path(__file__).with_name("static").joinpath("site.css").read_text()


def test_upload(web: wrappers.Container) -> None:
    """What is put into the container goes into the volume; it is this test's own, so no other test sees that."""
    web.put_files({"/www/uploads/note": "hello"})
    assert get(web, "uploads/note") == "hello"
