"""What to do about an image that cannot be pulled."""

from __future__ import annotations

import pytest

from pytest_docker_tools.exceptions import DriverError, EngineError, ImageNotFound, Unauthorized
from pytest_docker_tools.registries import advice

HUB = "pull access denied for x, repository does not exist or may require 'docker login'"
LOGIN = {"username": "me", "password": "hunter2"}
LOG_IN = "Log in with 'docker login r.test', or give auth_config={'username': ..., 'password': ...}."
CHECK = "Check the username and the password in auth_config."


@pytest.mark.parametrize(
    ("error", "said", "login", "expected"),
    [
        (ImageNotFound, "manifest unknown", None, "The registry r.test has no such image. Check the name and the tag."),
        (
            ImageNotFound,
            "no matching manifest for linux/riscv64",
            None,
            "The registry r.test has this image for other platforms. Choose another 'platform'.",
        ),
        (
            ImageNotFound,
            HUB,
            None,
            f"The registry r.test has no such image, or wants a login. Check the name and the tag. {LOG_IN}",
        ),
        (
            Unauthorized,
            "denied",
            LOGIN,
            f"The registry r.test has no such image, or wants another login. Check the name and the tag. {CHECK}",
        ),
        (
            Unauthorized,
            "no basic auth credentials",
            None,
            f"The registry r.test wants a login, and was given none. {LOG_IN}",
        ),
        (
            Unauthorized,
            "unauthorized: x",
            None,
            f"The registry r.test wants a login, or another one than it was given. {LOG_IN}",
        ),
        (Unauthorized, "unauthorized: x", LOGIN, f"The registry r.test refused the login that it was given. {CHECK}"),
        (EngineError, "toomanyrequests: denied", LOGIN, None),
    ],
)
def test_advice(error: type[DriverError], said: str, login: dict[str, str] | None, expected: str | None) -> None:
    """What is missing, what wants a login, what refuses one, and what does not say which, are told apart."""
    assert advice(error, said, "r.test/x:1", login) == expected


def test_the_client_that_logs_in() -> None:
    """The registry of a name without one, and the client's own command, are named."""
    found = advice(Unauthorized, "no basic auth credentials", "x", None, "podman")
    assert found is not None
    assert "'podman login docker.io'" in found
