"""References to images, and what a build or a pull is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools.normalise.images import (
    check_build,
    check_pull,
    image,
    image_reference,
    is_remote,
    secrets,
    split_reference,
)
from pytest_docker_tools.normalise.values import Form

from .conftest import assert_form, assert_refused


class Image:
    """What has an id."""

    id = "sha256:00"


@pytest.mark.parametrize(
    ("form", "value", "expected"),
    [
        (image, "redis", "redis"),
        (image, Image(), "sha256:00"),
        (secrets, {"a": "x"}, {"a": b"x"}),
        (secrets, {"a/b-1_.c": b"x", "b": Path("file")}, {"a/b-1_.c": b"x", "b": Path("file")}),
        (secrets, {"a": "\udcff"}, {"a": b"\xff"}),
    ],
)
def test_forms(form: Form, value: Any, expected: Any) -> None:
    """What may be written in several ways has one form."""
    assert_form(form, value, expected)


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (image, None),
        (image, ""),
        (image, 5),
        (image, object()),
        (secrets, ["a"]),
        (secrets, {"a b": "x"}),
        (secrets, {5: "x"}),
        (secrets, {"a": 5}),
        (secrets, {"a": "hunter2\ud800"}),
    ],
)
def test_what_cannot_be_meant(form: Form, value: Any) -> None:
    """A way in which nothing can be written is refused."""
    assert_refused(form, value)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"repository": "redis"}, "redis:latest"),
        ({"repository": "redis", "tag": ""}, "redis:latest"),
        ({"repository": "redis:7"}, "redis:7"),
        ({"repository": "redis", "tag": "7"}, "redis:7"),
        ({"repository": "redis:6", "tag": "7"}, "redis:7"),
        ({"repository": "example.test:5000/redis"}, "example.test:5000/redis:latest"),
        ({"repository": "example.test:5000/redis", "tag": 7}, "example.test:5000/redis:7"),
        ({"repository": "redis@sha256:00"}, "redis@sha256:00"),
        ({"repository": "redis", "tag": "sha256:00"}, "redis@sha256:00"),
        ({"repository": "redis", "all_tags": True}, "redis"),
    ],
)
def test_image_reference(options: dict[str, Any], expected: str) -> None:
    """What to pull is named once, by a tag, a digest or `latest`; an explicit tag wins, and all tags have none."""
    assert image_reference(options) == expected


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("redis", ("redis", None)),
        ("redis:7", ("redis", "7")),
        ("example.test:5000/redis", ("example.test:5000/redis", None)),
        ("example.test:5000/redis:7", ("example.test:5000/redis", "7")),
        ("redis@sha256:00", ("redis", "sha256:00")),
    ],
)
def test_split_reference(reference: str, expected: tuple[str, str | None]) -> None:
    """A colon before a slash belongs to the port of a registry."""
    assert split_reference(reference) == expected


@pytest.mark.parametrize(
    ("options", "keyword"),
    [
        ({}, "repository"),
        ({"repository": ""}, "repository"),
        ({"repository": "redis", "tag": "7", "all_tags": True}, "all_tags"),
        ({"repository": "redis:7", "all_tags": True}, "all_tags"),
        ({"repository": "redis", "auth_config": {"serveraddress": "example.test"}}, "auth_config"),
    ],
)
def test_a_pull_that_contradicts_itself(options: dict[str, Any], keyword: str) -> None:
    """A pull has one repository, one tag or all, and a login at the registry that it pulls from."""
    with pytest.raises(UnsupportedOption) as raised:
        check_pull(options)
    assert raised.value.keyword == keyword


@pytest.mark.parametrize("address", ["example.test", "https://example.test", "http://example.test/v1/"])
def test_a_login_at_the_registry_of_the_pull(address: str) -> None:
    """The registry of a login may be written as an address."""
    check_pull({"repository": "example.test/redis", "auth_config": {"serveraddress": address}})


@pytest.mark.parametrize(
    ("options", "keyword"),
    [
        ({}, "path"),
        ({"path": "app", "fileobj": b""}, "path"),
        ({"path": "app", "custom_context": True}, "custom_context"),
        ({"path": "app", "encoding": "gzip"}, "encoding"),
        ({"fileobj": b"", "dockerfile": "x"}, "dockerfile"),
    ],
)
def test_a_build_that_contradicts_itself(options: dict[str, Any], keyword: str) -> None:
    """A build has a folder or a file, and is told nothing that is for the other."""
    with pytest.raises(UnsupportedOption) as raised:
        check_build(options)
    assert raised.value.keyword == keyword


@pytest.mark.parametrize(
    "options",
    [
        {"path": "app", "dockerfile": "x"},
        {"fileobj": b""},
        {"fileobj": b"", "custom_context": True, "dockerfile": "x", "encoding": "gzip"},
    ],
)
def test_a_build_that_can_be_meant(options: dict[str, Any]) -> None:
    """A build has a folder, or a file that is a Dockerfile or has one."""
    check_build({"path": None, "fileobj": None, **options})


@pytest.mark.parametrize(
    ("path", "remote"), [("git@example.test:a", True), ("https://example.test/a", True), ("github.com", False)]
)
def test_what_is_no_folder_here(path: str, remote: bool) -> None:
    """An address is told from a folder as docker does."""
    assert is_remote(path) is remote
