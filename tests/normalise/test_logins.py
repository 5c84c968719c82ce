"""Logins at registries."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools.normalise.logins import login

from .conftest import assert_form, assert_refused

PAIR = {"username": "me", "password": "hunter2:x"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (PAIR, PAIR),
        ({"Username": "me", "Password": "hunter2:x", "email": None}, PAIR),
        ({"auth": base64.b64encode(b"me:hunter2:x").decode()}, PAIR),
        ({"username": "me", "password": 5, "serveraddress": "x"}, {**PAIR, "password": "5", "serveraddress": "x"}),
        ({"identitytoken": "t"}, {"identitytoken": "t"}),
        ({"username": "me", "identitytoken": "t"}, {"username": "me", "identitytoken": "t"}),
        ({"registrytoken": "t"}, {"registrytoken": "t"}),
        ({}, {}),
    ],
)
def test_forms(value: Any, expected: Any) -> None:
    """A login is a name and a password, in one text too, or a token, or none."""
    assert_form(login, value, expected)


@pytest.mark.parametrize(
    "value",
    [
        "me:hunter2",
        {"username": "me"},
        {"username": "me", "password": ""},
        {"password": "hunter2"},
        {"username": "me", "password": b"hunter2"},
        {"username": "me", "password": "hunter2\ud800"},
        {"auth": "hunter2"},
        {**PAIR, "colour": "red"},
    ],
)
def test_what_cannot_be_meant(value: Any) -> None:
    """What is half a login, or none, is refused."""
    assert_refused(login, value)


@pytest.mark.parametrize("value", ["hunter2", {"password": "hunter2"}, {"auth": "hunter2"}, {"auth": "aHVudGVyMg=="}])
def test_no_secret_is_told(value: Any) -> None:
    """No part of a login is in the error, nor in what led to it."""
    with pytest.raises(UnsupportedOption) as raised:
        login("auth_config", value)
    assert "hunter" not in repr(raised.value)
    assert raised.value.__cause__ is None
