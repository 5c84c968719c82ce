"""What holds for every form."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools.normalise.values import Form


def assert_form(form: Form, value: Any, expected: Any) -> None:
    """What was written has this form, which has itself as its form, and stays as it was written."""
    before = repr(value)
    found = form("keyword", value)
    assert (found, type(found)) == (expected, type(expected))
    assert form("keyword", found) == expected
    assert repr(value) == before


def assert_refused(form: Form, value: Any, said: str = ".+") -> None:
    """What cannot be meant is refused in a sentence that names the keyword."""
    with pytest.raises(UnsupportedOption, match=rf"^'keyword' cannot be used here: {said}\.$") as raised:
        form("keyword", value)
    assert raised.value.keyword == "keyword"
